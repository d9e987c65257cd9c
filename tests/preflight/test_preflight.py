"""What preflight asks of Hetzner's API, against the simulator, and what it makes of the answers."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from typer.testing import CliRunner

from rehearsal.hetzner import HetznerSimulator, HetznerState, serve
from rehearsal.hetzner.core.routing import Request
from sovereign.cli import app
from sovereign.hetzner_api import ENDPOINT, TOKEN, Access
from sovereign.preflight.checks import judge
from sovereign.preflight.finding import Finding
from sovereign.preflight.price import prices, total
from sovereign.preflight.project import Project, Unanswered, look
from sovereign.preflight.wanted import Wanted, wanted
from tests.configurations import dev, plan

READING = "a-token-that-may-only-read"
Change = Callable[[HetznerSimulator], None]
FALLBACKS = ["cpx42", "cpx52"]
SSH_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEd7rJ3tXM2M0eDW3tYI4vZ6jXc1tq0sY2dTz8d1hH5C"


@contextmanager
def project(change: Change | None = None, token: str = "any") -> Iterator[tuple[str, Access]]:
    """A simulated project, changed on request, and access to it."""
    simulator = HetznerSimulator(HetznerState(), read_only_tokens=frozenset({READING}))
    if change:
        change(simulator)
    with serve(simulator) as endpoint:
        yield endpoint, Access(endpoint, token)


def asked_for(**settings: Any) -> Wanted:
    cluster = dev(pools={"default": {"ids": [1, 2], "fallbackTypes": FALLBACKS}}, **settings)
    return wanted(plan(cluster), {"pools.default": FALLBACKS})


def findings(change: Change | None = None, token: str = "any", **settings: Any) -> list[Finding]:
    with project(change, token) as (_, access):
        return judge(asked_for(**settings), look(access))


def errors(found: list[Finding]) -> list[Finding]:
    return [finding for finding in found if finding.level == "error"]


def one(found: list[Finding], check: str, subject: str = "") -> Finding:
    return next(f for f in found if f.check == check and f.subject.startswith(subject))


def create(path: str, body: dict[str, Any]) -> Change:
    def change(simulator: HetznerSimulator) -> None:
        answer = simulator.handle(Request("POST", path, {}, body), "any")
        assert answer is not None
        assert answer.status == 201, answer.body

    return change


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


def test_a_type_that_is_sold_out_names_the_first_fallback_that_can_be_had() -> None:
    """The operator's own order decides, sold-out fallbacks are skipped."""

    def sold_out(simulator: HetznerSimulator) -> None:
        simulator.sell_out("cpx32", "nbg1")
        simulator.sell_out("cpx42", "nbg1")

    found = findings(sold_out)
    pool = one(found, "type", "pools.default")
    assert pool.level == "error"
    assert "sold out" in pool.said
    assert "pools.default.serverType to cpx52" in pool.fix


def test_a_sold_out_type_without_fallback_gets_alternatives_by_price() -> None:
    """At least as large, the same processor, orderable there, cheapest first."""

    def sold_out(simulator: HetznerSimulator) -> None:
        simulator.sell_out("cpx32", "nbg1")

    fix = one(findings(sold_out), "type", "controlPlane").fix
    assert fix.startswith("at least as large and orderable there: ")
    amounts = [float(part.split("(")[1].split(" ")[0]) for part in fix.split(": ")[1].split(", ")]
    assert amounts == sorted(amounts)
    assert "cax" not in fix


def test_a_sold_out_type_does_not_matter_to_servers_that_are_there() -> None:
    """A note, no error, when nothing of the group has to be ordered."""
    labels = {"cluster": "dev", "managed-by": "sovereign"}

    def there(simulator: HetznerSimulator) -> None:
        for name in ("dev-control-plane-1", "dev-default-1", "dev-default-2"):
            body = {
                "name": name, "server_type": "cpx32", "image": "ubuntu-24.04",
                "location": "nbg1", "labels": labels,
            }  # fmt: skip
            create("/servers", body)(simulator)
        simulator.sell_out("cpx32", "nbg1")

    found = findings(there)
    assert not errors(found)
    assert one(found, "type", "controlPlane").level == "note"


