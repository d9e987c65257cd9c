"""The change in monthly cost."""

from dataclasses import replace
from typing import Any

import pytest

from rehearsal.review.answer import answer
from rehearsal.review.facts import Resource
from rehearsal.review.markdown import comment
from rehearsal.review.money import Cost, cost
from rehearsal.review.review import review
from rehearsal.runtime.values import UNKNOWN
from tests.rehearsal.review.situations import PRICES, SMALL, Node, altered, change, urn, without

SERVER = "hcloud:index/server:Server"
CILIUM = "sovereign:index:Cilium"


def added(*extra: Resource) -> Cost:
    """The cost of a change that adds these."""
    return review(change(SMALL, replace(SMALL, extra=extra))).cost


def thing(kind: str, name: str = "one", **inputs: Any) -> Resource:
    return Resource(urn(kind, name), {"name": name, **inputs})


def test_both_sides_are_priced_type_by_type() -> None:
    """One larger, one fewer: 36 for servers and 1.50 for addresses become 34 and 1."""
    after = altered(without(SMALL, "dev-default-2"), "dev-default-1", type="cpx42")
    money = review(change(SMALL, after)).cost
    assert (money.before, money.after, money.difference) == (37.5, 35.0, -2.5)
    assert [(row.label, row.before, row.after) for row in money.rows] == [
        ("server cpx32", 3, 1),
        ("server cpx42", 0, 1),
        ("primary IPv4 address", 3, 2),
    ]


def test_a_type_without_a_price_makes_the_side_unknown() -> None:
    """Named, and never taken as zero."""
    found = review(change(SMALL, altered(SMALL, "dev-default-1", type="odd")))
    assert (found.cost.before, found.cost.after, found.cost.difference) == (37.5, None, None)
    text = comment(found)
    assert "Cost per month: **unknown**" in text
    assert "Without a price: `server odd`" in text


def test_what_stays_without_a_price_leaves_the_change_known() -> None:
    """Only the sums are unknown."""
    odd = thing("hcloud:index/loadBalancer:LoadBalancer", loadBalancerType="lb99")
    before = replace(SMALL, extra=(odd,))
    same = review(change(before, before))
    assert (same.cost.before, same.cost.difference) == (None, 0)
    assert "Cost per month: unchanged." in comment(same)
    more = review(change(before, replace(before, nodes=(*SMALL.nodes, Node("dev-x-3", id=3)))))
    assert "Cost per month: **+12.50 EUR** (unknown → unknown)" in comment(more)


@pytest.mark.parametrize(
    ("resource", "label", "difference"),
    [
        (
            thing("hcloud:index/loadBalancer:LoadBalancer", loadBalancerType="lb11"),
            "load balancer lb11",
            6.0,
        ),
        (thing("hcloud:index/volume:Volume", size=1000), "GB of volume", 50.0),
        (thing("hcloud:index/primaryIp:PrimaryIp", type="ipv4"), "primary IPv4 address", 0.5),
        (thing("hcloud:index/floatingIp:FloatingIp", type="ipv4"), "floating IPv4 address", 3.0),
        (thing("hcloud:index/floatingIp:FloatingIp", type="ipv6"), "floating IPv6 address", 1.0),
        (
            thing("kubernetes:core/v1:Service", spec={"type": "LoadBalancer"}),
            "load balancer lb11",
            6.0,
        ),
        (
            thing(
                "kubernetes:gateway.networking.k8s.io/v1:Gateway",
                spec={"gatewayClassName": "cilium"},
            ),
            "load balancer lb11",
            6.0,
        ),
    ],
)
def test_everything_that_is_billed_is_priced(
    resource: Resource, label: str, difference: float
) -> None:
    """Also what the cloud controller makes of a Service or a Gateway; and its removal is seen."""
    money = added(resource)
    assert money.difference == difference
    assert label in [row.label for row in money.rows]
    gone = review(change(replace(SMALL, extra=(resource,)), SMALL)).cost
    assert gone.difference == -difference


