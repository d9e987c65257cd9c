"""What a Sovereign will be: plain frozen values, decided before anything is created.

Structure, names, addresses, flags and Helm values are known here. Ids and addresses that the cloud
hands out are not: they stay Outputs of the components. Nothing in this package imports pulumi,
reads a file or a clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sovereign.mesh.load_balancing.choice import Kind
from sovereign.plan.cost import CostPlan

WITNESSES = 3
"""So many workers are asked whether there was a cluster; an address without a server takes 5 s."""
Role = Literal["control-plane", "worker"]
AddressMode = Literal["control-plane-ip", "node-local"]


@dataclass(frozen=True)
class NetworkPlan:
    """The private network and the cluster's ranges, as CIDR text."""

    name: str
    cidr: str
    node_cidr: str
    pod_cidr: str
    service_cidr: str
    zone: str
    """Hetzner network zone, for example `eu-central`."""
    load_balancer_addresses: tuple[str, ...]
    """Addresses kept free for load balancers: the last five before the broadcast address."""


@dataclass(frozen=True)
class FirewallRule:
    """One inbound rule of a Hetzner firewall."""

    description: str
    port: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class FirewallPlan:
    """A firewall: everything inbound is dropped but its rules."""

    name: str
    rules: tuple[FirewallRule, ...]


@dataclass(frozen=True)
class NodePlan:
    """One server and the Kubernetes node it becomes. Name, address and slot follow from its id
    alone.
    """

    name: str
    """Server, host and node name, for example `dev-default-1`."""
    role: Role
    pool: str
    """`control-plane`, or the worker pool's name."""
    id: int
    generation: int
    """Raising it replaces the server and rotates its SSH host key."""
    private_ip: str
    server_type: str
    image: str
    location: str
    placement_group: str
    hcloud_labels: Mapping[str, str]
    k3s_config: Mapping[str, Any]
    """k3s options as in config.yaml, without tokens and server URL."""
    cloud_config: Mapping[str, Any]
    """cloud-init document without the SSH host key, which `render_user_data` adds."""
    binary: "ArtifactPlan"
    """The k3s binary for this server's architecture."""
    joins_through: str | None
    """Address (private IP) of the control plane that it joins; None: it creates the cluster."""


@dataclass(frozen=True)
class PoolPlan:
    """A pool of workers."""

    name: str
    location: str
    nodes: tuple[NodePlan, ...]


@dataclass(frozen=True)
class ArtifactPlan:
    """Something to download: where from, and how it is verified."""

    name: str
    version: str
    url: str
    sha256: str | None
    """Pinned checksum, or None."""
    checksums: str | None
    """The release's own checksum file, asked when nothing is pinned."""


@dataclass(frozen=True)
class ComponentPlan:
    """A workload that must be Ready before `up` ends."""

    title: str
    kind: str
    namespace: str
    name: str

    @property
    def reference(self) -> str:
        """`kind/namespace/name`, as the ready gate reads it."""
        return f"{self.kind}/{self.namespace}/{self.name}"


@dataclass(frozen=True)
class CiliumPlan:
    """The Cilium release. `values` has a hole for the API server's address; `fill` closes it."""

    version: str
    chart: str
    """Archive URL, or a path on the operator's machine."""
    chart_sha256: str | None
    values: Mapping[str, Any]
    pod_route_mtu: int
    """Bytes that a pod's packet may have between nodes, after tunnel and encryption."""
    api_server_address: AddressMode
    manifests: tuple[ArtifactPlan, ...]
    """Gateway API definitions, installed before the operator starts."""


@dataclass(frozen=True)
class CloudControllerPlan:
    """Hetzner's cloud controller manager."""

    version: str
    chart: str
    chart_sha256: str | None
    values: Mapping[str, Any]


@dataclass(frozen=True)
class SovereignPlan:
    """Everything that is decided about one Sovereign."""

    name: str
    location: str
    network: NetworkPlan
    firewalls: Mapping[Role, FirewallPlan]
    placement_groups: tuple[str, ...]
    control_planes: tuple[NodePlan, ...]
    pools: tuple[PoolPlan, ...]
    api_server_address: AddressMode
    k3s_version: str
    cilium: CiliumPlan
    cloud_controller: CloudControllerPlan
    load_balancer: Kind
    """How Services of type LoadBalancer get an address."""
    policies: tuple[Mapping[str, Any], ...]
    """Cluster-wide policies as Kubernetes objects, applied when everything is Ready."""
    components: tuple[ComponentPlan, ...]
    artifacts: tuple[ArtifactPlan, ...]
    operator_cidrs: tuple[str, ...]
    ssh_port: int
    extra_ssh_keys: Mapping[str, str]
    dial_error_limit: int
    join_limit_s: int
    api_limit_s: int
    ready_limit_s: int
    protect: bool
    cost: CostPlan

    @property
    def workers(self) -> tuple[NodePlan, ...]:
        """All workers of all pools, by pool name and id."""
        return tuple(node for pool in self.pools for node in pool.nodes)

    @property
    def nodes(self) -> tuple[NodePlan, ...]:
        """Control planes first, then the workers."""
        return (*self.control_planes, *self.workers)

    @property
    def in_turn(self) -> tuple[NodePlan, ...]:
        """The control planes in the order in which they are made: the lowest generation first, then
        the lowest id.
        """
        return tuple(sorted(self.control_planes, key=lambda node: (node.generation, node.id)))

    @property
    def anchor(self) -> NodePlan:
        """The control plane that the program talks to, and through which all others join: the first
        in turn, so that a raised generation moves it to one that stays.
        """
        return self.in_turn[0]

    def peers(self, node: NodePlan) -> tuple[str, ...]:
        """Private addresses of the other control planes; empty for a worker."""
        if node.role == "worker":
            return ()
        return tuple(one.private_ip for one in self.control_planes if one.name != node.name)

    def witnesses(self, node: NodePlan) -> tuple[str, ...]:
        """Private addresses of the first workers, whose kubelets show a server that would create a
        cluster that there was one; empty for all others.
        """
        creates = node.role == "control-plane" and node.joins_through is None
        return tuple(one.private_ip for one in self.workers[:WITNESSES]) if creates else ()

    @property
    def attachments(self) -> int:
        """Resources attached to the network: servers (and, later, load balancers)."""
        return len(self.nodes)

    def node(self, name: str) -> NodePlan:
        """The node of that name; KeyError if there is none."""
        return {node.name: node for node in self.nodes}[name]
