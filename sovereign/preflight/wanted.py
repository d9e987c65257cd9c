"""What a plan will ask of a project: resources by name, servers by type and location."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sovereign.plan import NodePlan, SovereignPlan, naming


@dataclass(frozen=True)
class Group:
    """Servers of one pool, or the control plane."""

    path: str
    """As in the configuration: `controlPlane`, `pools.default`."""
    server_type: str
    location: str
    nodes: tuple[NodePlan, ...]
    fallback_types: tuple[str, ...]
    """What the operator would take instead, in order."""


@dataclass(frozen=True)
class Wanted:
    """Everything that preflight compares with the project."""

    cluster: str
    groups: tuple[Group, ...]
    names: Mapping[str, tuple[str, ...]]
    """Kind of resource (of `preflight.project.KINDS`) -> names that will be used."""
    extra_keys: Mapping[str, str]
    """Name in Hetzner's project -> public key (type and key) that the configuration adds."""

    @property
    def labels(self) -> Mapping[str, str]:
        """Labels that mark a resource as this environment's."""
        return naming.labels(self.cluster)


def wanted(plan: SovereignPlan, fallback_types: Mapping[str, Sequence[str]]) -> Wanted:
    """What the plan asks for; `fallback_types` by configuration path."""
    keys = {f"{plan.name}-{key}": key_of(line) for key, line in plan.extra_ssh_keys.items()}
    pools = {"controlPlane": plan.control_planes}
    pools |= {f"pools.{pool.name}": pool.nodes for pool in plan.pools}
    return Wanted(
        cluster=plan.name,
        groups=tuple(
            Group(
                path=path,
                server_type=nodes[0].server_type,
                location=nodes[0].location,
                nodes=nodes,
                fallback_types=tuple(fallback_types.get(path, ())),
            )
            for path, nodes in pools.items()
            if nodes
        ),
        names={
            "servers": tuple(node.name for node in plan.nodes),
            "networks": (plan.network.name,),
            "firewalls": tuple(firewall.name for firewall in plan.firewalls.values()),
            "placement_groups": plan.placement_groups,
            "ssh_keys": (f"{plan.name}-{naming.DEPLOY_KEY}", *keys),
        },
        extra_keys=keys,
    )


def key_of(line: str) -> str:
    """Type and key of an OpenSSH public key, without its comment."""
    return " ".join(line.split()[:2])
