"""What a person sees of the cluster: nodes, components, and what no gate looks at."""

from dataclasses import dataclass

from rehearsal.nodes import pod_network
from rehearsal.nodes.bring_up import BringUp, come_to_rest
from rehearsal.nodes.k3s_options import dropped_by_server
from rehearsal.nodes.k3s_words import skipped
from rehearsal.nodes.node_facts import NodeFacts
from rehearsal.nodes.project import Machine
from rehearsal.nodes.scheduling import AGENT_NOT_READY, UNINITIALIZED
from rehearsal.nodes.state import Cluster, Host
from rehearsal.nodes.workloads import workloads
from rehearsal.nodes.world import World

BRING_UP_TAINTS = (UNINITIALIZED, AGENT_NOT_READY)
"""Taints that end with the bring-up; a node that still has one is not ready for pods."""
NOT_JOINED = "has not joined"
CLUSTER_LOST = (
    "the cluster is lost: its only datastore was on a control plane that does not exist any more; "
    "restore a snapshot"
)


@dataclass(frozen=True)
class CloudInit:
    """How the first boot of a real host ended."""

    status: str
    """running, done or error."""
    errors: tuple[str, ...]


@dataclass(frozen=True)
class ApiPath:
    """The way to the API, as it was tried from a real host."""

    address: str
    """`host:port`."""
    connected: bool
    error: str
    """Empty where it came about."""


@dataclass(frozen=True)
class NodeStatus:
    """One server and the node that it is."""

    name: str
    role: str
    """control-plane or worker."""
    server_type: str
    private_ip: str
    ready: bool | None
    """None: nothing was tried on it yet."""
    reason: str
    api_address: str
    """`host:port` by which Cilium looks for the API there; empty without Cilium."""
    cloud_init: CloudInit | None = None
    """None where no host boots for real."""
    api_path: ApiPath | None = None
    """None where nothing was tried."""


@dataclass(frozen=True)
class ComponentStatus:
    """A workload (`kind/namespace/name`), or a property that no workload shows: `pod-network`,
    `encryption`,
    `provider-ids`."""

    name: str
    ready: bool
    reason: str


@dataclass(frozen=True)
class ClusterStatus:
    """All of it."""

    nodes: tuple[NodeStatus, ...]
    components: tuple[ComponentStatus, ...]
    warnings: tuple[str, ...] = ()
    """What k3s wrote to its log and went on."""

    @property
    def ready(self) -> bool:
        """Whether every node and every component is Ready, and there is a node."""
        nodes = all(node.ready for node in self.nodes)
        return bool(self.nodes) and nodes and all(part.ready for part in self.components)


def status(world: World) -> ClusterStatus:
    """The status of the project's servers and of the cluster that they make."""
    clusters = [c for c in world.state.clusters.values() if world.has_quorum(c)]
    largest = max(clusters, key=lambda cluster: len(cluster.nodes), default=None)
    rest = come_to_rest(world, largest) if largest else None
    return ClusterStatus(
        nodes=tuple(
            _node(world, rest, machine)
            for machine in sorted(world.machines, key=lambda m: (m.role != "control-plane", m.name))
        ),
        components=(*_components(rest), *_properties(rest)) if rest else (),
        warnings=tuple(_warnings(world)),
    )


def gate_reason(rest: BringUp, facts: NodeFacts) -> str:
    """Why the ready gate waits for a node, or empty."""
    if not rest.ready(facts):
        return rest.not_ready_reason(facts)
    tainted = [str(taint) for taint in rest.taints(facts) if taint.key in BRING_UP_TAINTS]
    return f"Ready, but tainted: {' '.join(tainted)}" if tainted else ""


def _node(world: World, rest: BringUp | None, machine: Machine) -> NodeStatus:
    host = world.state.hosts.get(machine.id)
    facts = next((f for f in rest.facts if f.node.server_id == machine.id), None) if rest else None
    ready: bool | None
    if rest and facts:
        reason = gate_reason(rest, facts)
        ready = not reason
    else:
        ready, reason = _outside(world, machine, host)
    return NodeStatus(
        name=machine.name,
        role=machine.role or ("control-plane" if host and host.role == "server" else "worker"),
        server_type=machine.server_type,
        private_ip=machine.private_ip,
        ready=ready,
        reason=reason,
        api_address=facts.api_address if facts else "",
    )


def _outside(world: World, machine: Machine, host: Host | None) -> tuple[bool | None, str]:
    """Verdict on a server that is no node of a living cluster."""
    if not machine.running:
        return False, f"its server is {machine.status}"
    if host is None:
        return None, NOT_JOINED
    if host.failure:
        return False, host.failure
    cluster = world.state.clusters.get(host.cluster)
    if cluster is None:
        return None, NOT_JOINED
    return False, _why_silent(world, cluster)


def _why_silent(world: World, cluster: Cluster) -> str:
    if world.lost(cluster):
        return CLUSTER_LOST
    if not world.has_quorum(cluster):
        return "the API does not answer: etcdserver: no leader"
    return "belongs to another cluster: more than one server initialized one (cluster-init)"


def _components(rest: BringUp) -> tuple[ComponentStatus, ...]:
    return tuple(
        ComponentStatus(state.reference, state.is_ready, state.reason) for state in workloads(rest)
    )


def _properties(rest: BringUp) -> tuple[ComponentStatus, ...]:
    values = rest.cilium
    found: list[tuple[str, str]] = []
    if values is not None and len(rest.facts) > 1:
        pods = rest.cluster.k3s.text("cluster-cidr", "10.42.0.0/16")
        ranges = [network.ip_range for network in rest.world.networks]
        problem = pod_network.mtu_problem(values, rest.world.surroundings.private_mtu)
        found.append(("pod-network", problem or pod_network.route_problem(values, ranges, pods)))
    if values is not None and values.on("encryption.enabled"):
        found.append(("encryption", pod_network.encryption_problem(values)))
    found.append(("provider-ids", _provider_ids(rest)))
    return tuple(ComponentStatus(name, not reason, reason) for name, reason in found)


def _provider_ids(rest: BringUp) -> str:
    """Why nodes are not known to Hetzner's cloud controller, or empty. A provider id is
    immutable."""
    for facts in rest.facts:
        if not rest.cluster.k3s.flag("disable-cloud-controller"):
            return (
                f"{facts.name} has the providerID k3s://{facts.name} of k3s' own cloud controller"
            )
        if not facts.uninitialized and facts.process is not None:
            return (
                f"{facts.name} has no providerID: its kubelet runs without cloud-provider=external"
            )
        if facts.name not in rest.stage.initialized:
            return _uninitialized(rest, facts)
        if failure := rest.route_failure(facts):
            return f"{facts.name}: {failure}"
    return ""


def _uninitialized(rest: BringUp, facts: NodeFacts) -> str:
    if rest.controller is None:
        return f"{facts.name} has no providerID: no cloud controller is installed"
    machine = next((m for m in rest.world.machines if m.name == facts.name), None)
    failure = rest.controller.initialization_failure(
        facts.name, facts.node_ip, machine, rest.world.networks
    )
    return failure or f"{facts.name} has no providerID: the cloud controller does not run"


def _warnings(world: World) -> list[str]:
    return [
        f"{host.name}: {skipped(name)}"
        for host in world.state.hosts.values()
        if host.role == "server"
        for name in dropped_by_server(host.options)
    ]
