"""The change in monthly cost."""

from dataclasses import replace

from rehearsal.review.facts import Resource
from rehearsal.review.markdown import comment
from rehearsal.review.review import review
from tests.rehearsal.review.situations import SMALL, Node, altered, change, urn, without


def test_both_sides_are_priced_type_by_type() -> None:
    """One larger, one fewer: 36 becomes 34."""
    after = altered(without(SMALL, "dev-default-2"), "dev-default-1", type="cpx42")
    money = review(change(SMALL, after)).cost
    assert (money.before, money.after, money.difference) == (36.0, 34.0, -2.0)
    assert [(row.server_type, row.before, row.after) for row in money.rows] == [
        ("cpx32", 3, 1),
        ("cpx42", 0, 1),
    ]


def test_a_type_without_a_price_makes_the_side_unknown() -> None:
    """Named, and never taken as zero."""
    found = review(change(SMALL, altered(SMALL, "dev-default-1", type="odd")))
    assert (found.cost.before, found.cost.after, found.cost.difference) == (36.0, None, None)
    text = comment(found)
    assert "Cost per month: **unknown**" in text
    assert "Without a price: `odd`" in text


def test_a_load_balancer_is_said_to_be_unpriced() -> None:
    """The book knows servers only."""
    inputs = {"name": "api", "loadBalancerType": "lb11"}
    extra = (Resource(urn("hcloud:index/loadBalancer:LoadBalancer", "api"), inputs),)
    found = review(change(SMALL, replace(SMALL, extra=extra)))
    assert found.cost.unpriced == ("load balancer api (lb11)",)
    assert found.cost.difference == 0


def test_an_unchanged_bill_says_so() -> None:
    """With its sum."""
    assert "**36.00 EUR**, unchanged" in comment(review(change(SMALL, SMALL)))


def test_a_new_node_costs_its_type() -> None:
    """Plus twelve."""
    after = replace(SMALL, nodes=(*SMALL.nodes, Node("dev-default-3", id=3)))
    assert "**+12.00 EUR** (36.00 → 48.00)" in comment(review(change(SMALL, after)))
