"""Where Cilium finds the API server: an address that answers on every node.

The incident behind it: 127.0.0.1:6443 works on a k3s server and nowhere else. On an agent nothing
listens there, cilium-agent crash-loops and the node stays NotReady.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_address

from .framework.rule import Deferred, Outcome, Resource, Settings, StackRule, Violation
from .framework.subjects import CILIUM, CILIUM_RELEASE
from .framework.values import Unknown, at, entries, shown, text
from .topology import Topology, topology

API_PORT = "6443"
NODE_LOCAL_PORT = "6444"
FACTS = "sovereign:index:Cilium"
ROLELESS = "servers are control planes cannot be told: label them role=control-plane or role=worker"
MODES = ("control-plane-ip", "node-local")


def reachable(resources: Sequence[Resource], settings: Settings) -> Sequence[Outcome] | None:
    """Judge k8sServiceHost and its port of each release, and each of k8s.apiServerURLs."""
    who = topology(resources)
    outcomes: list[Outcome] = []
    for each in CILIUM.among(resources):
        if each.type == FACTS:
            mode = at(each.props, "apiServerAddress")
            if isinstance(mode, Unknown):
                outcomes.append(Deferred(mode.path, each.urn))
            elif mode not in MODES:
                wanted = " or ".join(MODES)
                outcomes.append(
                    Violation(f"apiServerAddress is {shown(mode)}, not {wanted}", each.urn)
                )
            continue
        outcomes += [_with_urn(found, each.urn) for found in _release(each, who, settings)]
    return outcomes if CILIUM.among(resources) else None


def _with_urn(outcome: Outcome, urn: str) -> Outcome:
    if isinstance(outcome, Deferred):
        return replace(outcome, urn=urn)
    return Violation(outcome.found, urn)


def _release(release: Resource, who: Topology, settings: Settings) -> list[Outcome]:
    host, port = (at(release.props, "values", f"k8sService{part}") for part in ("Host", "Port"))
    urls = at(release.props, "values", "k8s", "apiServerURLs")
    waiting = [each for each in (host, port, urls) if isinstance(each, Unknown)]
    outcomes: list[Outcome] = [Deferred(each.path) for each in waiting]
    if host is None:
        outcomes.append(
            Violation(
                "values.k8sServiceHost is not set: agents cannot dial a Service before they run"
            )
        )
    elif not isinstance(host, Unknown) and not isinstance(port, Unknown):
        outcomes += _judge(
            "values.k8sServiceHost", text(host), "" if port is None else str(port), who, settings
        )
    for url in text(urls).split():
        matched = re.fullmatch(r"https://(\[[^]]+\]|[^:/]+):(\d+)/?", url)
        if matched is None:
            outcomes.append(
                Violation(
                    f"values.k8s.apiServerURLs holds {shown(url)}, not https://<address>:6443"
                )
            )
        else:
            outcomes += _judge("values.k8s.apiServerURLs", matched[1], matched[2], who, settings)
    return outcomes


def _judge(path: str, host: str, port: str, who: Topology, settings: Settings) -> list[Outcome]:
    said = f"{path} is {host}:{port or '(no port)'}"
    if f"{host}:{port}" in entries(settings["otherAddresses"]):
        return []
    if _is_loopback(host):
        if port == NODE_LOCAL_PORT or (port == API_PORT and not who.agents):
            return []
        return [
            Violation(
                f"{said}: nothing listens there on a k3s agent, whose Cilium would crash-loop"
            )
        ]
    if port == API_PORT and host in who.control_planes | who.load_balancers:
        return []
    if port == API_PORT and who.unknown:
        return [Deferred(each.path) for each in who.unknown]
    known = [f"{each}:{API_PORT}" for each in sorted(who.control_planes | who.load_balancers)]
    return [Violation(f"{said}, not one of {', '.join([*known, f'127.0.0.1:{NODE_LOCAL_PORT}'])}")]


def _is_loopback(host: str) -> bool:
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return host.lower() == "localhost" or host.startswith("127.")
    return address.is_loopback or address.is_unspecified


def every_control_plane(resources: Sequence[Resource], _: Settings) -> Sequence[Outcome] | None:
    """Judge that with several control planes Cilium does not depend on one of them.

    Several servers of which nothing says a role may be several control planes.
    """
    who = topology(resources)
    releases = CILIUM_RELEASE.among(resources)
    maybe = who.control_plane_count == 0 and who.roleless > 1
    if not releases or (who.control_plane_count < 2 and not maybe):
        return None
    modes = [
        at(each.props, "apiServerAddress") for each in CILIUM.among(resources) if each.type == FACTS
    ]
    outcomes: list[Outcome] = []
    for release in releases:
        outcomes += [_with_urn(each, release.urn) for each in _depends_on_one(release, who, modes)]
    return outcomes


def _depends_on_one(release: Resource, who: Topology, modes: Sequence[object]) -> list[Outcome]:
    host = at(release.props, "values", "k8sServiceHost")
    urls = at(release.props, "values", "k8s", "apiServerURLs")
    if isinstance(urls, Unknown):
        return [Deferred(urls.path)]
    if urls is None:
        if isinstance(host, Unknown) and "control-plane-ip" not in modes:
            return [] if "node-local" in modes else [Deferred(host.path)]
        if isinstance(host, Unknown) or text(host) in who.control_planes:
            if not who.control_plane_count:
                why = f"is one address, and which of {who.roleless} {ROLELESS}"
                return [Deferred("values.k8sServiceHost", why=why)]
            return [
                Violation(
                    f"{who.control_plane_count} control planes, but Cilium knows the address of one"
                )
            ]
        return []
    if not isinstance(urls, str):
        return [
            Violation(
                "values.k8s.apiServerURLs is no text: the chart takes one space-separated line"
            )
        ]
    absent = sorted(each for each in who.certain if f"//{each}:" not in urls)
    if absent and who.unknown:
        return [Deferred(each.path) for each in who.unknown]
    if absent:
        return [Violation(f"values.k8s.apiServerURLs lacks {', '.join(absent)}")]
    named, count = len(set(urls.split())), who.control_plane_count
    shared = any(f"//{each}:" in urls for each in {"127.0.0.1", *who.load_balancers})
    if named < count and not shared:
        found = f"values.k8s.apiServerURLs names {named} of {count} control planes"
        return [Violation(found)]
    return []


API_SERVER_ADDRESS = StackRule(
    id="api-server-address",
    level="mandatory",
    severity="critical",
    prevents="Cilium reaches the API server from every node, agents included.",
    learned_from=(
        "the incident of the requirement",
        "KH#1267",
        "HK#61",
        "k3s pkg/agent/proxy/apiproxy.go",
    ),
    fix="derive k8sServiceHost from a control-plane server's private-IP output, with "
    "k8sServicePort 6443; or use 127.0.0.1 with 6444, or the API load balancer's private IP "
    "with 6443",
    tags=("cilium", "availability", "nist-800-53:CM-6"),
    settings={
        "otherAddresses": {
            "type": "array",
            "items": {"type": "string"},
            "default": [],
            "description": "Further host:port pairs that answer on every node, such as a DNS name.",
        }
    },
    check=reachable,
)

API_SERVER_EVERY_CONTROL_PLANE = StackRule(
    id="api-server-every-control-plane",
    level="mandatory",
    severity="high",
    prevents="With several control planes, the loss of one does not cut Cilium off from the API.",
    learned_from=("kubespray#12623", "HK#61", "KH#143", "HT: refuses HA without a stable endpoint"),
    fix='list every control plane in k8s.apiServerURLs ("https://10.0.1.2:6443 '
    'https://10.0.1.3:6443 …"), or use 127.0.0.1:6444 or the API load balancer',
    tags=("cilium", "availability", "nist-800-53:SI-13"),
    check=every_control_plane,
)
