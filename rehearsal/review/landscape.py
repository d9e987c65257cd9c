"""Servers, ranges, firewalls and groups as a set of resources describes them. Pure.

Our components register plain facts, known in every preview; a program that is not ours is read by
its hcloud resources alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rehearsal.review.facts import Resource
from rehearsal.runtime.values import Secret, Unknown

SERVER = "hcloud:index/server:Server"
FIREWALL = "hcloud:index/firewall:Firewall"
SUBNET = "hcloud:index/networkSubnet:NetworkSubnet"
NETWORK = "hcloud:index/network:Network"
GROUP = "hcloud:index/placementGroup:PlacementGroup"
LOAD_BALANCER = "hcloud:index/loadBalancer:LoadBalancer"
LOAD_BALANCER_NETWORK = "hcloud:index/loadBalancerNetwork:LoadBalancerNetwork"
SOVEREIGN = "sovereign:index:Sovereign"
CLUSTER_NETWORK = "sovereign:index:Network"
CONTROL_PLANE = "sovereign:index:ControlPlane"
WORKER_POOL = "sovereign:index:WorkerPool"
JOIN = "sovereign:index:K3sJoin"
CILIUM = "sovereign:index:Cilium"
RANGES = {
    "networkCidr": "network.cidr",
    "nodeCidr": "network.nodeCidr",
    "podCidr": "network.podCidr",
    "serviceCidr": "network.serviceCidr",
}
"""Fact of the network component -> path of the setting."""


@dataclass(frozen=True)
class Server:
    """One server and the node it becomes."""

    urn: str
    name: str
    role: str
    """`control-plane`, `worker`, or `server` in a program that is not ours."""
    pool: str
    server_type: str
    location: str
    private_ip: str
    group: str
    generation: int
    id: int
    user_data_bytes: int


@dataclass(frozen=True)
class Rule:
    """One inbound rule of a firewall."""

    firewall: str
    protocol: str
    port: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Landscape:
    """Everything that is drawn, counted and priced."""

    name: str
    location: str
    servers: tuple[Server, ...]
    ranges: Mapping[str, str]
    """Path of the setting -> CIDR."""
    firewalls: tuple[str, ...]
    rules: tuple[Rule, ...]
    groups: tuple[str, ...]
    subnets: int
    load_balancers: Mapping[str, str]
    """Name -> type."""
    attachments: int
    k3s_version: str
    k3s: Mapping[str, Mapping[str, Any]] = field(repr=False)
    """Node -> its k3s options."""
    cilium_version: str
    cilium: Mapping[str, Any] = field(repr=False)
    """Helm values, but the API server's host."""
    exposed: frozenset[str] = frozenset()
    """URNs of servers that anybody reaches: see `exposure.unprotected`."""

    def of(self, role: str) -> tuple[Server, ...]:
        """The servers of a role, by id and name."""
        return tuple(one for one in self.servers if one.role == role)

    @property
    def anchor(self) -> Server | None:
        """The control plane that the program talks to: of the lowest generation and id."""
        found = self.of("control-plane")
        return min(found, key=lambda one: (one.generation, one.id)) if found else None


def landscape(resources: Sequence[Resource]) -> Landscape:
    """Read a set of resources."""
    facts = _facts(resources, SOVEREIGN)
    network = _facts(resources, CLUSTER_NETWORK)
    join, cilium = _facts(resources, JOIN), _facts(resources, CILIUM)
    nodes = _nodes(resources)
    servers = sorted(
        (_server(one, nodes) for one in resources if one.type == SERVER),
        key=lambda one: (one.role, one.pool, one.id, one.name),
    )
    balancers = [one for one in resources if one.type == LOAD_BALANCER]
    attached = [one for one in resources if one.type == LOAD_BALANCER_NETWORK]
    stated = facts.get("attachments")
    counted = len(servers) + len(attached)
    return Landscape(
        name=text(facts.get("clusterName")) or _first_name(resources, NETWORK),
        location=text(facts.get("location")),
        servers=tuple(servers),
        ranges={path: text(network[fact]) for fact, path in RANGES.items() if fact in network},
        firewalls=tuple(sorted(_name(one) for one in resources if one.type == FIREWALL)),
        rules=tuple(rule for one in resources if one.type == FIREWALL for rule in _rules(one)),
        groups=tuple(sorted(_name(one) for one in resources if one.type == GROUP)),
        subnets=sum(one.type == SUBNET for one in resources),
        load_balancers={_name(one): text(one.inputs.get("loadBalancerType")) for one in balancers},
        attachments=max(counted, stated) if isinstance(stated, int) else counted,
        k3s_version=text(join.get("version")),
        k3s={text(node.get("name")): node.get("config") or {} for node in entries(join, "nodes")},
        cilium_version=text(cilium.get("version")),
        cilium=cilium.get("values") or {},
    )


def text(value: Any) -> str:
    """A plain leaf as text; what is secret, unknown or structured gives none."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else ""


def entries(facts: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """The mappings in a list of facts."""
    found = facts.get(key)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _facts(resources: Sequence[Resource], type_: str) -> Mapping[str, Any]:
    return next((one.inputs for one in resources if one.type == type_), {})


def _first_name(resources: Sequence[Resource], type_: str) -> str:
    return next((_name(one) for one in resources if one.type == type_), "")


def _name(resource: Resource) -> str:
    return text(resource.inputs.get("name")) or resource.name


def _nodes(resources: Sequence[Resource]) -> dict[str, dict[str, Any]]:
    """What the components say of each node, by name."""
    found: dict[str, dict[str, Any]] = {}
    for one in resources:
        if one.type in (CONTROL_PLANE, WORKER_POOL):
            pool = text(one.inputs.get("pool")) or "control-plane"
            for node in entries(one.inputs, "nodes"):
                found[text(node.get("name"))] = {**node, "pool": pool}
    return found


def _server(resource: Resource, nodes: Mapping[str, Mapping[str, Any]]) -> Server:
    inputs, name = resource.inputs, _name(resource)
    node = nodes.get(name, {})
    role = "server"
    if CONTROL_PLANE in resource.parents:
        role = "control-plane"
    elif WORKER_POOL in resource.parents:
        role = "worker"
    networks = entries(inputs, "networks")
    return Server(
        urn=resource.urn,
        name=name,
        role=role,
        pool=text(node.get("pool")),
        server_type=text(inputs.get("serverType")),
        location=text(inputs.get("location")),
        private_ip=text(node.get("privateIp")) or text(networks[0].get("ip") if networks else ""),
        group=text(node.get("placementGroup")) or text(inputs.get("placementGroupId")),
        generation=_whole(node.get("generation"), 1),
        id=_whole(node.get("id"), 0),
        user_data_bytes=_size(inputs.get("userData")),
    )


def _whole(value: Any, otherwise: int) -> int:
    return int(value) if isinstance(value, int | float) else otherwise


def _size(value: Any) -> int:
    bare = value.value if isinstance(value, Secret) else value
    return len(bare.encode()) if isinstance(bare, str) else 0


def _rules(firewall: Resource) -> list[Rule]:
    found = []
    for one in entries(firewall.inputs, "rules"):
        sources = one.get("sourceIps")
        listed = sources if isinstance(sources, list) else [sources]
        if text(one.get("direction")) != "out":
            found.append(
                Rule(
                    _name(firewall),
                    text(one.get("protocol")),
                    text(one.get("port")) or "any",
                    tuple("?" if isinstance(each, Unknown) else text(each) for each in listed),
                )
            )
    return found
