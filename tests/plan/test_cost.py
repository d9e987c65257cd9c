"""Cost: a sum from a price book with date and source; a missing price makes it unknown."""

from tests import configurations
from tests.configurations import HIGHLY_AVAILABLE, dev


def test_the_sum_of_all_servers_is_marked_as_sample() -> None:
    """With the date of its prices: three cpx32 at 12."""
    cost = configurations.plan(dev()).cost
    assert (cost.amount, cost.currency, cost.sample, cost.unknown) == (36.0, "EUR", True, ())
    assert cost.price_date == "2026-11-01"
    assert configurations.plan(HIGHLY_AVAILABLE).cost.amount == 4 * 12 + 8


def test_own_prices_replace_the_sample() -> None:
    """To the cent, and no longer marked."""
    prices = {
        "currency": "CHF",
        "date": "2026-10-31",
        "source": "offer 7",
        "serverTypes": {"cpx32": 11.11},
    }
    cost = configurations.plan(dev(prices=prices)).cost
    assert (cost.amount, cost.currency, cost.sample) == (33.33, "CHF", False)
    assert cost.price_date == "2026-10-31"


def test_a_type_without_price_makes_the_cost_unknown_and_never_zero() -> None:
    """And is named, once."""
    pools = {"big": {"serverType": "cpx62", "ids": [1, 2]}}
    cost = configurations.plan(dev(pools=pools)).cost
    assert (cost.amount, cost.unknown) == (None, ("cpx62",))
