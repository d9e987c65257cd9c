"""Cilium replaces kube-proxy, Flannel and k3s' network policy, on both sides of the bargain."""

from collections.abc import Sequence

from .framework.cilium_config import CILIUM_CONFIG, chart_values
from .framework.k3s_script import servers as servers_by_script
from .framework.rule import (
    Deferred,
    Outcome,
    Props,
    Resource,
    ResourceRule,
    Settings,
    StackRule,
    Violation,
    require,
)
from .framework.subjects import CILIUM, COMMAND, K3S_JOIN, SERVER
from .framework.values import Unknown, at, entries, shown, text, unknowns

LEFT_TO_CILIUM: dict[str, object] = {
    "flannel-backend": "none",
    "disable-network-policy": True,
    "disable-kube-proxy": True,
}
IDENTICAL = (
    "cluster-cidr",
    "cluster-dns",
    "cluster-domain",
    "disable",
    "disable-cloud-controller",
    "disable-helm-controller",
    "disable-kube-proxy",
    "disable-network-policy",
    "egress-selector-mode",
    "flannel-backend",
    "secrets-encryption",
    "service-cidr",
)


def kube_proxy_replaced(props: Props, _: Settings) -> Sequence[Outcome]:
    """Judge the chart's value; the chart takes the word `true` as well, but no longer `strict`."""
    return require(chart_values(props), "values.kubeProxyReplacement", True, "true")


def network_left_to_cilium(resources: Sequence[Resource], _: Settings) -> Sequence[Outcome] | None:
    """Judge the options of every server; agents take them from the servers. What a script installs
    is judged only where Cilium is installed, too.
    """
    servers: list[tuple[object, str]] = []
    outcomes: list[Outcome] = []
    for join in K3S_JOIN.among(resources):
        nodes = at(join.props, "nodes")
        outcomes += [Deferred(nodes.path, join.urn)] if isinstance(nodes, Unknown) else []
        servers += [(each, join.urn) for each in entries(nodes) if at(each, "role") == "server"]
    if CILIUM.among(resources) or CILIUM_CONFIG.among(resources):
        for each in [*SERVER.among(resources), *COMMAND.among(resources)]:
            made = servers_by_script(each.props, list(LEFT_TO_CILIUM))
            servers += [(server, each.urn) for server in made]
    for server, urn in servers:
        for option, wanted in LEFT_TO_CILIUM.items():
            found = at(server, "config", option)
            if isinstance(found, Unknown):
                outcomes.append(Deferred(found.path, urn, found.why))
            elif found != wanted:
                name = text(at(server, "name"))
                outcomes.append(
                    Violation(f"{name}: {option} is {shown(found)}, not {shown(wanted)}", urn)
                )
    return outcomes if servers or outcomes else None


def servers_identical(props: Props, _: Settings) -> Sequence[Outcome] | None:
    """Judge that all servers agree on the options that k3s wants identical."""
    nodes = at(props, "nodes")
    if isinstance(nodes, Unknown):
        return [Deferred(nodes.path)]
    servers = [each for each in entries(nodes) if at(each, "role") == "server"]
    if len(servers) < 2:
        return None
    outcomes: list[Outcome] = []
    for option in IDENTICAL:
        found = [at(each, "config", option) for each in servers]
        waiting = list(unknowns(found))
        outcomes += [Deferred(each.path) for each in waiting]
        for server, value in zip(servers, found, strict=True):
            if not waiting and value != found[0]:
                name, first = text(at(server, "name")), text(at(servers[0], "name"))
                outcomes.append(
                    Violation(f"{option} is {shown(value)} on {name}, {shown(found[0])} on {first}")
                )
    return outcomes


KUBE_PROXY_REPLACED = ResourceRule(
    id="kube-proxy-replaced",
    level="mandatory",
    severity="critical",
    prevents="Cilium serves Kubernetes' Services: k3s runs without kube-proxy, so without this no "
    "Service works.",
    learned_from=(
        "cilium: kube-proxy replacement guide",
        "cilium 1.20 chart: `strict` fails rendering",
    ),
    fix="set the chart value kubeProxyReplacement: true",
    tags=("cilium", "nist-800-53:CM-6"),
    subjects=(CILIUM, CILIUM_CONFIG),
    check=kube_proxy_replaced,
)

K3S_NETWORK_LEFT_TO_CILIUM = StackRule(
    id="k3s-network-left-to-cilium",
    level="mandatory",
    severity="high",
    prevents="k3s runs no kube-proxy, no Flannel and no network policy of its own beside Cilium's.",
    learned_from=("k3s docs: basic network options", "KH init.tf"),
    fix="set flannel-backend: none, disable-network-policy: true and disable-kube-proxy: true on "
    "every server",
    tags=("k3s", "cilium", "nist-800-53:CM-7"),
    check=network_left_to_cilium,
)

K3S_SERVERS_IDENTICAL = ResourceRule(
    id="k3s-servers-identical",
    level="mandatory",
    severity="high",
    prevents="Servers agree on the options that k3s requires to be the same on all of them.",
    learned_from=("k3s docs: k3s server",),
    fix="give every server the same value",
    tags=("k3s", "nist-800-53:CM-6"),
    subjects=(K3S_JOIN,),
    check=servers_identical,
)
