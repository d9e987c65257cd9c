"""What fits behind one load balancer; the cloud controller drops what does not, without a word."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from .autoscaler import autoscaled
from .framework.rule import Deferred, Outcome, Resource, Settings, StackRule, Violation
from .framework.selectors import selects
from .framework.subjects import (
    GATEWAY,
    LOAD_BALANCER,
    LOAD_BALANCER_SERVICE,
    LOAD_BALANCER_TARGET,
    SERVER,
)
from .framework.values import Unknown, at, entries, shown, text, unknowns
from .services import balanced
from .topology import topology

TYPES = {
    "lb11": {"services": 5, "targets": 25},
    "lb21": {"services": 15, "targets": 75},
    "lb31": {"services": 30, "targets": 150},
}
DEFAULT_TYPE = "lb11"
"""What the cloud controller takes where a Service does not say."""
TYPE_ANNOTATION = "load-balancer.hetzner.cloud/type"
SELECTOR_ANNOTATION = "load-balancer.hetzner.cloud/node-selector"


def limits(resources: Sequence[Resource], settings: Settings) -> Sequence[Outcome] | None:
    """Judge the program's own load balancers, then those that the cluster makes of all nodes, those
    that an autoscaler may add included.
    """
    types = settings["types"]
    assert isinstance(types, Mapping)
    mine, made = LOAD_BALANCER.among(resources), balanced(resources)
    maxima = list(autoscaled(resources))
    outcomes = chain(
        *(_own(each, resources, types) for each in mine),
        *(_made(each, topology(resources).nodes, maxima, types) for each in made),
    )
    return list(outcomes) if mine or made else None


def _own(
    balancer: Resource, resources: Sequence[Resource], types: Mapping[str, object]
) -> Iterator[Outcome]:
    """With one load balancer everything is its own; with several, what names its id."""
    kind = at(balancer.props, "loadBalancerType")
    alone = len(LOAD_BALANCER.among(resources)) == 1
    parts: dict[str, list[Resource]] = {"targets": [], "services": []}
    for what, subject in (("targets", LOAD_BALANCER_TARGET), ("services", LOAD_BALANCER_SERVICE)):
        for each in subject.among(resources):
            owner = at(each.props, "loadBalancerId")
            if alone or str(owner) == str(at(balancer.props, "id")):
                parts[what].append(each)
            elif isinstance(owner, Unknown):
                yield Deferred(owner.path, each.urn)
    if isinstance(kind, Unknown):
        yield Deferred(kind.path, balancer.urn)
        return
    targets = sum(_behind(each, resources) for each in parts["targets"])
    targets += len(entries(at(balancer.props, "targets")))
    yield from _fits(
        {"targets": targets, "services": len(parts["services"])}, kind, types, balancer
    )


def _behind(target: Resource, resources: Sequence[Resource]) -> int:
    """How many targets one entry makes: a label selector as many as servers of this stack."""
    selector = at(target.props, "labelSelector")
    if at(target.props, "type") != "label_selector" or isinstance(selector, Unknown):
        return 1
    return sum(selects(selector, at(each.props, "labels")) for each in SERVER.among(resources))


def _made(
    each: Resource, nodes: int, maxima: Sequence[object], types: Mapping[str, object]
) -> Iterator[Outcome]:
    """Every node is a target of a Service, unless the Service selects some."""
    gateway = GATEWAY.holds(each.type, each.props)
    head = ("spec", "infrastructure") if gateway else ("metadata",)
    annotations = at(each.props, *head, "annotations")
    kind = at(annotations, TYPE_ANNOTATION)
    ports = at(each.props, "spec", "listeners" if gateway else "ports")
    alone = at(annotations, SELECTOR_ANNOTATION) is not None
    waiting = list(unknowns([kind, ports, [] if alone else maxima]))
    yield from (Deferred(found.path, each.urn) for found in waiting)
    if waiting:
        return
    targets = 0 if alone else nodes + sum(most for most in maxima if isinstance(most, int))
    services = len({str(at(port, "port")) for port in entries(ports) if isinstance(port, Mapping)})
    yield from _fits({"targets": targets, "services": services}, kind or DEFAULT_TYPE, types, each)


def _fits(
    counts: Mapping[str, int], kind: object, types: Mapping[str, object], owner: Resource
) -> Iterator[Outcome]:
    for what, count in counts.items():
        most = at(types, text(kind), what)
        if isinstance(most, int) and count > most:
            yield Violation(f"{count} {what} > {most} of a load balancer {shown(kind)}", owner.urn)


LOAD_BALANCER_LIMITS = StackRule(
    id="load-balancer-limits",
    level="mandatory",
    severity="high",
    prevents="No node is left out of a load balancer in silence: the cloud controller drops the "
    "targets above the maximum.",
    learned_from=("hccm#570", "Hetzner docs: load balancers"),
    fix="choose a larger type (annotation load-balancer.hetzner.cloud/type: lb21), or select nodes "
    "with load-balancer.hetzner.cloud/node-selector",
    tags=("limits", "nist-800-53:CP-2"),
    settings={
        "types": {
            "type": "object",
            "default": TYPES,
            "description": "Services and targets that a load balancer of each type takes.",
        }
    },
    check=limits,
)
