"""What a cluster orders by itself after `up`, as far as its resources say: nodes of an autoscaler,
load balancers of Services and Gateways, and what stands behind each load balancer. Pure.

Sources: facts hetzner §1 (services and targets by type of load balancer).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rehearsal.hetzner.core.labels import matches
from rehearsal.review.billed import DEFAULT_TYPE, billed
from rehearsal.review.facts import Resource
from rehearsal.review.landscape import LOAD_BALANCER, SERVER, entries, text

TARGET = "hcloud:index/loadBalancerTarget:LoadBalancerTarget"
SERVICE = "hcloud:index/loadBalancerService:LoadBalancerService"
RELEASE = "kubernetes:helm.sh/v3:Release"
WORKLOAD = "kubernetes:apps/v1:"
TYPES = {"lb11": (25, 5), "lb21": (75, 15), "lb31": (150, 30)}
"""Type of load balancer -> targets, services."""
_NODES = re.compile(r"--nodes=\d+:(\d+):")
"""The autoscaler's own option: least and most nodes of a group."""


@dataclass(frozen=True)
class Balancer:
    """A load balancer and what is behind it."""

    name: str
    type: str
    targets: int
    services: int


@dataclass(frozen=True)
class Additions:
    """What may come to be without another `up`."""

    autoscaled: int = 0
    """Nodes that the autoscaler may make at most."""
    balanced: int = 0
    """Load balancers of Services and Gateways."""
    balancers: tuple[Balancer, ...] = ()
    """Every load balancer, the cluster's own ones with all nodes behind them."""


def additions(resources: Sequence[Resource]) -> Additions:
    """Read a set of resources."""
    nodes = sum(_autoscaled(resources))
    others = [one for one in resources if one.type != LOAD_BALANCER]
    made = [one.what or DEFAULT_TYPE for one in billed(others) if one.kind == "load-balancer"]
    behind = nodes + sum(one.type == SERVER for one in resources)
    own = [_own(one, resources) for one in resources if one.type == LOAD_BALANCER]
    theirs = [Balancer("a Service or Gateway", kind, behind, 0) for kind in dict.fromkeys(made)]
    return Additions(nodes, len(made), (*own, *theirs))


def _autoscaled(resources: Sequence[Resource]) -> Iterator[int]:
    """The most nodes of each group, as the chart or the option says it."""
    for one in resources:
        if one.type == RELEASE and text(one.inputs.get("chart")).endswith("cluster-autoscaler"):
            values = one.inputs.get("values")
            for group in entries(
                values if isinstance(values, Mapping) else {}, "autoscalingGroups"
            ):
                most = group.get("maxSize")
                yield int(most) if isinstance(most, int | float) else 0
        if one.type.startswith(WORKLOAD):
            yield from (int(most) for word in _words(one.inputs) for most in _NODES.findall(word))


def _own(balancer: Resource, resources: Sequence[Resource]) -> Balancer:
    """With one load balancer everything is its own; with several, what names its id."""
    alone = sum(one.type == LOAD_BALANCER for one in resources) == 1

    def mine(type_: str) -> list[Resource]:
        return [
            one
            for one in resources
            if one.type == type_
            and (alone or text(one.inputs.get("loadBalancerId")) == (balancer.id or None))
        ]

    targets = sum(_behind(one, resources) for one in mine(TARGET))
    targets += len(entries(balancer.inputs, "targets"))
    kind = text(balancer.inputs.get("loadBalancerType"))
    name = text(balancer.inputs.get("name")) or balancer.name
    return Balancer(name, kind, targets, len(mine(SERVICE)))


def _behind(target: Resource, resources: Sequence[Resource]) -> int:
    """A label selector makes as many targets as servers of this stack have those labels."""
    selector = target.inputs.get("labelSelector")
    if target.inputs.get("type") != "label_selector" or not isinstance(selector, str):
        return 1
    return sum(
        _selects(selector, one.inputs.get("labels")) for one in resources if one.type == SERVER
    )


def _selects(selector: str, labels: Any) -> bool:
    plain = labels if isinstance(labels, Mapping) else {}
    try:
        return matches(selector, {key: text(value) for key, value in plain.items()})
    except ValueError:
        return True


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _words(item)
    elif isinstance(value, list):
        for item in value:
            yield from _words(item)
