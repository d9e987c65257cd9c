"""How each rule is broken: one alteration of the default stack, and who must report it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.policies.registrations import Registration, Registrations, gateway


@dataclass(frozen=True)
class Mutation:
    """An alteration of what was registered, and exactly who reports it."""

    what: str
    reports: frozenset[str]
    edit: Callable[[Registrations], object]
    control_planes: int = 1
    workers: int = 2


def _set(resource: str, path: str, value: Any) -> Callable[[Registrations], None]:
    """Return an edit that sets, or with `...` removes, what stands at a dotted path."""

    def edit(registrations: Registrations) -> None:
        *parents, last = [int(key) if key.isdigit() else key for key in path.split(".")]
        target: Any = registrations[resource].inputs
        for key in parents:
            target = target[key] if isinstance(key, int) else target.setdefault(key, {})
        if value is ...:
            del target[last]
        else:
            target[last] = value

    return edit


def _all(*edits: Callable[[Registrations], object]) -> Callable[[Registrations], None]:
    def edit(registrations: Registrations) -> None:
        for each in edits:
            each(registrations)

    return edit


def _add(registration: Registration) -> Callable[[Registrations], None]:
    return lambda registrations: registrations.update({registration.name: registration})


def _mutation(
    what: str, reports: str, *edits: Callable[[Registrations], object], **nodes: int
) -> Mutation:
    return Mutation(what, frozenset(reports.split()), _all(*edits), **nodes)


def _opened(
    port: str | None, *sources: str, protocol: str = "tcp"
) -> Callable[[Registrations], None]:
    def edit(registrations: Registrations) -> None:
        rule = {"direction": "in", "protocol": protocol, "sourceIps": [*sources]}
        rules = registrations["Firewall dev-workers"].inputs["rules"]
        rules.append(rule if port is None else {**rule, "port": port})

    return edit


SERVER, WORKER = "Server dev-control-plane-1", "Server dev-default-1"
RELEASE, CILIUM, JOIN = "Release dev-cilium", "component Cilium", "component K3sJoin"
HOST, URLS = "values.k8sServiceHost", "values.k8s.apiServerURLs"
PLAIN_HTTP = {"name": "http", "protocol": "HTTP", "port": 80}
GROUPED = [{"name": f"n{i}", "placementGroup": "dev-default-0"} for i in range(11)]
WORLD = ("0.0.0.0/0",)

NETWORK = [
    _mutation("SSH open to the world", "world-open-ports", _opened("22", *WORLD)),
    _mutation("the API open to the IPv6 world", "world-open-ports", _opened("6443", "::/0")),
    _mutation("etcd in a range", "world-open-ports", _opened("2000-2379", *WORLD)),
    _mutation("kubelet by a missing port", "world-open-ports", _opened(None, *WORLD)),
    _mutation("node ports over udp", "world-open-ports", _opened("32767", *WORLD, protocol="udp")),
    _mutation(
        "two halves in two rules",
        "world-open-ports",
        _opened("22", "0.0.0.0/1"),
        _opened("20-30", "128.0.0.0/1"),
    ),
    _mutation("no pinned address", "server-address-pinned", _set(WORKER, "networks.0.ip", ...)),
    _mutation("no alias list", "server-address-pinned", _set(WORKER, "networks.0.aliasIps", ...)),
    _mutation("no network", "server-address-pinned", _set(WORKER, "networks", ...)),
    _mutation(
        "a worker outside the subnet",
        "server-address-in-subnet",
        _set(WORKER, "networks.0.ip", "10.0.2.20"),
    ),
    _mutation(
        "two workers at one address",
        "server-address-in-subnet",
        _set(WORKER, "networks.0.ip", "10.0.1.21"),
    ),
    _mutation(
        "pods inside the network",
        "network-ranges ranges-agree",
        _set("component Network", "podCidr", "10.0.128.0/17"),
    ),
    _mutation(
        "load balancers outside the subnet",
        "network-ranges",
        _set("component Network", "loadBalancerAddresses", ["10.0.2.250"]),
    ),
    _mutation(
        "k3s knows another pod range",
        "ranges-agree",
        _set(JOIN, "nodes.0.config.cluster-cidr", "10.52.0.0/16"),
    ),
    _mutation("IPAM of the chart", "ipam-pod-range", _set(RELEASE, "values.ipam", ...)),
    _mutation(
        "a pool over the nodes",
        "ranges-agree",
        _set(RELEASE, "values.ipam.mode", "cluster-pool"),
        _set(RELEASE, "values.ipam.operator.clusterPoolIPv4PodCIDRList", ["10.0.0.0/14"]),
    ),
    _mutation(
        "kube-proxy not replaced",
        "kube-proxy-replaced",
        _set(RELEASE, "values.kubeProxyReplacement", False),
    ),
    _mutation(
        "kube-proxy in k3s",
        "k3s-network-left-to-cilium",
        _set(JOIN, "nodes.0.config.disable-kube-proxy", ...),
    ),
    _mutation(
        "Flannel in k3s",
        "k3s-network-left-to-cilium",
        _set(JOIN, "nodes.0.config.flannel-backend", "vxlan"),
    ),
    _mutation(
        "servers differ",
        "k3s-servers-identical",
        _set(JOIN, "nodes.1.config.disable", []),
        control_planes=3,
    ),
    _mutation("the incident", "api-server-address", _set(RELEASE, HOST, "127.0.0.1")),
    _mutation("the incident by name", "api-server-address", _set(RELEASE, HOST, "localhost")),
    _mutation("a worker's address", "api-server-address", _set(RELEASE, HOST, "10.0.1.20")),
    _mutation("no address", "api-server-address", _set(RELEASE, HOST, ...)),
    _mutation("another port", "api-server-address", _set(RELEASE, "values.k8sServicePort", 6444)),
    _mutation(
        "an unknown mode", "api-server-address", _set(CILIUM, "apiServerAddress", "loopback")
    ),
    _mutation(
        "one address for three control planes",
        "api-server-every-control-plane",
        _set(RELEASE, URLS, ...),
        control_planes=3,
    ),
    _mutation("a range of versions", "versions-pinned", _set(RELEASE, "version", ">=1.20")),
    _mutation("a k3s channel", "versions-pinned", _set(JOIN, "version", "stable")),
    _mutation(
        "an old cloud controller",
        "cloud-controller-floor",
        _set("Release dev-cloud-controller", "version", "1.29.0"),
    ),
    _mutation(
        "101 attachments", "attachment-limit", _set("component Sovereign", "attachments", 101)
    ),
    _mutation(
        "eleven in a group", "placement-group-limit", _set("component WorkerPool", "nodes", GROUPED)
    ),
    _mutation("51 rules", "firewall-limit", *[_opened("80", "192.0.2.7/32")] * 50),
    _mutation("a long name", "server-limits", _set(WORKER, "name", "w" * 64)),
    _mutation("a retired type", "server-limits", _set(WORKER, "serverType", "cx22")),
    _mutation("a datacenter", "server-limits", _set(WORKER, "datacenter", "nbg1-dc3")),
    _mutation("33 KiB", "server-limits", _set(WORKER, "userData", "# " * 17_000)),
]

ENCRYPTION = [
    _mutation("no encryption", "wireguard-on", _set(CILIUM, "values.encryption.enabled", False)),
    _mutation("a typo", "wireguard-on", _set(RELEASE, "values.encryption.type", "wiregard")),
    _mutation(
        "the old strict mode",
        "strict-mode-keys",
        _set(RELEASE, "values.encryption.strictMode", {"enabled": True, "cidr": "10.42.0.0/16"}),
    ),
    _mutation("no MTU", "wireguard-mtu", _set(RELEASE, "values.MTU", ...)),
    _mutation("the public MTU", "wireguard-mtu", _set(RELEASE, "values.MTU", 1500)),
    _mutation(
        "secrets in clear",
        "k3s-secrets-encryption",
        _set(JOIN, "nodes.0.config.secrets-encryption", False),
    ),
    _mutation(
        "a join token",
        "no-token-in-user-data",
        _set(WORKER, "userData", f"#cloud-config\n# K10{'a' * 64}::server:secret"),
    ),
    _mutation("a plain listener", "gateway-listener-tls", _add(gateway(PLAIN_HTTP))),
    _mutation(
        "an unpinned download",
        "artifacts-pinned",
        _set("component Sovereign", "artifacts.0.pinned", False),
    ),
]

MUTATIONS = {"network": NETWORK, "encryption": ENCRYPTION}
CONFIGURED = {
    "sovereign-protected": {"sovereign-protected": {"required": True}},
}
"""Rules that look at nothing until they are configured."""
