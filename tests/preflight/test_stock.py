"""Server types, their fallbacks and alternatives, against the simulator."""

from dataclasses import replace

from typer.testing import CliRunner

from rehearsal.hetzner import HetznerSimulator
from sovereign.cli import app
from sovereign.hetzner_api import ENDPOINT, TOKEN
from sovereign.preflight.checks import judge
from sovereign.preflight.finding import Finding
from sovereign.preflight.look import look
from tests.preflight.asking import asked_for, create, errors, findings, one, project


def fallbacks(found: list[Finding]) -> Finding:
    return next(f for f in found if "fallbackTypes in" in f.subject)


def test_fallbacks_are_looked_at_before_they_are_needed() -> None:
    """In the operator's order; a note as soon as one of them would not help."""
    calm = fallbacks(findings())
    assert (calm.level, calm.said) == ("ok", "cpx42 can be ordered, cpx52 can be ordered")
    found = findings(lambda s: s.sell_out("cpx52", "nbg1"))
    assert not errors(found)
    assert (fallbacks(found).level, "cpx52 is sold out" in fallbacks(found).said) == ("note", True)


def test_a_deprecated_fallback_is_not_recommended() -> None:
    """It would have to be replaced soon; the next one is."""
    with project(lambda s: s.sell_out("cpx32", "nbg1")) as (_, access):
        seen = look(access)
    aging = tuple(
        replace(offer, unavailable_after="2027-01-31") if offer.name == "cpx42" else offer
        for offer in seen.offers
    )
    found = judge(asked_for(), replace(seen, offers=aging))
    pool = one(found, "type", "pools.default: cpx32")
    assert "pools.default.serverType to cpx52" in pool.fix
    assert "cpx42 is deprecated, can be ordered until 2027-01-31" in fallbacks(found).said
    other = one(found, "type", "controlPlane: cpx32")
    assert "cpx42" not in other.fix


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


def test_a_fallback_of_another_processor_is_refused_before_the_api_is_asked() -> None:
    """An arm64 type cannot stand in for an amd64 one."""
    arguments = ["preflight", "--set", "pools.default.fallbackTypes=[cax31]"]
    result = CliRunner().invoke(app, arguments, env={TOKEN: "x", ENDPOINT: "http://127.0.0.1:1"})
    assert result.exit_code == 2
    assert "another orderable amd64 type" in result.output
