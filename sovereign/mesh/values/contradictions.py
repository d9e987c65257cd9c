"""Sets of values that are each right and cannot stand together. Facts: cilium.md §2 to §8."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sovereign.problems import Problem


@dataclass(frozen=True)
class Surroundings:
    """Where the values are to be used."""

    nodes: int | None
    """Nodes that can run the operator; None where that is not known."""
    hetzner: bool


@dataclass(frozen=True)
class Reading:
    """Plain reads of raw values by path; a missing or misshapen part is None."""

    values: Mapping[str, Any]

    def __getitem__(self, path: str) -> Any:
        found: Any = self.values
        for part in path.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        return found


Rule = Callable[[Reading, Surroundings], Iterator[Problem]]
LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")


def hubble(at: Reading, _: Surroundings) -> Iterator[Problem]:
    """The UI needs the relay, and both need Hubble."""
    ui, relay = at["hubble.ui.enabled"], at["hubble.relay.enabled"]
    if ui is True and relay is not True:
        rule = "the UI reads from the relay; the chart refuses to render without it"
        yield Problem(
            "hubble.ui.enabled", "True", rule, "switch hubble.relay.enabled on, or the UI off"
        )
    if at["hubble.enabled"] is False:
        for path, on in (("hubble.ui.enabled", ui), ("hubble.relay.enabled", relay)):
            if on is True:
                yield Problem(path, "True", "Hubble is off", "switch hubble.enabled on")


def authentication(at: Reading, _: Surroundings) -> Iterator[Problem]:
    """Authentication and SPIRE are on together or off together."""
    spire, on = at["authentication.mutual.spire.enabled"], at["authentication.enabled"]
    if spire is True and on is not True:
        rule = "SPIRE without authentication is refused by the chart: nothing would ask it"
        fix = "switch authentication.enabled on, or SPIRE off"
        yield Problem("authentication.mutual.spire.enabled", "True", rule, fix)
    if on is True and spire is not True:
        rule = "without SPIRE nobody can prove an identity, and policies that require it drop all"
        fix = "leave it off (WireGuard and identity-based policies), or switch SPIRE on"
        yield Problem("authentication.enabled", "True", rule, fix)


def layer_2(at: Reading, where: Surroundings) -> Iterator[Problem]:
    """Hetzner's network does not carry layer 2 announcements."""
    if at["l2announcements.enabled"] is True and where.hetzner:
        rule = "a Hetzner network is layer 3: ARP resolves nothing but the gateway"
        fix = "use a Hetzner load balancer or DNS (loadBalancer.kind)"
        yield Problem("l2announcements.enabled", "True", rule, fix)


def replicas(at: Reading, where: Surroundings) -> Iterator[Problem]:
    """No more operators than nodes that can run one."""
    count = at["operator.replicas"]
    if where.nodes is not None and isinstance(count, int) and count > where.nodes:
        rule = (
            f"the operator's pods refuse to share a node, and there are {where.nodes} nodes: "
            f"{count - where.nodes} would stay Pending and Helm's wait would time out"
        )
        yield Problem("operator.replicas", str(count), rule, f"use {where.nodes} or less")


def loopback(at: Reading, _: Surroundings) -> Iterator[Problem]:
    """Loopback's port 6443 is not the way to the API on every node."""
    port = at["k8sServicePort"]
    if at["k8sServiceHost"] in LOOPBACK and str(port) in ("6443", "None"):
        rule = "nothing listens on 127.0.0.1:6443 on a k3s agent: every worker would stay NotReady"
        fix = "use the control plane's private IP, or port 6444 on loopback"
        yield Problem("k8sServiceHost", f"{at['k8sServiceHost']}:{port or 6443}", rule, fix)


def routing(at: Reading, where: Surroundings) -> Iterator[Problem]:
    """Native routing needs its range; direct routes between nodes need one layer 2."""
    if at["routingMode"] == "native" and not at["ipv4NativeRoutingCIDR"]:
        rule = "native routing needs the range that is routed without masquerade: the pods' own"
        yield Problem("routingMode", "'native'", rule, "set ipv4NativeRoutingCIDR to the pod range")
    if at["autoDirectNodeRoutes"] is True and where.hetzner:
        rule = "nodes of a Hetzner network reach each other by a gateway, and Cilium refuses that"
        yield Problem("autoDirectNodeRoutes", "True", rule, "leave it false")


def pod_ranges(at: Reading, _: Surroundings) -> Iterator[Problem]:
    """A pool of Cilium's own needs ranges that are not the chart's default."""
    pool = at["ipam.operator.clusterPoolIPv4PodCIDRList"]
    if at["ipam.mode"] == "cluster-pool" and not pool:
        rule = "the chart's pool is 10.0.0.0/8, so pods could get the nodes' own addresses"
        fix = "set ipam.operator.clusterPoolIPv4PodCIDRList, or mode kubernetes"
        yield Problem("ipam.mode", "'cluster-pool'", rule, fix)


def encryption(at: Reading, _: Surroundings) -> Iterator[Problem]:
    """Encryption names its type, and strict mode needs encryption."""
    if at["encryption.enabled"] is True and at["encryption.type"] is None:
        rule = "the chart's type is ipsec, which needs a key that nobody made"
        yield Problem("encryption.enabled", "True", rule, "set encryption.type: wireguard")
    strict = at["encryption.strictMode.egress.enabled"] or at["encryption.strictMode.enabled"]
    if strict is True and at["encryption.enabled"] is not True:
        rule = "strict mode drops what is not encrypted, and encryption is off"
        yield Problem("encryption.strictMode", "on", rule, "switch encryption.enabled on")


def congestion(at: Reading, _: Surroundings) -> Iterator[Problem]:
    """BBR needs the bandwidth manager and eBPF host routing."""
    if at["bandwidthManager.bbr"] is not True:
        return
    if at["bandwidthManager.enabled"] is not True:
        rule = "BBR is a part of the bandwidth manager"
        yield Problem("bandwidthManager.bbr", "True", rule, "switch bandwidthManager.enabled on")
    if at["bpf.masquerade"] is not True or at["bpf.hostLegacyRouting"] is True:
        rule = "BBR needs eBPF host routing, else the agents do not start"
        fix = "set bpf.masquerade, leave bpf.hostLegacyRouting off"
        yield Problem("bandwidthManager.bbr", "True", rule, fix)


def gateway(at: Reading, _: Surroundings) -> Iterator[Problem]:
    """The Gateway API needs Envoy and the replacement of kube-proxy."""
    if at["gatewayAPI.enabled"] is not True:
        return
    for path, reason in (
        ("kubeProxyReplacement", "its traffic is redirected in place of kube-proxy"),
        ("l7Proxy", "it is an Envoy"),
    ):
        if at[path] is False:
            rule = f"the Gateway API is on, and {reason}"
            yield Problem(path, "False", rule, f"switch {path} on, or gatewayAPI.enabled off")


RULES: tuple[Rule, ...] = (
    hubble,
    authentication,
    layer_2,
    replicas,
    loopback,
    routing,
    pod_ranges,
    encryption,
    congestion,
    gateway,
)
