"""The Helm values of Cilium that this project sets or judges, typed.

The chart's own schema forbids no key and leaves enumerations free, so a misspelt key is ignored
and a misspelt `encryption.type` renders no encryption at all, with exit code 0. This model is what
finds both. A field's description says what goes wrong with a value that is not in its list.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Line = Literal["1.19", "1.20"]
LINES: tuple[Line, ...] = ("1.19", "1.20")
"""Chart lines that the model knows."""


@dataclass(frozen=True)
class Dropped:
    """Marks a key that a chart line ignores, although an older one read it."""

    line: Line
    """First line without it."""
    instead: str
    """Path of the key that took its place."""


class Section(BaseModel):
    """One mapping of the values. Every key is optional: what is not set is the chart's default."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, alias_generator=to_camel)


class Switch(Section):
    """A part that is on or off."""

    enabled: bool | None = None


class Replicated(Switch):
    """A Deployment."""

    replicas: Annotated[int, Field(ge=1)] | None = None
    roll_out_pods: bool | None = None


class Kubernetes(Section):
    """What Cilium takes from Kubernetes: pod ranges, addresses of the API."""

    require_ipv4_pod_cidr: Annotated[bool | None, Field(alias="requireIPv4PodCIDR")] = None
    api_server_urls: Annotated[
        str | None,
        Field(
            alias="apiServerURLs", description="the addresses stand in one text, space-separated"
        ),
    ] = None


class Cluster(Section):
    """The cluster's name and id in a mesh of clusters."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?$")] | None = None
    id: Annotated[int, Field(ge=0, le=511)] | None = None


class ClusterPool(Section):
    """Ranges of which the operator gives each node a part."""

    ranges: Annotated[list[str] | None, Field(alias="clusterPoolIPv4PodCIDRList")] = None
    mask_size: Annotated[int | None, Field(alias="clusterPoolIPv4MaskSize", ge=8, le=30)] = None


class Ipam(Section):
    """Who gives pods their addresses."""

    mode: Annotated[
        Literal["kubernetes", "cluster-pool", "multi-pool", "delegated-plugin"] | None,
        Field(description="an unknown mode keeps the agents from starting"),
    ] = None
    operator: ClusterPool | None = None


class Bpf(Section):
    """Masquerading and routing: in eBPF or by the host's stack."""

    masquerade: bool | None = None
    host_legacy_routing: bool | None = None


class BandwidthManager(Switch):
    """Limits on pods' egress, and BBR."""

    bbr: bool | None = None


class StrictEgress(Switch):
    """Drops what would leave a node unencrypted."""

    cidr: str | None = None
    allow_remote_node_identities: bool | None = None


class StrictMode(Section):
    """No traffic between pods that is not encrypted; 1.19 has its keys one level higher."""

    egress: StrictEgress | None = None
    ingress: Switch | None = None
    enabled: Annotated[bool | None, Dropped("1.20", "encryption.strictMode.egress.enabled")] = None
    cidr: Annotated[str | None, Dropped("1.20", "encryption.strictMode.egress.cidr")] = None
    allow_remote_node_identities: Annotated[
        bool | None, Dropped("1.20", "encryption.strictMode.egress.allowRemoteNodeIdentities")
    ] = None


class Encryption(Switch):
    """Of what goes from node to node."""

    type: Annotated[
        Literal["wireguard", "ipsec", "ztunnel"] | None,
        Field(
            description="for the chart it is a free text, "
            "and an unknown one renders no encryption at all, without an error"
        ),
    ] = None
    node_encryption: bool | None = None
    strict_mode: StrictMode | None = None


class Mutual(Section):
    """By what both ends prove who they are."""

    spire: Switch | None = None


class Authentication(Switch):
    """Of workloads to each other."""

    mutual: Mutual | None = None


class GatewayClass(Section):
    """The cluster-wide class `cilium`."""

    create: Annotated[
        Literal["true", "false", "auto"] | None, Field(description="it is a text")
    ] = None


class Gateway(Switch):
    """Cilium's Gateway API controller."""

    gateway_class: GatewayClass | None = None
    host_network: Switch | None = None


class Auto(Switch):
    """Who makes and renews Hubble's certificates."""

    method: Literal["helm", "cronJob", "certmanager"] | None = None


class HubbleTls(Section):
    """TLS between Hubble's parts."""

    auto: Auto | None = None


class Metrics(Section):
    """Hubble's metrics, by name."""

    enabled: list[str] | None = None


class Hubble(Switch):
    """Sees the flows."""

    relay: Replicated | None = None
    ui: Replicated | None = None
    tls: HubbleTls | None = None
    metrics: Metrics | None = None


class Certgen(Section):
    """Where the certificates' job runs."""

    node_selector: dict[str, str] | None = None
    tolerations: list[dict[str, Any]] | None = None


class Operator(Replicated):
    """Cilium's operator."""


class Cgroup(Section):
    """The cgroup v2 that eBPF programs are attached to."""

    auto_mount: Switch | None = None
    host_root: str | None = None


class Capabilities(Section):
    """Linux capabilities, by container."""

    cilium_agent: list[str] | None = None
    clean_cilium_state: list[str] | None = None


class SecurityContext(Section):
    """Of the agents' pods."""

    capabilities: Capabilities | None = None


class Values(Section):
    """The whole mapping."""

    kube_proxy_replacement: Annotated[
        bool | None, Field(description="`strict`, `partial` and the like fail at rendering")
    ] = None
    kube_proxy_replacement_healthz_bind_addr: str | None = None
    k8s_service_host: Annotated[str | None, Field(alias="k8sServiceHost")] = None
    k8s_service_port: Annotated[int | str | None, Field(alias="k8sServicePort")] = None
    k8s: Annotated[Kubernetes | None, Field(alias="k8s")] = None
    cluster: Cluster | None = None
    ipam: Ipam | None = None
    routing_mode: Annotated[
        Literal["tunnel", "native"] | None,
        Field(description="an unknown mode keeps the agents from starting"),
    ] = None
    tunnel_protocol: Literal["vxlan", "geneve"] | None = None
    ipv4_native_routing_cidr: Annotated[str | None, Field(alias="ipv4NativeRoutingCIDR")] = None
    auto_direct_node_routes: bool | None = None
    mtu: Annotated[int | None, Field(alias="MTU", ge=1280, le=9000)] = None
    bpf: Bpf | None = None
    bandwidth_manager: BandwidthManager | None = None
    encryption: Encryption | None = None
    authentication: Authentication | None = None
    envoy: Switch | None = None
    envoy_config: Switch | None = None
    l7_proxy: Annotated[bool | None, Field(alias="l7Proxy")] = None
    gateway_api: Annotated[Gateway | None, Field(alias="gatewayAPI")] = None
    hubble: Hubble | None = None
    certgen: Certgen | None = None
    l2announcements: Annotated[Switch | None, Field(alias="l2announcements")] = None
    host_firewall: Switch | None = None
    operator: Operator | None = None
    roll_out_cilium_pods: bool | None = None
    cgroup: Cgroup | None = None
    security_context: SecurityContext | None = None
