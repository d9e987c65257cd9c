"""Cost: a sum from a price book with date and source; a missing price makes it unknown."""

from datetime import date
from typing import Any

import pytest

from sovereign import catalog
from sovereign.plan.cost import Billed, PriceBook, price, price_book, sentence, server
from tests import configurations
from tests.configurations import HIGHLY_AVAILABLE, dev

OWN: dict[str, Any] = {
    "currency": "CHF",
    "date": "2026-10-31",
    "source": "offer 7",
    "serverTypes": {"cpx32": 11.11},
    "primaryIpv4": 0.5,
}
BOOK = PriceBook(
    "EUR",
    "2026-11-01",
    sample=True,
    server_types={"cpx32": 12.0},
    load_balancer_types={"lb11": 6.0},
    primary_ipv4=0.5,
    floating_ipv4=3.0,
    floating_ipv6=1.0,
    volume_per_gb=0.05,
    backups_percent=20,
)


def test_the_sum_of_all_servers_is_marked_as_sample() -> None:
    """With the date of its prices: three cpx32 at 35.49, and an IPv4 address for each."""
    cost = configurations.plan(dev()).cost
    assert (cost.amount, cost.currency, cost.sample, cost.unknown) == (107.97, "EUR", True, ())
    assert cost.price_date == "2026-09-04"
    assert [(one.label, one.quantity) for one in cost.lines] == [
        ("server cpx32", 3),
        ("primary IPv4 address", 3),
    ]
    prices = catalog.load().prices["serverTypes"]
    types = [node.server_type for node in configurations.plan(HIGHLY_AVAILABLE).nodes]
    expected = round(sum(prices[name] + 0.5 for name in types), 2)
    assert configurations.plan(HIGHLY_AVAILABLE).cost.amount == expected


def test_own_prices_replace_the_sample() -> None:
    """To the cent, and no longer marked."""
    cost = configurations.plan(dev(prices=OWN)).cost
    assert (cost.amount, cost.currency, cost.sample) == (34.83, "CHF", False)
    assert cost.price_date == "2026-10-31"


def test_a_book_of_server_types_alone_names_what_it_lacks() -> None:
    """Such a book was complete before addresses were counted: its sum is still said."""
    only = {key: value for key, value in OWN.items() if key != "primaryIpv4"}
    cost = configurations.plan(dev(prices=only)).cost
    assert (cost.amount, cost.known, cost.unknown) == (None, 33.33, ("primary IPv4 address",))
    assert sentence(cost) == (
        "monthly cost: unknown, no price for primary IPv4 address; "
        "the rest is 33.33 CHF (prices of 2026-10-31)"
    )


def test_a_type_without_price_makes_the_cost_unknown_and_never_zero() -> None:
    """And is named, once."""
    pools = {"big": {"serverType": "cpx62", "ids": [1, 2]}}
    cost = configurations.plan(dev(pools=pools, prices=OWN)).cost
    assert (cost.amount, cost.unknown) == (None, ("server cpx62",))
    assert cost.known == round(11.11 + 3 * 0.5, 2)


@pytest.mark.parametrize(
    ("position", "label", "amount"),
    [
        (Billed("server", "cpx32", 2), "server cpx32", 24.0),
        (Billed("backups", "cpx32"), "backups of cpx32", 2.4),
        (Billed("primary-ipv4"), "primary IPv4 address", 0.5),
        (Billed("floating-ipv4"), "floating IPv4 address", 3.0),
        (Billed("floating-ipv6"), "floating IPv6 address", 1.0),
        (Billed("load-balancer", "lb11"), "load balancer lb11", 6.0),
        (Billed("volume", quantity=1000), "GB of volume", 50.0),
    ],
)
def test_every_kind_has_its_price(position: Billed, label: str, amount: float) -> None:
    """Pieces by the piece, volumes by the GB, backups in percent of their server."""
    cost = price([position], BOOK)
    assert (cost.amount, cost.lines[0].label, cost.lines[0].each) == (
        amount,
        label,
        amount / position.quantity,
    )


@pytest.mark.parametrize(
    "position",
    [
        Billed("server", "odd"),
        Billed("server"),
        Billed("backups", "odd"),
        Billed("load-balancer", "lb99"),
        Billed("other", "snapshot before"),
    ],
)
def test_what_the_book_does_not_know_is_named(position: Billed) -> None:
    """And makes the sum unknown; the rest is added up."""
    cost = price([position, Billed("primary-ipv4")], BOOK)
    assert (cost.amount, cost.known, cost.unknown) == (None, 0.5, (position.label,))


@pytest.mark.parametrize("kind", ["primary-ipv4", "floating-ipv4", "floating-ipv6", "volume"])
def test_a_book_without_a_price_names_the_position(kind: Any) -> None:
    """Zero is a price, nothing is none."""
    bare = PriceBook("EUR", "2026-11-01", True, {})
    assert price([Billed(kind)], bare).amount is None
    assert price([Billed("backups", "cpx32")], PriceBook("EUR", "", True, {"cpx32": 1})).unknown


def test_prices_of_one_place_are_not_those_of_another() -> None:
    """The sample ones are European; one's own hold wherever one's servers are."""
    cost = configurations.plan(dev(location="ash")).cost
    assert cost.amount is None
    assert cost.unknown == ("server cpx32 in ash", "primary IPv4 address in ash")
    assert configurations.plan(dev(location="ash", prices=OWN)).cost.amount == 34.83
    assert configurations.plan(dev(location="hel1")).cost.amount == 107.97


def test_equal_positions_are_one_line() -> None:
    """Servers first, whatever the order they came in."""
    cost = price(
        [
            Billed("volume", quantity=10),
            *[each for kind in ("b", "a", "b") for each in server(kind)],
            Billed("volume"),
        ],
        BOOK,
    )
    assert [(one.kind, one.what, one.quantity) for one in cost.lines] == [
        ("server", "a", 1),
        ("server", "b", 2),
        ("primary-ipv4", "", 3),
        ("volume", "", 11),
    ]


def test_what_is_no_number_is_no_price() -> None:
    """A review prices a stack file that may be refused: it must not fail over it."""
    book = price_book(
        {"serverTypes": ["x"], "primaryIpv4": True, "volumePerGb": "1", "locations": 5},
        sample=False,
    )
    assert (book.server_types, book.primary_ipv4, book.volume_per_gb) == ({}, None, None)


def test_the_packaged_book_prices_what_a_sovereign_is_made_of() -> None:
    """Servers, their addresses, the smallest load balancer and volumes; with a day."""
    prices = catalog.load().prices
    assert isinstance(prices["date"], date)
    book = price_book(prices, sample=True)
    machines = [each for kind in book.server_types for each in server(kind)]
    needed = [*machines, Billed("load-balancer", "lb11"), Billed("volume")]
    assert price(needed, book).unknown == ()