def test_a_name_that_somebody_else_uses_is_in_the_way() -> None:
    """Without this environment's labels a name is a stranger's; with them it is our own."""
    body = {"name": "dev", "ip_range": "10.0.0.0/16"}
    stranger = errors(findings(create("/networks", body)))
    assert [finding.subject for finding in stranger] == ["network dev"]
    own = {**body, "labels": {"cluster": "dev", "managed-by": "sovereign"}}
    found = findings(create("/networks", own))
    assert not errors(found)
    assert "recover" in one(found, "name", "cluster dev").fix


def test_a_key_that_the_project_holds_under_another_name_is_in_the_way() -> None:
    """Hetzner takes a public key once per project."""
    body = {"name": "somebody", "public_key": f"{SSH_KEY} laptop"}
    found = errors(findings(create("/ssh_keys", body), ssh={"extraKeys": {"me": SSH_KEY}}))
    assert [finding.subject for finding in found] == ["ssh key dev-me"]
    assert "somebody" in found[0].said


def test_a_small_budget_of_requests_says_how_long_to_wait() -> None:
    """Requests that others spent are missing for an up."""
    with project() as (_, access):
        seen = look(access)
    assert seen.budget is not None
    short = Project(seen.writable, 5, seen.currency, seen.ipv4_monthly, seen.offers, ())
    assert one(judge(asked_for(), short), "budget").fix.startswith("wait about 100 s")


def test_the_price_is_the_apis_with_an_address_for_each_server() -> None:
    """Three servers with their IPv4 addresses; an unknown price makes the sum unknown."""
    with project() as (_, access):
        seen = look(access)
    lines = prices(asked_for(), seen)
    offer = seen.offer("cpx32", "nbg1")
    assert offer is not None
    assert offer.monthly is not None
    assert total(lines) == round(3 * (offer.monthly + seen.ipv4_monthly["nbg1"]), 2)
    unknown = Project(True, 1, "EUR", {}, seen.offers, ())
    assert total(prices(asked_for(), unknown)) is None


def test_a_fallback_of_another_processor_is_refused_before_the_api_is_asked() -> None:
    """An arm64 type cannot stand in for an amd64 one."""
    arguments = ["preflight", "--set", "pools.default.fallbackTypes=[cax31]"]
    result = CliRunner().invoke(app, arguments, env={TOKEN: "x", ENDPOINT: "http://127.0.0.1:1"})
    assert result.exit_code == 2
    assert "another orderable amd64 type" in result.output


@pytest.mark.parametrize(
    ("change", "code"), [(None, 0), (lambda s: s.sell_out("cpx32", "nbg1"), 1)]
)
def test_the_command_answers_with_one_object_and_a_code(change: Change | None, code: int) -> None:
    """0 with nothing in the way, 1 with something; the object says what."""
    with project(change) as (endpoint, _):
        environment = {TOKEN: "x", ENDPOINT: endpoint}
        result = CliRunner().invoke(app, ["preflight", "--json"], env=environment)
    answer = json.loads(result.stdout)
    assert result.exit_code == code
    assert answer["result"] == ("failed" if code else "succeeded")
    assert any(finding["level"] == "error" for finding in answer["findings"]) == bool(code)


def test_no_token_and_no_answer_are_said_in_one_sentence() -> None:
    """2 without a token, 1 where nobody answers; never a traceback."""
    runner = CliRunner()
    without = runner.invoke(app, ["preflight"], env={TOKEN: ""})
    assert (without.exit_code, "HCLOUD_TOKEN" in without.output) == (2, True)
    mangled = runner.invoke(app, ["preflight"], env={TOKEN: "abc…"})
    assert (mangled.exit_code, "letters and digits" in mangled.output) == (2, True)
    silent = runner.invoke(app, ["preflight"], env={TOKEN: "x", ENDPOINT: "http://127.0.0.1:1/v1"})
    assert silent.exit_code == 1
    assert "does not answer" in silent.output
    assert "Traceback" not in silent.output


def test_a_token_that_the_api_does_not_know_is_said_as_such() -> None:
    """The API's 401 becomes one sentence that says where tokens are made."""
    with (
        project() as (endpoint, _),
        pytest.raises(Unanswered, match="does not know the token of HCLOUD_TOKEN"),
    ):
        look(Access(endpoint, " "))
