"""Who is in the cluster: control planes, agents, API load balancers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .framework.rule import Resource
from .framework.subjects import (
    CONTROL_PLANE,
    K3S_JOIN,
    LOAD_BALANCER_NETWORK,
    SERVER,
    SERVER_NETWORK,
    SOVEREIGN,
)
from .framework.values import Unknown, at, entries, text

CONTROL_PLANE_ROLES = ("control-plane", "controlplane", "server", "master")
AGENT_ROLES = ("worker", "agent")


@dataclass(frozen=True)
class Topology:
    """Addresses and counts. `unknown` holds the addresses that only `pulumi up` will tell."""

    control_planes: frozenset[str]
    control_plane_count: int
    agents: bool
    load_balancers: frozenset[str]
    nodes: int
    """Control planes and agents, by the larger of our facts and the real servers."""
    unknown: tuple[Unknown, ...]


def topology(resources: Sequence[Resource]) -> Topology:
    """Return who is there, by our facts and by real resources.

    Servers without a `role` label may all be control planes, and all but one agents.
    """
    servers = SERVER.among(resources)
    by_role = [(role_of(each), each) for each in servers]
    labelled = [each for role, each in by_role if role in CONTROL_PLANE_ROLES]
    unlabelled = [
        each for role, each in by_role if role not in (*CONTROL_PLANE_ROLES, *AGENT_ROLES)
    ]
    nodes = [
        node for each in CONTROL_PLANE.among(resources) for node in entries(at(each.props, "nodes"))
    ]
    joins = [
        node for each in K3S_JOIN.among(resources) for node in entries(at(each.props, "nodes"))
    ]
    sovereigns = [each.props for each in SOVEREIGN.among(resources)]
    addresses = [at(node, "privateIp") for node in nodes]
    for role, each in by_role:
        addresses += [] if role in AGENT_ROLES else _addresses(each)
    if unlabelled:
        addresses += [at(each.props, "ip") for each in SERVER_NETWORK.among(resources)]
    balancers = [at(each.props, "ip") for each in LOAD_BALANCER_NETWORK.among(resources)]
    return Topology(
        control_planes=frozenset(text(each) for each in addresses if text(each)),
        control_plane_count=max(len(labelled), len(nodes), *_counts(sovereigns, "controlPlanes")),
        agents=any(role in AGENT_ROLES for role, _ in by_role)
        or any(at(node, "role") == "agent" for node in joins)
        or max(_counts(sovereigns, "workers")) > 0
        or (bool(unlabelled) and len(servers) > 1),
        load_balancers=frozenset(text(each) for each in balancers if text(each)),
        nodes=max(
            len(servers),
            max(_counts(sovereigns, "controlPlanes")) + max(_counts(sovereigns, "workers")),
        ),
        unknown=tuple(each for each in [*addresses, *balancers] if isinstance(each, Unknown)),
    )


def role_of(server: Resource) -> str:
    """Return the lower-case `role` label, empty where there is none."""
    return text(at(server.props, "labels", "role")).lower()


def _addresses(server: Resource) -> list[object]:
    networks = at(server.props, "networks")
    if isinstance(networks, Unknown):
        return [networks]
    return [at(each, "ip") for each in entries(networks)]


def _counts(props: Sequence[object], key: str) -> Iterator[int]:
    yield 0
    for each in props:
        count = at(each, key)
        if isinstance(count, int):
            yield count
