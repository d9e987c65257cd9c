"""The whole AuthorizationPolicy.

A rule that cannot be written is left out. For ALLOW that closes more than before, for DENY it
opens; both are said. Several ALLOW policies add up in Istio and in Cilium alike.
"""

from typing import Any

from sovereign.mesh.istio import shapes
from sovereign.mesh.istio.authorization.operation import operation
from sovereign.mesh.istio.authorization.source import Peers, add_source
from sovereign.mesh.istio.document import ROOT_NAMESPACE, Document
from sovereign.mesh.istio.field import Field, Handler
from sovereign.mesh.istio.inventory import Inventory
from sovereign.mesh.istio.selectors import labels_of
from sovereign.mesh.manifest import Manifest
from sovereign.mesh.policies.rules import policy

ALLOW, DENY = "ALLOW", "DENY"
ACTIONS = {
    "AUDIT": "Cilium marks nothing for an audit: look at the flows in Hubble",
    "CUSTOM": "Cilium asks no external authorizer",
}
REFUSED = {
    "targetRef": "not converted: write the policy for the workload's labels",
    "targetRefs": "not converted: write the policy for the workload's labels",
    "provider": "Cilium asks no external authorizer",
}
LEFT_OUT = {
    ALLOW: "the rule is left out, for a part of it cannot be written: whom it let in stays out",
    DENY: "the rule is left out, for a part of it cannot be written: what it denied is OPEN",
}
MESH_WIDE = (
    f"for the whole mesh, as it stands in {ROOT_NAMESPACE} without a selector: write it for each "
    "namespace"
)
TCP_ALONE = "Istio spoke of TCP alone; the policy closes UDP and other protocols to others too"
Rule = dict[str, Any]


def authorization_policy(document: Document, inventory: Inventory) -> list[Manifest]:
    """The manifests that come of it."""
    spec = document.spec
    handlers: dict[str, Handler] = {
        **{key: _lost(why) for key, why in REFUSED.items()},
        **{key: lambda _: True for key in ("selector", "rules", "action")},
    }
    good = spec.visit(handlers) or not spec.present or spec.value is None
    action = spec["action"].text if spec["action"].present else ALLOW
    labels = labels_of(spec["selector"])
    if action not in (ALLOW, DENY):
        why = ACTIONS.get(str(action), f"must be one of {ALLOW}, {DENY}, {', '.join(ACTIONS)}")
        return _none(spec, why)
    named = shapes.object_name(document.name) and shapes.label(document.namespace)
    if not good or labels is None or not named:
        return _none(spec, "a part of it that every rule needs cannot be written")
    if document.namespace == ROOT_NAMESPACE and not labels:
        return _none(spec, MESH_WIDE)
    spec["action"].converted("ingress" if action == ALLOW else "ingressDeny")
    if action == ALLOW:
        spec.aside(TCP_ALONE)
    spec.converted_if_empty("no rule: nobody gets in")
    ports = inventory.ports_of(document.namespace, labels)
    rules = _rules(spec["rules"], document.namespace, ports, action)
    return _policy(document, labels, action, rules)


def _policy(
    document: Document, labels: dict[str, str], action: str, rules: list[Rule]
) -> list[Manifest]:
    body: dict[str, Any] = {"endpointSelector": {"matchLabels": labels} if labels else {}}
    if action == ALLOW:
        body["ingress"] = rules or [{}]
    elif rules:
        body["enableDefaultDeny"] = {"ingress": False, "egress": False}
        body["ingressDeny"] = rules
    else:
        return []
    return [policy(f"{document.name}-authorization", document.namespace, body)]


def _rules(field: Field, home: str, ports: list[int], action: str) -> list[Rule]:
    if field.value in ([], None):
        field.differs("no rule: nobody gets in" if action == ALLOW else "no rule: denies nothing")
    made: list[Rule] = []
    for rule in field.each():
        found = _rule(rule, home, ports, deny=action == DENY)
        if found is None:
            rule.left_out(LEFT_OUT[action])
        else:
            made += found
    return made


def _rule(rule: Field, home: str, ports: list[int], *, deny: bool) -> list[Rule] | None:
    """The Cilium rules; None where it is left out, [] where nobody fulfils it."""
    good = rule.visit(
        {
            "from": lambda _: True,
            "to": lambda _: True,
            "when": _when,
        }
    )
    peers = Peers()
    if rule["from"].present:
        good &= bool(rule["from"].each())
        for entry in rule["from"].each():
            good &= _source(entry, home, peers)
    else:
        peers.entities.append("all")
    asked: list[dict[str, Any]] = []
    if rule["to"].present:
        for entry in rule["to"].each():
            found = operation(entry["operation"], ports, deny=deny)
            if found is None or not entry.visit({"operation": lambda _: True}):
                good = False
            else:
                asked.append(found)
        good &= bool(rule["to"].each())
    if not good:
        return None
    if rule.value == {}:
        rule.converted("fromEntities: all")
    return peers.rules({"toPorts": asked} if asked else {})


def _when(field: Field) -> bool:
    if field.value == []:
        return field.converted("no condition")
    return field.lost("conditions on attributes of a request: Cilium has none")


def _source(entry: Field, home: str, peers: Peers) -> bool:
    return entry.visit({"source": lambda f: add_source(f, home, peers)}) and entry.value != {}


def _none(spec: Field, why: str) -> list[Manifest]:
    spec.lost(why)
    return []


def _lost(why: str) -> Handler:
    return lambda field: field.lost(why)
