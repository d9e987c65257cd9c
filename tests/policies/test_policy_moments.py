"""The four moments in which packs judge: first preview, later preview, `up`, audit of a state."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from rehearsal import isolation
from rehearsal.runtime import Command, Level, Result
from sovereign.cli import stack_file
from tests.configurations import ROOT
from tests.policies.registrations import Registrations, edited
from tests.policies.runs import Bench, bench, saved
from tests.policies.wire import RunningPack, running

WAITING = "deferred: api-server-address: values.k8sServiceHost is unknown until `pulumi up`"
REDACTED = "userData, which was redacted, cannot be read"
PLAIN = Path(__file__).parent / "plain"
Results = dict[str, Result]


@pytest.fixture(scope="module")
def brought_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bench, Results]]:
    """Our program, unmodified: first preview, `up`, later preview."""
    file = stack_file.read(ROOT, "dev", []).with_defaults(isolation.DEFAULTS)
    folder = tmp_path_factory.mktemp("state")
    with bench(ROOT, file.project, file.engine_config(), ("sovereign:seed",), folder) as made:
        moments = {
            "first preview": Command.PREVIEW,
            "up": Command.UP,
            "later preview": Command.PREVIEW,
        }
        yield made, {name: made.run(command) for name, command in moments.items()}


@pytest.fixture(scope="module")
def packs() -> Iterator[dict[str, RunningPack]]:
    """Both packs, started once."""
    with running("network") as network, running("encryption") as encryption:
        yield {"network": network, "encryption": encryption}


def counted(pack: str) -> int:
    """How many rules the pack lists."""
    return len(import_module(f"policies.{pack}.rules").RULES)


@pytest.mark.parametrize("moment", ["first preview", "up", "later preview"])
def test_our_program_is_let_through(brought_up: tuple[Bench, Results], moment: str) -> None:
    """With one advisory, which is declared, and nothing mandatory."""
    result = brought_up[1][moment]

    assert result.errors == ()
    found = {(each.policy, each.level) for each in result.violations}
    assert found - {("network-deferred", Level.DEFERRED)} == {("artifacts-pinned", Level.ADVISORY)}
    assert all(pack.evaluated > 0 for pack in result.packs)
    rules = {pack.name: pack.rules for pack in result.packs}
    assert rules == {"network": counted("network"), "encryption": counted("encryption")}
    assert not [rule for pack in result.packs for rule in pack.idle if rule.endswith("-deferred")]


def test_a_first_preview_counts_and_shows_what_it_cannot_know(
    brought_up: tuple[Bench, Results],
) -> None:
    """One value; later nothing waits, and the rule is evaluated. What tells so is no rule."""
    results = brought_up[1]
    deferred = {
        moment: [each.message for each in result.violations if each.level is Level.DEFERRED]
        for moment, result in results.items()
    }
    assert deferred == {"first preview": [WAITING], "up": [], "later preview": []}
    counts = {
        moment: {pack.name: pack.deferred for pack in result.packs}["network"]
        for moment, result in results.items()
    }
    assert counts == {"first preview": 1, "up": 0, "later preview": 0}
    evaluated = {
        moment: {pack.name: pack.evaluated for pack in result.packs}["network"]
        for moment, result in results.items()
    }
    assert evaluated["first preview"] + 1 == evaluated["up"] == evaluated["later preview"]


def audited(packs: dict[str, RunningPack], state: Registrations) -> list[tuple[str, str]]:
    return [
        (each.policy, each.message.splitlines()[-1])
        for pack in packs.values()
        for each in pack.judge(state).findings
    ]


def test_an_audit_of_the_state_finds_nothing_but_what_it_may_not_read(
    brought_up: tuple[Bench, Results], packs: dict[str, RunningPack]
) -> None:
    """Without the passphrase user data is redacted: the rules that need it say so."""
    found = audited(packs, saved(brought_up[0].deployment))

    rules = {message for policy, message in found if policy.endswith("-deferred")}
    needing = ("server-limits", "k3s-installer-pinned", "no-token-in-user-data")
    assert rules == {f"deferred: {rule}: {REDACTED}" for rule in needing}
    assert {policy for policy, _ in found if not policy.endswith("-deferred")} == {
        "artifacts-pinned"
    }


def test_an_audit_finds_what_was_done_to_the_state(
    brought_up: tuple[Bench, Results], packs: dict[str, RunningPack]
) -> None:
    """A firewall that was opened, the incident, and a value that only a component shows."""
    state = saved(brought_up[0].deployment)

    def change(resources: Registrations) -> None:
        for each in resources.values():
            if each.type.endswith(":Firewall"):
                each.inputs["rules"][0]["sourceIps"] = ["0.0.0.0/0"]
            if each.name == "dev-cilium" and each.type.endswith(":Release"):
                each.inputs["values"]["k8sServiceHost"] = "127.0.0.1"
            if each.type.endswith(":K3sJoin"):
                each.inputs["nodes"][0]["config"]["secrets-encryption"] = False

    found = {policy for policy, _ in audited(packs, edited(state, change))}

    assert {"world-open-ports", "api-server-address", "k3s-secrets-encryption"} <= found


def test_an_up_stops_before_it_makes_what_a_rule_forbids(tmp_path: Path) -> None:
    """A program that is not ours opens SSH to the world: its firewall never reaches the cloud."""
    config = {"plain:faults": "open-ssh"}
    with bench(PLAIN, "plain", config, (), tmp_path) as made:
        result = made.run(Command.UP)

        assert result.refused
        refused = {each.policy for each in result.violations if each.level is Level.MANDATORY}
        assert refused == {"world-open-ports"}
        sent = [call.path for call in made.simulator.journal if call.method == "POST"]
        assert not [path for path in sent if "firewalls" in path]
