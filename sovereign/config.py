"""The one configuration of a Sovereign: its keys, its defaults, and what is refused.

Pure: plain values in, frozen models out. Every default stands in this file and nowhere else;
`sovereign.parsing` turns what an operator wrote into these models and names every problem at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

Name = Annotated[str, Field(pattern=r"^[a-z]([-a-z0-9]*[a-z0-9])?$")]
"""Lower-case letters, digits and '-', beginning with a letter: a host name label (RFC 1123)."""
PublicKey = Annotated[str, Field(pattern=r"^(ssh|ecdsa|sk)-\S+ [A-Za-z0-9+/]+=*( .*)?$")]
"""A line of OpenSSH's authorized_keys without options."""
WorkerId = Annotated[int, Field(ge=1, le=230)]
ControlPlaneId = Annotated[int, Field(ge=1, le=9)]
Seconds = Annotated[int, Field(ge=10, le=7200)]


def _int_keys(value: Any) -> Any:
    """YAML reads `{1: 2}` with an integer key, Pulumi's JSON with a string one."""
    if not isinstance(value, Mapping):
        return value
    return {int(k) if isinstance(k, str) and k.isdecimal() else k: v for k, v in value.items()}


class _Section(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, alias_generator=to_camel, validate_default=True
    )


class NetworkConfig(_Section):
    """Address ranges (IPv4 CIDR); pairwise disjoint but for the nodes' range inside the network."""

    cidr: str = "10.0.0.0/16"
    """The private network; it holds the nodes' range."""
    node_cidr: str = "10.0.1.0/24"
    """The subnet of the nodes and load balancers."""
    pod_cidr: str = "10.42.0.0/16"
    """Each node gets a /24 of it."""
    service_cidr: str = "10.43.0.0/16"
    """Addresses of Services; never routed."""


LabelKey = Annotated[
    str,
    Field(
        max_length=253,
        pattern=r"^((?:[a-z0-9]([-a-z0-9]*[a-z0-9])?\.)*[a-z0-9]([-a-z0-9]*[a-z0-9])?/)?"
        r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$",
    ),
]
"""A qualified name of Kubernetes: `tier`, or `example.org/tier`."""
LabelValue = Annotated[str, Field(pattern=r"^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$")]


class Taint(_Section):
    """A Kubernetes taint; `value` may be empty."""

    key: LabelKey
    value: LabelValue = ""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]


class _Nodes(_Section):
    server_type: str = "cpx32"
    """Hetzner server type; amd64 or arm64."""
    fallback_types: list[str] = []
    """What to order instead, in this order, where `serverType` is sold out; `sovereign preflight`
    names the first that can be had.
    """
    image: str = "ubuntu-24.04"
    """Hetzner image; its kernel must be new enough for Cilium."""
    image_kernel: Annotated[str, Field(pattern=r"^\d+\.\d+$")] | None = None
    """Kernel of an image that images.yaml does not know, as `6.8`."""
    first_id: int | None = None
    """With `count`: the lowest id."""
    labels: dict[LabelKey, LabelValue] = {}
    """Kubernetes node labels, set when the node registers."""
    taints: list[Taint] | None = None
    """None: the role's default (control plane: NoSchedule when there are workers; workers: none).
    """
    generations: Annotated[dict[int, Annotated[int, Field(ge=1)]], BeforeValidator(_int_keys)] = {}
    """Node id -> generation (default 1). Raising it replaces that server and rotates its SSH host
    key.
    """


class ControlPlaneConfig(_Nodes):
    """The servers that run the Kubernetes API and etcd. Id i is at nodes' base + 1 + i."""

    ids: list[ControlPlaneId] | None = None
    """Stable ids of the control planes, an odd number of them."""
    count: Annotated[int, Field(ge=1, le=9)] | None = None
    """Instead of `ids`, with `firstId`."""


class PoolConfig(_Nodes):
    """A pool of workers. Id i is at nodes' base + 19 + i; ids are unique over pools."""

    location: str | None = None
    """Default: the Sovereign's location."""
    ids: list[WorkerId] | None = None
    """Stable ids of the workers; removing one touches no other."""
    count: Annotated[int, Field(ge=0, le=230)] | None = None
    """Instead of `ids`, with `firstId`."""


class K3sConfig(_Section):
    """The Kubernetes distribution."""

    version: Annotated[str, Field(pattern=r"^v\d+\.\d+\.\d+\+k3s\d+$")] = "v1.36.4+k3s1"
    """One release, never a channel; one minor at a time, never back."""


class EncryptionConfig(_Section):
    """Encryption of pod traffic between nodes."""

    type: Literal["wireguard"] = "wireguard"
    """The only one; encryption cannot be switched off."""
    strict_mode: bool = False
    """Drop pod traffic that would leave a node unencrypted."""
    node_encryption: bool = False
    """Encrypt traffic between nodes' own processes too (beta; off on control planes)."""


HUBBLE_METRICS = (
    "dns", "drop", "flow", "flows-to-world", "httpV2", "icmp", "policy", "port-distribution", "tcp",
)  # fmt: skip
"""Names of Hubble's metrics on both chart lines, but the deprecated `http`."""


def _known_metric(metric: str) -> str:
    name = metric.partition(":")[0]
    if name not in HUBBLE_METRICS:
        words = {"word": name, "known": HUBBLE_METRICS}
        raise PydanticCustomError("unknown_word", "Hubble has no such metric", words)
    return metric


HTTP_METRIC = (
    "httpV2:labelsContext=source_namespace,source_workload,"
    "destination_namespace,destination_workload"
)
"""Names both sides of a request; the service level rules and the dashboard find nothing without."""
HubbleMetric = Annotated[str, Field(pattern=r"^[^:\s]+(:\S+)?$"), AfterValidator(_known_metric)]
"""`name` or `name:option=value;option`; no blanks, for the chart joins the list by them."""


