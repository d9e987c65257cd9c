"""Every mutation, by the part of the product that it breaks."""

from tests.mutation.mutation import Mutation
from tests.mutation.table.checks import CHECKS
from tests.mutation.table.cluster import CLUSTER
from tests.mutation.table.configuration import CONFIGURATION
from tests.mutation.table.environments import ENVIRONMENTS
from tests.mutation.table.judgements import JUDGEMENTS
from tests.mutation.table.languages import LANGUAGES
from tests.mutation.table.plan import PLAN
from tests.mutation.table.policies import POLICIES
from tests.mutation.table.recover import RECOVER
from tests.mutation.table.reviews import REVIEWS
from tests.mutation.table.scripts import SCRIPTS
from tests.mutation.table.servers import SERVERS

MUTATIONS: tuple[Mutation, ...] = (
    *CONFIGURATION,
    *PLAN,
    *CHECKS,
    *SERVERS,
    *CLUSTER,
    *SCRIPTS,
    *LANGUAGES,
    *RECOVER,
    *POLICIES,
    *JUDGEMENTS,
    *REVIEWS,
    *ENVIRONMENTS,
)
