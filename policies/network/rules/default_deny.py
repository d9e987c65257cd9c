"""Namespaces of applications are closed until a policy opens them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .framework.rule import Deferred, Outcome, Resource, Settings, StackRule, Violation
from .framework.subjects import (
    CHART,
    CILIUM_POLICY,
    CLUSTERWIDE_POLICY,
    KUBERNETES_POLICY,
    NAMESPACE,
    WORKLOAD,
)
from .framework.values import Unknown, at, entries, text, unknowns

SYSTEM = ["kube-system", "kube-public", "kube-node-lease", "cilium-secrets"]
DIRECTIONS = ("ingress", "egress")
NAMESPACE_LABELS = ("io.kubernetes.pod.namespace", "k8s:io.kubernetes.pod.namespace")


@dataclass(frozen=True)
class Closing:
    """What one policy closes: a namespace (empty: every one, but `apart`), in which directions. In
    those of `opened` it lets everybody through, and policies add up.
    """

    namespace: str
    directions: frozenset[str]
    opened: frozenset[str]
    apart: frozenset[str] = frozenset()

    def closes(self, namespace: str, direction: str) -> bool:
        """Say whether pods of the namespace are closed in that direction."""
        here = self.namespace == namespace or (not self.namespace and namespace not in self.apart)
        return here and direction in self.directions

    def opens(self, namespace: str, direction: str) -> bool:
        """Say whether pods of the namespace are open to everybody in that direction."""
        here = self.namespace == namespace or (not self.namespace and namespace not in self.apart)
        return here and direction in self.opened


Ways = tuple[frozenset[str], frozenset[str]]
"""Directions that are closed, and those that are opened."""


def denied(resources: Sequence[Resource], settings: Settings) -> Sequence[Outcome] | None:
    """Judge every namespace of the stack."""
    namespaces, waiting = _namespaces(resources)
    exempt = entries(settings["except"])
    judged = {name: urn for name, urn in namespaces.items() if name not in exempt}
    closings = list(_closings(resources))
    unread = [each for each in closings if isinstance(each, Deferred)]
    read = [each for each in closings if isinstance(each, Closing)]
    outcomes: list[Outcome] = list(waiting)
    for name, urn in judged.items():
        open_ways = [
            way
            for way in DIRECTIONS
            if way in entries(settings["directions"])
            and (
                not any(each.closes(name, way) for each in read)
                or any(each.opens(name, way) for each in read)
            )
        ]
        if open_ways and unread:
            outcomes += unread
        elif open_ways:
            found = f"the namespace {name} has no policy that denies {' and '.join(open_ways)}"
            outcomes.append(Violation(f"{found} by default", urn))
    return list(dict.fromkeys(outcomes)) if judged or waiting else None


def _namespaces(resources: Sequence[Resource]) -> tuple[dict[str, str], list[Deferred]]:
    """Return each namespace with the first resource that shows it, and what is not known: one that
    is registered, that a workload runs in, or that a release creates.
    """
    found: dict[str, str] = {}
    waiting: list[Deferred] = []
    shown = [(at(each.props, "metadata", "name"), each) for each in NAMESPACE.among(resources)]
    shown += [
        (at(each.props, "metadata", "namespace") or "default", each)
        for each in WORKLOAD.among(resources)
    ]
    shown += [
        (at(each.props, "namespace") or "default", each)
        for each in CHART.among(resources)
        if at(each.props, "createNamespace") is True
    ]
    for name, each in shown:
        if isinstance(name, Unknown):
            waiting.append(Deferred(name.path, each.urn))
        elif text(name):
            found.setdefault(text(name), each.urn)
    return found, waiting


def _closings(resources: Sequence[Resource]) -> Iterator[Closing | Deferred]:
    for each in KUBERNETES_POLICY.among(resources):
        spec = at(each.props, "spec")
        yield from _closing(each, at(spec, "podSelector"), _kubernetes_ways(spec))
    for subject in (CILIUM_POLICY, CLUSTERWIDE_POLICY):
        for each in subject.among(resources):
            for spec in [at(each.props, "spec"), *entries(at(each.props, "specs"))]:
                if spec is not None:
                    yield from _closing(each, at(spec, "endpointSelector"), _cilium_ways(spec))


def _closing(policy: Resource, selector: object, ways: Ways) -> Iterator[Closing | Deferred]:
    """A policy counts if it selects all pods of its namespace, or of namespaces by their name."""
    clusterwide = CLUSTERWIDE_POLICY.holds(policy.type, policy.props)
    namespace = "" if clusterwide else at(policy.props, "metadata", "namespace")
    waiting = [*unknowns([selector, namespace])]
    if waiting:
        yield Deferred(waiting[0].path, policy.urn)
        return
    name = "" if clusterwide else text(namespace) or "default"
    labels, rules = at(selector, "matchLabels"), entries(at(selector, "matchExpressions"))
    if not isinstance(selector, Mapping):
        return
    if not labels and not rules:
        yield Closing(name, *ways)
    elif clusterwide and not rules and isinstance(labels, Mapping) and len(labels) == 1:
        [(key, value)] = labels.items()
        if key in NAMESPACE_LABELS:
            yield Closing(text(value), *ways)
    elif clusterwide and not labels and len(rules) == 1:
        yield from _by_expression(rules[0], ways)


def _by_expression(rule: object, ways: Ways) -> Iterator[Closing]:
    if at(rule, "key") not in NAMESPACE_LABELS:
        return
    values = [text(each) for each in entries(at(rule, "values"))]
    if at(rule, "operator") == "NotIn":
        yield Closing("", *ways, frozenset(values))
    elif at(rule, "operator") == "In":
        yield from (Closing(value, *ways) for value in values)


def _kubernetes_ways(spec: object) -> Ways:
    """Directions by type; a rule that lets everybody to every port opens everything again."""
    types = [text(each).lower() for each in entries(at(spec, "policyTypes"))]
    types = types or ["ingress", *(["egress"] if at(spec, "egress") is not None else [])]
    opened = {way for way in types if any(map(_everybody, entries(at(spec, way))))}
    return frozenset(types) - opened, frozenset(opened)


def _everybody(rule: object) -> bool:
    """Whether a rule of Kubernetes names no port, and no peer or every address."""
    if not isinstance(rule, Mapping) or at(rule, "ports"):
        return False
    peers = at(rule, "from") or at(rule, "to")
    blocks = [at(each, "ipBlock", "cidr") for each in entries(peers)]
    return not peers or any(text(each).endswith("/0") for each in blocks)


def _cilium_ways(spec: object) -> Ways:
    """Directions by `enableDefaultDeny`, which a section of rules switches on where it is unset."""
    closed, opened = set(), set()
    for way in DIRECTIONS:
        said = at(spec, "enableDefaultDeny", way)
        sections = (at(spec, way), at(spec, f"{way}Deny"))
        if said is True or (said is None and any(each is not None for each in sections)):
            closed.add(way)
        if _embraces_all(entries(at(spec, way)), "from" if way == "ingress" else "to"):
            opened.add(way)
    return frozenset(closed - opened), frozenset(opened)


def _embraces_all(rules: Sequence[object], side: str) -> bool:
    """Whether rules of Cilium without ports let in, or out, the cluster and the world together. A
    rule without peers lets nobody; `toPorts` and `icmps` narrow it.
    """
    named: set[str] = set()
    for rule in rules:
        if at(rule, "toPorts") or at(rule, "icmps"):
            continue
        named |= {text(each) for each in entries(at(rule, f"{side}Entities"))}
        blocks = [text(each) for each in entries(at(rule, f"{side}CIDR"))]
        blocks += [
            text(at(each, "cidr"))
            for each in entries(at(rule, f"{side}CIDRSet"))
            if not at(each, "except")
        ]
        named |= {"world"} if any(each.endswith("/0") for each in blocks) else set()
    return "all" in named or {"cluster", "world"} <= named


DEFAULT_DENY = StackRule(
    id="default-deny",
    level="advisory",
    severity="medium",
    prevents="A pod that is taken over reaches nothing but what policies name: the pods of an "
    "application's namespace are closed in both directions by default.",
    learned_from=("Kubernetes docs: network policies", "cilium docs: policy enforcement modes"),
    fix="add default_deny(namespace=…) of sovereign.mesh, or a NetworkPolicy with podSelector {} "
    "and both policyTypes; name namespaces in `except` whose policies another stack owns",
    tags=("network-policy", "nist-800-53:AC-4", "nist-800-53:SC-7"),
    settings={
        "except": {
            "type": "array",
            "items": {"type": "string"},
            "default": SYSTEM,
            "description": "Namespaces that are not an application's, or are closed elsewhere.",
        },
        "directions": {
            "type": "array",
            "items": {"type": "string", "enum": list(DIRECTIONS)},
            "default": list(DIRECTIONS),
            "description": "What must be denied by default.",
        },
    },
    check=denied,
)
