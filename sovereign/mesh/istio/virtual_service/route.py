"""The whole VirtualService: one HTTPRoute at its Gateways, one for callers inside the cluster."""

from typing import Any

from sovereign.mesh.istio import shapes
from sovereign.mesh.istio.document import Document, Settings
from sovereign.mesh.istio.field import Handler
from sovereign.mesh.istio.heads import Head, head
from sovereign.mesh.istio.inventory import Inventory, Name
from sovereign.mesh.istio.virtual_service.context import Context
from sovereign.mesh.istio.virtual_service.parents import parents
from sovereign.mesh.istio.virtual_service.precedence import reordered
from sovereign.mesh.istio.virtual_service.rule import Rule, convert
from sovereign.mesh.manifest import Manifest, manifest

API_VERSION = "gateway.networking.k8s.io/v1"
RULES_LIMIT = 16
MATCHES_LIMIT = 127
"""Of a whole route: fewer than 128."""
REFUSED = {
    "tls": "not converted: TLS passthrough needs a TLSRoute",
    "tcp": "not converted: TCP needs a TCPRoute, which this converter does not write",
    "exportTo": "Gateway API has no export: a route is seen where its parents are",
}


def virtual_service(document: Document, inventory: Inventory, settings: Settings) -> list[Manifest]:
    """The manifests that come of it."""
    spec = document.spec
    handlers: dict[str, Handler] = {
        **{key: _lost(why) for key, why in REFUSED.items()},
        **{key: lambda _: True for key in ("hosts", "gateways", "http")},
    }
    spec.visit(handlers)
    context = Context(document.namespace, inventory, settings)
    rules = [made for rule in spec["http"].each() for made in convert(rule, context)]
    if not shapes.object_name(document.name) or not shapes.label(document.namespace):
        return _none(document, "the object's name or namespace is not of Kubernetes' form")
    if not rules:
        return _none(document, "no rule of it could be written, so there is no route")
    matches = sum(len(rule["matches"]) for rule in rules)
    if len(rules) > RULES_LIMIT or matches > MATCHES_LIMIT:
        return _none(
            document,
            f"an HTTPRoute has at most {RULES_LIMIT} rules and {MATCHES_LIMIT} matches: "
            "split the VirtualService",
        )
    routes = _routes(document, inventory, rules)
    if not routes:
        return _none(document, "nothing is left that the route could be attached to")
    if reordered(rules):
        spec["http"].aside(
            "Istio takes the first rule that matches, HTTPRoute the most specific one: a later "
            "rule here is more specific than an earlier one and now wins"
        )
    return [*routes, *(_grant(name, document) for name in sorted(context.granted))]


def _routes(document: Document, inventory: Inventory, rules: list[Rule]) -> list[Manifest]:
    found = parents(document, inventory)
    kept = head(document)
    made = []
    if found.gateways:
        hosts = {"hostnames": found.host_names} if found.host_names else {}
        made.append(_route(document.name, document, kept, found.gateways, hosts, rules))
    if found.services:
        name = f"{document.name}-mesh" if found.gateways else document.name
        made.append(_route(name, document, kept, found.services, {}, rules))
    return made


def _route(
    name: str,
    document: Document,
    kept: Head,
    attached: list[dict[str, Any]],
    hosts: dict[str, Any],
    rules: list[Rule],
) -> Manifest:
    return manifest(
        API_VERSION,
        "HTTPRoute",
        name,
        namespace=document.namespace,
        labels=kept.labels,
        annotations=kept.annotations,
        spec={"parentRefs": attached, **hosts, "rules": rules},
    )


def _grant(name: Name, document: Document) -> Manifest:
    """Lets routes of the document's namespace name the Service. v1beta1: Gateway API 1.4.1, which
    Cilium 1.19 needs, has no v1.
    """
    source = {
        "group": "gateway.networking.k8s.io",
        "kind": "HTTPRoute",
        "namespace": document.namespace,
    }
    return manifest(
        "gateway.networking.k8s.io/v1beta1",
        "ReferenceGrant",
        f"{name.name}-from-{document.namespace}",
        namespace=name.namespace,
        spec={"from": [source], "to": [{"group": "", "kind": "Service", "name": name.name}]},
    )


def _none(document: Document, why: str) -> list[Manifest]:
    document.spec.lost(why)
    return []


def _lost(why: str) -> Handler:
    return lambda field: field.lost(why)
