"""What the cluster orders by itself counts against the limits from the start."""

from dataclasses import replace
from typing import Any

import pytest

from rehearsal.review.additions import TYPES, additions
from rehearsal.review.facts import Resource
from rehearsal.review.landscape import landscape
from rehearsal.review.margins import Margin, margins
from tests.rehearsal.review.situations import SMALL, urn

SERVICE = "kubernetes:core/v1:Service"
BALANCER = "hcloud:index/loadBalancer:LoadBalancer"
TARGET = "hcloud:index/loadBalancerTarget:LoadBalancerTarget"
OPEN = "hcloud:index/loadBalancerService:LoadBalancerService"
ATTACHED = "servers and load balancers on the network"


def found(*extra: Resource) -> dict[str, Margin]:
    resources = replace(SMALL, extra=extra).resources()
    return {one.what: one for one in margins(landscape(resources), additions(resources))}


def resource(type_: str, called: str = "one", id_: str = "", **inputs: Any) -> Resource:
    return Resource(urn(type_, called), inputs, id_)


AUTOSCALERS = [
    resource(
        "kubernetes:helm.sh/v3:Release",
        chart="cluster-autoscaler",
        values={"autoscalingGroups": [{"maxSize": 20}, {"maxSize": 10.0}, {"name": "x"}]},
    ),
    resource(
        "kubernetes:apps/v1:Deployment",
        spec={"containers": [{"args": ["--nodes=0:20:cpx32:nbg1:a", "--nodes=1:10:cpx42:nbg1:b"]}]},
    ),
]


@pytest.mark.parametrize("autoscaler", AUTOSCALERS, ids=["chart", "option"])
def test_an_autoscalers_most_nodes_are_attachments_and_targets(autoscaler: Resource) -> None:
    """Three servers, thirty that may come, one load balancer of a Service with all behind it."""
    service = resource(SERVICE, spec={"type": "LoadBalancer"})
    margin = found(autoscaler, service)
    assert margin[ATTACHED].used == 3 + 30 + 1
    assert margin[ATTACHED].where == "30 for nodes of the autoscaler, 1 for Services and Gateways"
    behind = margin["targets of a load balancer lb11"]
    assert (behind.used, behind.left, behind.tight) == (33, -8, True)


def test_a_load_balancer_of_the_program_has_what_names_it() -> None:
    """Targets one by one and by label; with several, by the id."""
    mine = resource(BALANCER, "lb", "5", name="lb", loadBalancerType="lb11")
    by_label = resource(TARGET, "by-label", type="label_selector", labelSelector="!x")
    by_id = resource(TARGET, "by-id", type="server", loadBalancerId=6)
    opened = resource(OPEN, "http", loadBalancerId=5)
    margin = found(mine, by_label, by_id, opened)
    assert margin["targets of a load balancer lb11"].used == 3 + 1
    assert margin["services of a load balancer lb11"].where == "lb"
    other = resource(BALANCER, "other", "6", name="other", loadBalancerType="lb21")
    margin = found(mine, other, by_id, opened)
    assert "targets of a load balancer lb11" not in margin
    assert margin["targets of a load balancer lb21"].used == 1


def test_the_numbers_are_those_of_the_policy() -> None:
    """Two places, one fact."""
    from policies.network.rules.load_balancers import TYPES as RULED

    assert {kind: (one["targets"], one["services"]) for kind, one in RULED.items()} == TYPES
