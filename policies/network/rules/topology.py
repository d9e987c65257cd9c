"""Who is in the cluster: control planes, agents, API load balancers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .framework.k3s_script import role_by_script
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
UNMISTAKABLE = ("control-plane", "controlplane", "master", "worker")
"""Roles that are one under whatever label they stand; `server` and `agent` only under a role's."""


@dataclass(frozen=True)
class Topology:
    """Addresses and counts. `unknown` holds the addresses that only `pulumi up` will tell."""

    control_planes: frozenset[str]
    """Every address that may be a control plane's."""
    certain: frozenset[str]
    """Those of them that are one's."""
    control_plane_count: int
    agents: bool
    load_balancers: frozenset[str]
    nodes: int
    """Control planes and agents, by the larger of our facts and the real servers."""
    unknown: tuple[Unknown, ...]
    roleless: int
    """Servers of which nothing says what they are."""


def topology(resources: Sequence[Resource]) -> Topology:
    """Return who is there, by our facts and by real resources.

    Servers of which no label and no script says a role may all be control planes, and all but one
    agents.
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
    owned, loose = _separate(labelled, servers, resources)
    certain = [at(node, "privateIp") for node in nodes] + owned
    certain += [ip for each in labelled for ip in _addresses(each)]
    addresses += owned
    if any(role not in AGENT_ROLES and not _addresses(each) for role, each in by_role):
        addresses += loose
    balancers = [at(each.props, "ip") for each in LOAD_BALANCER_NETWORK.among(resources)]
    return Topology(
        control_planes=frozenset(text(each) for each in addresses if text(each)),
        certain=frozenset(text(each) for each in certain if text(each)),
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
        roleless=len(unlabelled),
    )


def role_of(server: Resource) -> str:
    """Return the role in lower case, by a label or by k3s' installer in user data; empty where
    neither says one.

    A label `role` says it with any word, other labels with a word that means nothing else
    (`machine_type=control_plane`, `node-role.kubernetes.io/master`).
    """
    labels = at(server.props, "labels")
    if plain := _word(at(labels, "role")):
        return plain
    for key, value in labels.items() if isinstance(labels, Mapping) else ():
        area, _, last = str(key).lower().rpartition("/")
        if area.endswith("role.kubernetes.io") and _word(last) in UNMISTAKABLE:
            return _word(last)
        roles = (*CONTROL_PLANE_ROLES, *AGENT_ROLES) if last.endswith("role") else UNMISTAKABLE
        if _word(value) in roles:
            return _word(value)
    return role_by_script(server.props)


def _word(value: object) -> str:
    return text(value).lower().replace("_", "-")


def _separate(
    owners: Sequence[Resource], servers: Sequence[Resource], resources: Sequence[Resource]
) -> tuple[list[object], list[object]]:
    """Return the addresses of attachments of these owners, and those whose owner is not known."""
    ours, known = ({identity(at(one.props, "id")) for one in group} for group in (owners, servers))
    owned: list[object] = []
    loose: list[object] = []
    for each in SERVER_NETWORK.among(resources):
        owner, ip = identity(at(each.props, "serverId")), at(each.props, "ip")
        if owner and owner in ours:
            owned.append(ip)
        elif not owner or owner not in known:
            loose.append(ip)
    return owned, loose


def identity(value: object) -> str:
    """Return an id as text, as number or text it is given; empty while it is not known."""
    return str(value) if isinstance(value, str | int) else ""


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
