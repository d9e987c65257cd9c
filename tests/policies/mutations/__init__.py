"""Every alteration: for each rule of both packs at least one."""

from tests.policies.mutations.addresses import ADDRESSES
from tests.policies.mutations.cluster import CLUSTER
from tests.policies.mutations.encryption import ENCRYPTION
from tests.policies.mutations.limits import LIMITS
from tests.policies.mutations.mesh import MESH
from tests.policies.mutations.mutation import Mutation

MUTATIONS: list[Mutation] = [*ADDRESSES, *CLUSTER, *LIMITS, *MESH, *ENCRYPTION]
DECLARED = {
    "artifacts-pinned": {"except": ["k3s-amd64", "cilium", "hcloud-cloud-controller-manager"]}
}
"""The one advisory that our own program carries: downloads without a checksum of their own."""
