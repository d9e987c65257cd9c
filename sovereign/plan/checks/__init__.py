"""How the values of a configuration must fit together.

Each rule says its arithmetic or reason. All rules run; the caller gets every problem at once.
"""

from collections.abc import Callable, Iterator
from itertools import chain

from sovereign.catalog import Catalog
from sovereign.config import Settings
from sovereign.plan.checks import mesh, nodes, ranges, versions
from sovereign.problems import Problem

RULES: tuple[Callable[[Settings, Catalog], Iterator[Problem]], ...] = (
    ranges.operators,
    ranges.ranges,
    nodes.control_plane,
    nodes.pools,
    nodes.node_labels,
    nodes.keys,
    nodes.limits,
    versions.machines,
    versions.fallback_types,
    versions.versions,
    versions.ssh_port,
    versions.hubble,
    mesh.profile,
    mesh.load_balancer,
    nodes.node_data,
)


def check(settings: Settings, catalog: Catalog) -> list[Problem]:
    """Every rule that the settings break."""
    return list(chain.from_iterable(rule(settings, catalog) for rule in RULES))