@pytest.mark.parametrize(
    ("resource", "label"),
    [
        (thing("hcloud:index/volume:Volume"), "volume one of unknown size"),
        (thing("hcloud:index/snapshot:Snapshot"), "snapshot one"),
        (thing("hcloud:index/floatingIp:FloatingIp", type=UNKNOWN), "floating address of unknown"),
        (
            thing("hcloud:index/loadBalancer:LoadBalancer", loadBalancerType=UNKNOWN),
            "load balancer of unknown type",
        ),
        (
            thing(
                "kubernetes:core/v1:Service",
                spec={"type": "LoadBalancer"},
                metadata={"annotations": {"load-balancer.hetzner.cloud/type": "lb99"}},
            ),
            "load balancer lb99",
        ),
        (
            thing(
                "kubernetes:gateway.networking.k8s.io/v1:Gateway",
                spec={
                    "gatewayClassName": "cilium",
                    "infrastructure": {
                        "annotations": {"load-balancer.hetzner.cloud/type": UNKNOWN}
                    },
                },
            ),
            "load balancer of unknown type",
        ),
    ],
)
def test_what_has_no_price_is_named(resource: Resource, label: str) -> None:
    """Whether the book lacks it or the preview cannot know it."""
    money = added(resource)
    assert money.difference is None
    assert any(one.startswith(label) for one in money.unpriced), money.unpriced


@pytest.mark.parametrize(
    "resource",
    [
        thing("hcloud:index/primaryIp:PrimaryIp", type="ipv6"),
        thing("kubernetes:core/v1:Service", spec={"type": "ClusterIP"}),
        thing(
            "kubernetes:core/v1:Service",
            spec={"type": "LoadBalancer", "loadBalancerClass": "io.cilium/l2-announcer"},
        ),
        thing(
            "kubernetes:gateway.networking.k8s.io/v1:Gateway", spec={"gatewayClassName": "envoy"}
        ),
        thing("kubernetes:gateway.networking.k8s.io/v1:HTTPRoute", spec={}),
        thing("hcloud:index/network:Network"),
    ],
)
def test_what_is_free_or_another_controllers_costs_nothing(resource: Resource) -> None:
    """No row, no doubt."""
    money = added(resource)
    assert (money.difference, money.unpriced) == (0, ())
    assert len(money.rows) == 2


def test_gateways_on_the_nodes_make_no_load_balancer() -> None:
    """Cilium's Gateways listen there on request."""
    values = {"gatewayAPI": {"hostNetwork": {"enabled": True}}}
    kind = "kubernetes:gateway.networking.k8s.io/v1:Gateway"
    made = thing(kind, spec={"gatewayClassName": "cilium"})
    after = replace(SMALL, cilium=values, extra=(made,))
    assert review(change(replace(SMALL, cilium=values), after)).cost.difference == 0


@pytest.mark.parametrize(
    ("inputs", "difference"),
    [
        ({}, 12.5),
        ({"backups": True}, 12.5 + 2.4),
        ({"publicNets": [{"ipv4Enabled": False}]}, 12.0),
        ({"publicNets": [{"ipv4Enabled": True, "ipv4": 7}]}, 12.0),
        ({"publicNets": [{"ipv4Enabled": True}]}, 12.5),
    ],
)
def test_a_foreign_server_costs_what_it_is_made_with(
    inputs: dict[str, Any], difference: float
) -> None:
    """A server takes an IPv4 address of its own unless it is told otherwise; backups are extra."""
    money = added(thing(SERVER, serverType="cpx32", **inputs))
    assert money.difference == difference


def test_a_server_where_the_prices_do_not_hold_is_named_apart() -> None:
    """The same type here has its price."""
    book = replace(PRICES, locations=("nbg1",))
    here, there = (
        thing(SERVER, name, serverType="cpx32", location=name) for name in ("nbg1", "ash")
    )
    money = cost([here], [here, there], book)
    assert (money.before, money.after, money.difference) == (12.5, None, None)
    assert money.unpriced == ("server cpx32 in ash", "primary IPv4 address in ash")


def test_an_unchanged_bill_says_so() -> None:
    """With its sum, and with what is not in it."""
    text = comment(review(change(SMALL, SMALL)))
    assert "**37.50 EUR**, unchanged" in text
    assert "Not included: traffic" in text


def test_a_new_node_costs_its_type() -> None:
    """Plus twelve and its address."""
    after = replace(SMALL, nodes=(*SMALL.nodes, Node("dev-default-3", id=3)))
    assert "**+12.50 EUR** (37.50 → 50.00)" in comment(review(change(SMALL, after)))


def test_the_answer_for_machines_has_every_position() -> None:
    """The servers alone as well, as they always stood there."""
    found = answer(review(change(SMALL, SMALL)))["monthlyCost"]
    assert [one["label"] for one in found["positions"]] == ["server cpx32", "primary IPv4 address"]
    assert found["serverTypes"] == [{"serverType": "cpx32", "price": 12.0, "before": 3, "after": 3}]
