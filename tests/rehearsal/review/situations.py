"""Resources of a Sovereign as its components register them, and what a change makes of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rehearsal.review.facts import Base, Facts, Operation, Resource
from rehearsal.runtime.values import Secret
from sovereign.plan.cost import PriceBook

PRICES = PriceBook(
    "EUR",
    "2026-11-01",
    sample=True,
    server_types={"cpx32": 12.0, "cpx42": 22.0},
    load_balancer_types={"lb11": 6.0},
    primary_ipv4=0.5,
    floating_ipv4=3.0,
    floating_ipv6=1.0,
    volume_per_gb=0.05,
    backups_percent=20,
)
HEAD = "urn:pulumi:dev::sovereign::"
SOVEREIGN = "sovereign:index:Sovereign"
PARENTS = {"control-plane": "sovereign:index:ControlPlane", "worker": "sovereign:index:WorkerPool"}
RANGES = {
    "networkCidr": "10.0.0.0/16",
    "nodeCidr": "10.0.1.0/24",
    "podCidr": "10.42.0.0/16",
    "serviceCidr": "10.43.0.0/16",
}


@dataclass(frozen=True)
class Node:
    """One node of a described cluster."""

    name: str
    role: str = "worker"
    pool: str = "default"
    id: int = 1
    type: str = "cpx32"
    generation: int = 1
    k3s: Mapping[str, Any] = field(default_factory=dict)
    firewalls: tuple[Any, ...] = (7,)
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def ip(self) -> str:
        """Its address, as the plan gives it."""
        return f"10.0.1.{1 + self.id if self.role == 'control-plane' else 19 + self.id}"


@dataclass(frozen=True)
class Cluster:
    """A described cluster."""

    nodes: tuple[Node, ...]
    ranges: Mapping[str, str] = field(default_factory=lambda: dict(RANGES))
    open_to: tuple[str, ...] = ("203.0.113.0/24",)
    k3s: str = "v1.36.4+k3s1"
    cilium: Mapping[str, Any] = field(default_factory=lambda: {"MTU": 1450})
    extra: tuple[Resource, ...] = ()

    def resources(self) -> tuple[Resource, ...]:
        """What its program registers."""
        facts = {"clusterName": "dev", "location": "nbg1", "attachments": len(self.nodes)}
        rule = {"direction": "in", "protocol": "tcp", "port": "22", "sourceIps": [*self.open_to]}
        k3s = [{"name": node.name, "config": dict(node.k3s)} for node in self.nodes]
        return (
            Resource(urn(SOVEREIGN, "dev"), facts),
            Resource(urn(f"{SOVEREIGN}$sovereign:index:Network", "dev"), self.ranges),
            Resource(
                urn("hcloud:index/firewall:Firewall", "dev-workers"),
                {"name": "dev-workers", "rules": [rule] if self.open_to else []},
                "7",
            ),
            *(self._group(role) for role in PARENTS),
            Resource(urn("sovereign:index:K3sJoin", "join"), {"version": self.k3s, "nodes": k3s}),
            Resource(
                urn("sovereign:index:Cilium", "cilium"),
                {"version": "1.20.2", "values": self.cilium},
            ),
            *(self._server(node) for node in self.nodes),
            *self.extra,
        )

    def _group(self, role: str) -> Resource:
        nodes = [
            {
                "name": node.name,
                "id": node.id,
                "generation": node.generation,
                "privateIp": node.ip,
                "serverType": node.type,
                "placementGroup": f"dev-{node.pool}-0",
            }
            for node in self.nodes
            if node.role == role
        ]
        pool = {} if role == "control-plane" else {"pool": "default"}
        return Resource(urn(PARENTS[role], f"dev-{role}"), {"nodes": nodes, **pool})

    def _server(self, node: Node) -> Resource:
        return Resource(
            server_urn(node),
            {
                "name": node.name,
                "serverType": node.type,
                "location": "nbg1",
                "userData": Secret("#cloud-config\nx: secret-of-the-host-key\n"),
                "networks": [{"ip": node.ip}],
                "firewallIds": [*node.firewalls],
                "labels": {**node.labels},
            },
        )


def urn(qualified: str, name: str) -> str:
    return f"{HEAD}{qualified}::{name}"


def server_urn(node: Node) -> str:
    return urn(f"{PARENTS[node.role]}$hcloud:index/server:Server", node.name)


def control_planes(count: int) -> tuple[Node, ...]:
    return tuple(
        Node(f"dev-control-plane-{n}", "control-plane", "control-plane", n)
        for n in range(1, count + 1)
    )


def workers(count: int) -> tuple[Node, ...]:
    return tuple(Node(f"dev-default-{n}", id=n) for n in range(1, count + 1))


SMALL = Cluster((*control_planes(1), *workers(2)))
THREE = Cluster((*control_planes(3), *workers(2)))


def altered(cluster: Cluster, name: str, **values: Any) -> Cluster:
    """The cluster with one node that differs."""
    nodes = tuple(replace(node, **values) if node.name == name else node for node in cluster.nodes)
    return replace(cluster, nodes=nodes)


def without(cluster: Cluster, *names: str) -> Cluster:
    """The cluster with some nodes gone."""
    return replace(cluster, nodes=tuple(node for node in cluster.nodes if node.name not in names))


def change(before: Cluster | None, after: Cluster, **said: Any) -> Facts:
    """The facts of a preview from one cluster to the other; a raised generation replaces."""
    old = {one.urn: one for one in before.resources()} if before else {}
    new = {one.urn: one for one in after.resources()}
    raised = {server_urn(n) for n in after.nodes if n.generation > 1}
    raised -= {server_urn(n) for n in before.nodes if n.generation > 1} if before else set()
    base = Base("revision", "0123456789ab") if before else Base("nothing", reason="no git here")
    facts = Facts(
        stack="dev",
        engine="embedded",
        base=base,
        prices=PRICES,
        before=tuple(old.values()),
        operations=operations(old, new, raised),
        rules=42,
        evaluated=27,
    )
    return replace(facts, **said)


def operations(
    old: Mapping[str, Resource], new: Mapping[str, Resource], replaced: set[str]
) -> Sequence[Operation]:
    """One operation per resource of either side."""
    found = [Operation(urn, "delete") for urn in old if urn not in new]
    for urn_, one in new.items():
        inputs = one.inputs
        before = old.get(urn_)
        if before is None:
            found.append(Operation(urn_, "create", inputs=inputs))
            continue
        keys = tuple(
            key for key in {**before.inputs, **inputs} if before.inputs.get(key) != inputs.get(key)
        )
        if urn_ in replaced:
            found.append(Operation(urn_, "replace", keys, (), True, inputs))
        else:
            found.append(Operation(urn_, "update" if keys else "same", keys, inputs=inputs))
    return tuple(found)
