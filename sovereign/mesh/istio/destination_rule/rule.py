"""The whole DestinationRule."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sovereign.mesh.istio import shapes
from sovereign.mesh.istio.destination_rule.envoy import PARTS, envoy_config
from sovereign.mesh.istio.destination_rule.subsets import subset_service
from sovereign.mesh.istio.destination_rule.tls import tls
from sovereign.mesh.istio.document import Document
from sovereign.mesh.istio.field import Field, Handler
from sovereign.mesh.istio.heads import Head, head
from sovereign.mesh.istio.inventory import Inventory, Name, Service
from sovereign.mesh.istio.outside import closed_to_outside
from sovereign.mesh.manifest import Manifest

REFUSED = {
    "exportTo": "a CiliumEnvoyConfig is for every caller in the cluster",
    "workloadSelector": "a CiliumEnvoyConfig is for every caller in the cluster",
}
POLICY_REFUSED = {
    "portLevelSettings": "not converted: one Service has one CiliumEnvoyConfig; write it per port",
    "tunnel": "not converted: Cilium's Envoy tunnels nothing",
    "proxyProtocol": "not converted: Cilium's Envoy sends no PROXY header here",
    "retryBudget": "not converted: write retries in the route",
}
HELD_BY = (
    "holds for calls to the Service inside the cluster; for requests that come by an HTTPRoute "
    "Cilium makes the Envoy cluster itself"
)
ROUTED = "; a VirtualService of the input sends requests there, and those it does not cover"
TAKEN_OVER = (
    "a VirtualService routes this Service's callers: Cilium redirects a Service to one listener, "
    "the route's, whose Envoy cluster it makes itself"
)
OF_A_SUBSET = (
    "holds for callers that dial the subset's Service; for requests that a route sends there "
    "Cilium makes the Envoy cluster itself"
)
SEVERAL_PORTS = (
    "the Service has several HTTP ports, and one Envoy cluster would mix their endpoints: "
    "write one CiliumEnvoyConfig per port by hand"
)


@dataclass(frozen=True)
class _Speech:
    """What a Service speaks on which port."""

    http: bool
    port: int | None
    guess: str | None
    """What was taken for granted."""


def destination_rule(document: Document, inventory: Inventory) -> list[Manifest]:
    """The manifests that come of it."""
    spec = document.spec
    handlers: dict[str, Handler] = {
        **{key: _lost(why) for key, why in REFUSED.items()},
        **{key: lambda _: True for key in ("host", "trafficPolicy", "subsets")},
    }
    spec.visit(handlers)
    name = inventory.resolve(spec["host"].text or "", document.namespace)
    if name is None or not shapes.label(name.namespace):
        spec.lost("the host is no Service of the cluster, so nothing can be made for it")
        return []
    spec["host"].differs(HELD_BY + (ROUTED if name in inventory.routed else ""), str(name))
    kept = head(document)
    policy = spec["trafficPolicy"]
    made = _for_service(name, inventory.service(name), [policy], kept)
    if name in inventory.taken_over:
        for part in PARTS:
            policy[part].lost(TAKEN_OVER)
        made = [found for found in made if found["kind"] != "CiliumEnvoyConfig"]
    subsets = spec["subsets"].each()
    titles = [subset["name"].text for subset in subsets]
    for subset in subsets:
        if titles.count(subset["name"].text) > 1:
            subset.lost("a subset of this name stands here more than once: which one counts?")
        else:
            made += _subset(subset, policy, name, inventory, kept)
    return made


def _for_service(
    name: Name, service: Service | None, policies: list[Field], kept: Head
) -> list[Manifest]:
    """Policies: the general one, then the subset's own, whose settings come first. The general
    TLS mode has its policy already.
    """
    settings: dict[str, Field] = {}
    for policy in policies:
        _visit_policy(policy)
        settings |= {key: policy[key] for key in PARTS if policy[key].present}
    made: list[Manifest] = []
    if settings:
        made += _envoy(name, service, settings, kept)
    mode = policies[-1]["tls"]
    if mode.present and tls(mode):
        if service is None:
            mode.differs(
                "nothing is written: the Service's manifest is not in the directory, so its pods "
                "are not known; WireGuard encrypts between nodes"
            )
        else:
            made.append(closed_to_outside(f"{name.name}-tls", name.namespace, service.selector))
    return made


def _visit_policy(policy: Field) -> None:
    handlers: dict[str, Handler] = {
        **{key: _lost(why) for key, why in POLICY_REFUSED.items()},
        **{key: lambda _: True for key in (*PARTS, "tls")},
    }
    policy.visit(handlers)
    if policy.value in ({}, None):
        policy.converted("nothing to write")


def _envoy(
    name: Name, service: Service | None, settings: Mapping[str, Field], kept: Head
) -> list[Manifest]:
    speech = _speech(service)
    if speech is None:
        for field in settings.values():
            field.lost(SEVERAL_PORTS)
        return []
    made = envoy_config(name, settings, http=speech.http, port=speech.port, head=kept)
    if speech.guess:
        for field in settings.values():
            field.aside(speech.guess)
    return [made]


def _speech(service: Service | None) -> _Speech | None:
    """None where several ports speak HTTP."""
    if service is None:
        guess = (
            "the Service's manifest is not in the directory: taken as HTTP with one port; a "
            "Service that speaks anything else would stop working"
        )
        return _Speech(True, None, guess)
    web = [port for port in service.ports if port.http]
    raw = [port for port in service.ports if port.http is False]
    if len(service.ports) == 1:
        unsaid = "the port's name says no protocol: taken as HTTP"
        return _Speech(not raw, None, unsaid if service.ports[0].http is None else None)
    if len(web) == 1 and len(web) + len(raw) == len(service.ports):
        return _Speech(True, web[0].number, None)
    return None


def _subset(
    subset: Field, base: Field, name: Name, inventory: Inventory, kept: Head
) -> list[Manifest]:
    title, labels = subset["name"], subset["labels"]
    made = inventory.subset_service(name, title.text or "")
    service = inventory.service(name)
    subset.visit({key: lambda _: True for key in ("name", "labels", "trafficPolicy")})
    if made is None or service is None:
        subset.lost(
            "a subset becomes a Service of its own: that takes its labels, and the manifest of "
            f"Service {name} in the directory"
        )
        return []
    title.differs(f"a Service of its own, {made}", made)
    labels.converted("selector")
    twin = replace(service, selector={**service.selector, **labels.value})
    own = Name(name.namespace, made)
    policies = [base, subset["trafficPolicy"]]
    made_for = _for_service(own, twin, policies, kept)
    subset["trafficPolicy"].differs(OF_A_SUBSET)
    return [subset_service(own, twin, kept), *made_for]


def _lost(why: str) -> Handler:
    return lambda field: field.lost(why)