class HubbleConfig(_Section):
    """Hubble, Cilium's flow observer."""

    enabled: bool = True
    """Observe flows at all."""
    relay: bool = True
    """Flows of all nodes in one place."""
    ui: bool = True
    """The web page; it reads from the relay."""
    metrics: list[HubbleMetric] = ["dns", "drop", "tcp", "flow", "icmp", HTTP_METRIC]
    """Metrics that Hubble exports, each with its options."""


class EnabledConfig(_Section):
    """A part that is on unless it is switched off."""

    enabled: bool = True
    """Whether the part is there."""


class CiliumConfig(_Section):
    """The network of the cluster, its only one."""

    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")] = "1.20.2"
    """Chart version, inside the tested lines."""
    profile: Literal["sovereign", "homelab"] = "sovereign"
    """`homelab` is for `sovereign cilium values`; a Hetzner stack refuses it with its reasons."""
    chart: str | None = None
    """A chart archive or directory instead of the published one; a path on the operator's machine
    or a URL.
    """
    encryption: EncryptionConfig = EncryptionConfig()
    hubble: HubbleConfig = HubbleConfig()
    gateway_api: EnabledConfig = EnabledConfig()
    envoy: EnabledConfig = EnabledConfig()
    mtu: Annotated[int, Field(ge=1280, le=1450)] = 1450
    """Bytes; the private network carries 1450."""
    host_firewall: bool = False
    """Close the nodes' own ports on the private network, too, but for k3s, Cilium and operators."""
    block_metadata: bool = True
    """Keep all pods off Hetzner's metadata service; a storage driver may need it (docs/mesh.md)."""


class CloudControllerConfig(_Section):
    """Hetzner's cloud controller manager."""

    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")] = "1.35.0"
    """Chart version; 1.30.1 is the lowest."""


class LoadBalancerConfig(_Section):
    """How Services of type LoadBalancer get an address; `sovereign plan` shows what each costs."""

    kind: Literal["hetzner", "dns", "l2"] = "hetzner"
    """Hetzner's load balancer; PowerDNS records; Cilium's ARP (refused on Hetzner Cloud)."""
    zone: Annotated[str, Field(pattern=r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)+[a-z]+$")] | None = None
    """With `dns`: the PowerDNS zone of the records, for example `example.org`."""


class SshConfig(_Section):
    """How the program reaches a node."""

    port: Annotated[int, Field(ge=1, le=65535)] = 22
    """TCP port of every node's SSH."""
    extra_keys: dict[Name, PublicKey] = {}
    """Name -> OpenSSH public key, authorized on servers created from then on."""
    dial_error_limit: Annotated[int, Field(ge=1, le=1000)] = 60
    """Refused dials before giving up; 60 are about 4.4 minutes (pulumi-command#1238)."""


class GatesConfig(_Section):
    """Limits, in seconds, after which a wait ends with a reason."""

    address_s: Seconds = 300
    """A server's private address, at boot."""
    join_s: Seconds = 600
    """cloud-init and k3s of one node."""
    api_s: Seconds = 600
    """The first control plane's API."""
    ready_s: Seconds = 900
    """Every node and component Ready."""


class PriceBook(_Section):
    """Your own net prices per month, instead of the sample ones; what has none is named."""

    currency: str = "EUR"
    """As it is shown."""
    date: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    """When the prices held: YYYY-MM-DD."""
    source: str
    """Where they come from."""
    server_types: dict[str, float]
    """Server type -> price per month; a type without one makes the cost unknown."""
    load_balancer_types: dict[str, float] = {}
    """Load balancer type -> price per month."""
    primary_ipv4: float | None = None
    """A primary IPv4 address; every server has one."""
    floating_ipv4: float | None = None
    """A floating IPv4 address."""
    floating_ipv6: float | None = None
    """A floating IPv6 network."""
    volume_per_gb: float | None = None
    """One GB of a volume."""
    backups_percent: float | None = None
    """Backups of a server, in percent of its price."""


class ClusterConfig(_Section):
    """`sovereign:cluster`."""

    name: Annotated[Name, Field(max_length=32)]
    """Names every resource, in front of everything else."""
    location: Literal["nbg1", "fsn1", "hel1", "ash", "hil", "sin"] = "nbg1"
    """Hetzner location; it decides the network zone."""
    network: NetworkConfig = NetworkConfig()
    control_plane: ControlPlaneConfig = ControlPlaneConfig(ids=[1])
    pools: dict[Name, PoolConfig] = {}
    api_server_address: Literal["control-plane-ip", "node-local"] = "control-plane-ip"
    """How Cilium reaches the API: the control planes' private addresses, or 127.0.0.1:6444 on each
    node, where k3s balances over them.
    """
    k3s: K3sConfig = Field(default=K3sConfig(), alias="k3s")
    cilium: CiliumConfig = CiliumConfig()
    cloud_controller: CloudControllerConfig = CloudControllerConfig()
    load_balancer: LoadBalancerConfig = LoadBalancerConfig()
    ssh: SshConfig = SshConfig()
    gates: GatesConfig = GatesConfig()
    hardening: bool = True
    """Kernel settings, admission and audit of the k3s hardening guide."""
    protect: bool = False
    """Refuse to delete the network and the control planes."""
    prices: PriceBook | None = None


@dataclass(frozen=True)
class Settings:
    """A configuration whose every value has the right type; `sovereign.plan` checks how they fit
    together.
    """

    cluster: ClusterConfig
    operator_cidrs: tuple[str, ...]
    """Who may reach SSH and the API (IPv4 or IPv6 CIDR); empty means nobody."""
    artifact_mirror: str
    """URL or directory, or empty."""
