"""What preflight asks of Hetzner's API, against the simulator, and what it makes of the answers."""

from dataclasses import replace

from rehearsal.hetzner import HetznerSimulator, HetznerState, serve
from sovereign.hetzner_api import Access
from sovereign.preflight.checks import judge
from sovereign.preflight.look import look
from sovereign.preflight.price import prices, sum_of
from tests.preflight.asking import READING, asked_for, errors, findings, one, project


def test_an_empty_project_has_nothing_in_the_way() -> None:
    """Every check answers, none with an error."""
    found = findings()
    assert not errors(found)
    assert {finding.check for finding in found} == {"token", "budget", "type", "name", "limit"}


def test_looking_creates_nothing() -> None:
    """The question whether the token may write leaves the project empty."""
    simulator = HetznerSimulator(HetznerState())
    with serve(simulator) as endpoint:
        look(Access(endpoint, "any"))
    assert simulator.is_empty()


def test_a_reading_token_is_told_from_a_writing_one() -> None:
    """A reading token is enough for preflight and is said to be one."""
    assert "may create" in one(findings(), "token").said
    reading = one(findings(token=READING), "token")
    assert (reading.level, "may only read" in reading.said) == ("note", True)


def test_a_small_budget_of_requests_says_how_long_to_wait() -> None:
    """Requests that others spent are missing for an up."""
    with project() as (_, access):
        seen = look(access)
    assert seen.budget is not None
    short = replace(seen, budget=5)
    found = one(judge(asked_for(), short), "budget")
    assert (found.level, found.fix.startswith("wait about 100 s")) == ("note", True)
    assert one(judge(asked_for(), short, for_up=True), "budget").level == "error"


def test_the_price_is_the_apis_with_an_address_for_each_server() -> None:
    """Three servers with their IPv4 addresses; an unknown price makes the sum unknown."""
    with project() as (_, access):
        seen = look(access)
    lines = prices(asked_for(), seen)
    assert [(line.path, line.cost.label, line.cost.quantity) for line in lines] == [
        ("controlPlane", "server cpx32", 1),
        ("controlPlane", "primary IPv4 address", 1),
        ("pools.default", "server cpx32", 2),
        ("pools.default", "primary IPv4 address", 2),
    ]
    book = seen.books["nbg1"]
    assert book.primary_ipv4 is not None
    cost = sum_of(lines, seen)
    assert cost.amount == round(3 * (book.server_types["cpx32"] + book.primary_ipv4), 2)
    assert (cost.sample, cost.currency) == (False, "EUR")
    bare = replace(seen, books={"nbg1": replace(book, primary_ipv4=None)})
    unknown = sum_of(prices(asked_for(), bare), bare)
    assert (unknown.amount, unknown.unknown) == (None, ("primary IPv4 address",))
    elsewhere = replace(seen, books={"hel1": book})
    assert sum_of(prices(asked_for(), elsewhere), elsewhere).amount is None


def test_the_apis_own_prices_cover_every_kind() -> None:
    """As `GET /pricing` lists them, so that they could price whatever a plan asks for."""
    with project() as (_, access):
        book = look(access).books["nbg1"]
    assert book.load_balancer_types["lb11"] > 0
    assert None not in (book.volume_per_gb, book.floating_ipv4, book.floating_ipv6)
    assert book.backups_percent == 20
