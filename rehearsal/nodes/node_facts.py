"""What is known of each Node before pods are asked for: its host, its labels, whether its kubelet
is heard, and
whether Cilium's agent would reach the API from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from itertools import zip_longest

from rehearsal.nodes import api_path, cilium, pod_network
from rehearsal.nodes.dialing import timed_out
from rehearsal.nodes.helm_values import HelmValues
from rehearsal.nodes.k3s import K3s
from rehearsal.nodes.k3s_words import SILENT
from rehearsal.nodes.project import Machine
from rehearsal.nodes.scheduling import CONTROL_PLANE, Taint, parse_taint
from rehearsal.nodes.state import Cluster, NodeObject
from rehearsal.nodes.world import World

TWO_NETWORKS = (
    "two CNIs: k3s' flannel and Cilium both want VXLAN on UDP 8472: "
    "setting up vxlan device: device cilium_vxlan: address already in use"
)


@dataclass(frozen=True)
class NodeFacts:
    """One registered Node."""

    node: NodeObject
    machine: Machine | None
    process: K3s | None
    node_ip: str
    silence: str
    """Why its kubelet is not heard, or empty."""
    api_address: str
    """`host:port` by which Cilium looks for the API there; empty without a release."""
    agent_failure: str
    """Why Cilium's agent could not run there whatever else runs, or empty."""
    pod_range: IPv4Network | None
    """The addresses of its pods; None without Cilium, or where the pool is used up."""

    @property
    def name(self) -> str:
        """The Node's name."""
        return self.node.name

    @property
    def labels(self) -> Mapping[str, str]:
        """Labels of kubelet and k3s, and those it registered with."""
        server = self.process is not None and self.process.role == "server"
        own = {"kubernetes.io/hostname": self.name, "kubernetes.io/os": "linux"}
        return {**own, **({CONTROL_PLANE: "true"} if server else {}), **self.node.labels}

    @property
    def taints(self) -> tuple[Taint, ...]:
        """The taints it registered with."""
        return tuple(parse_taint(text) for text in self.node.taints)

    @property
    def uninitialized(self) -> bool:
        """Whether it registered for an external cloud provider."""
        return self.process is not None and self.process.external_cloud_provider


def survey(world: World, cluster: Cluster, values: HelmValues | None) -> tuple[NodeFacts, ...]:
    """Facts of every Node, in the order of registration."""
    nodes = sorted(cluster.nodes.values(), key=lambda node: node.number)
    ranges = _ranges(cluster, values)
    return tuple(
        _facts(world, cluster, values, ranges, node, pod_range)
        for node, pod_range in zip_longest(nodes, ranges)
    )


def _ranges(cluster: Cluster, values: HelmValues | None) -> tuple[IPv4Network, ...]:
    if values is None:
        return ()
    pods = cluster.k3s.text("cluster-cidr", "10.42.0.0/16")
    return pod_network.pod_ranges(values, pods, len(cluster.nodes))


def _facts(
    world: World,
    cluster: Cluster,
    values: HelmValues | None,
    ranges: tuple[IPv4Network, ...],
    node: NodeObject,
    pod_range: IPv4Network | None,
) -> NodeFacts:
    machine = world.machine(node.server_id)
    host = world.state.hosts.get(node.server_id)
    process = host.k3s if host and host.cluster == cluster.uid else None
    silence = _silence(world, cluster, machine, process)
    address, failure = "", ""
    if values is not None and machine is not None and process is not None:
        address, failure = _path(world, cluster, values, machine)
        if process.role == "agent":
            failure = failure or _swallowed(world, cluster, ranges)
    if values is not None and machine is not None:
        failure = failure or cilium.old_kernel(machine.image) or _flannel(cluster)
    return NodeFacts(
        node=node,
        machine=machine,
        process=process,
        node_ip=(process.text("node-ip") if process else "")
        or (machine.private_ip if machine else ""),
        silence=silence,
        api_address=address,
        agent_failure=failure,
        pod_range=pod_range,
    )


def _silence(world: World, cluster: Cluster, machine: Machine | None, process: K3s | None) -> str:
    if machine is None:
        return f"{SILENT} Its server does not exist any more."
    if not machine.running:
        return f"{SILENT} Its server is {machine.status}."
    if process is None:
        host = world.state.hosts.get(machine.id)
        return f"{SILENT} Its k3s does not run: {host.failure if host else 'it is a new server'}"
    unreachable = world.reach_servers(machine, cluster) if process.role == "agent" else None
    return f"{SILENT} {unreachable}" if unreachable else ""


def _path(world: World, cluster: Cluster, values: HelmValues, machine: Machine) -> tuple[str, str]:
    """The address that Cilium shows for a node, and why none of its addresses answers."""
    addresses = cilium.api_addresses(values)
    if not addresses:
        shown = f"{api_path.service_address(cluster)}:{api_path.SERVICE_PORT}"
        return shown, api_path.dial_service(world, cluster, machine) or ""
    failures = []
    for host, port in addresses:
        failure = api_path.dial_api(world, cluster, machine, host, port)
        if failure is None:
            return f"{host}:{port}", ""
        failures.append(failure)
    host, port = addresses[0]
    return f"{host}:{port}", failures[0]


def _swallowed(world: World, cluster: Cluster, ranges: tuple[IPv4Network, ...]) -> str:
    """An agent's way to every server, once the pod ranges are routes on its host."""
    reasons = []
    for server in world.living_servers(cluster):
        process = world.state.hosts[server.id].k3s
        address = (process.text("node-ip") if process else "") or server.private_ip
        block = pod_network.swallowed(address, ranges)
        if block is None:
            return ""
        reasons.append(f"{timed_out(address, 6443)}: {pod_network.swallow_reason(block)}")
    return reasons[0] if reasons else ""


def _flannel(cluster: Cluster) -> str:
    return "" if cluster.k3s.text("flannel-backend", "vxlan") == "none" else TWO_NETWORKS
