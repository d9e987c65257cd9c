"""The real engine after a SIGKILL and after half a creation, on the real program: `sovereign
recover` and `--refresh` put it right; without them it stops with a clear message, nothing doubled.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rehearsal.hetzner import Fault, HetznerSimulator, HetznerState, serve
from tests.e2e.engine_stack import EngineStack, needs_engine, stack
from tests.rehearsal.runtime.test_runtime_crash import SilentSimulator

pytestmark = needs_engine

SERVERS = ["dev-control-plane-1", "dev-default-1", "dev-default-2"]
ATTACH = r"/servers/\d+/actions/attach_to_network"


def names(simulator: HetznerSimulator) -> list[str]:
    """Every object by kind and name, sorted."""
    state = simulator.state
    kinds: dict[str, dict[int, Any]] = {
        "server": state.servers,
        "network": state.networks,
        "firewall": state.firewalls,
        "group": state.placement_groups,
        "key": state.ssh_keys,
    }
    return sorted(f"{kind} {one.name}" for kind, held in kinds.items() for one in held.values())


def converges(engine: EngineStack, simulator: HetznerSimulator) -> None:
    """Everything of Hetzner is there, once, attached, and known to the state; the run fails only
    where hosts would have to answer."""
    done = engine.up()
    assert "uniqueness_error" not in done.stdout
    assert "could not connect" in done.stdout or "dial" in done.stdout
    assert sorted(server.name for server in simulator.servers()) == SERVERS
    assert all(server.attachments for server in simulator.servers())
    found = names(simulator)
    assert len(found) == len(set(found)) == 9
    assert engine.recover().answer["findings"] == []


@pytest.fixture
def killed(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[EngineStack, HetznerSimulator]]:
    """A run that was killed while its call waited for an answer."""
    simulator = SilentSimulator("POST", request.param)
    with serve(simulator) as endpoint:
        engine = stack(tmp_path, endpoint)
        engine.killed_up(simulator)
        yield engine, simulator


@pytest.mark.parametrize("killed", ["/servers"], indirect=True)
def test_without_recover_the_engine_says_what_is_wrong_and_doubles_nothing(
    killed: tuple[EngineStack, HetznerSimulator],
) -> None:
    """First its lock, then the pending operations and the name that is used."""
    engine, simulator = killed
    before = names(simulator)
    locked = engine.up()
    assert "the stack is currently locked by 1 lock(s)" in locked.stderr
    engine.pulumi("cancel", "--yes")
    collided = engine.up()
    assert "interrupted while creating" in collided.stdout
    assert "server name is already used (uniqueness_error" in collided.stdout
    after = names(simulator)
    assert set(before) <= set(after)
    assert len(after) == len(set(after))


@pytest.mark.parametrize("killed", ["/servers"], indirect=True)
def test_a_server_of_a_killed_run_is_deleted_and_made_anew(
    killed: tuple[EngineStack, HetznerSimulator],
) -> None:
    """Lock, note and server go; the passphrase's secrets are shown nowhere."""
    engine, simulator = killed
    shown = engine.recover()
    assert (shown.code, shown.answer["result"]) == (1, "unconfirmed")
    actions = {row["action"] for row in shown.answer["findings"]}
    assert "delete" in actions
    assert actions <= {"delete", "clear"}  # the others' calls may not have arrived
    done = engine.recover("--yes")
    assert (done.code, done.answer["result"]) == (0, "succeeded")
    assert "ciphertext" not in done.out + done.err
    assert simulator.servers() == []
    converges(engine, simulator)


@pytest.mark.parametrize(
    "killed", ["/networks", "/actions/add_subnet", "/firewalls", "/ssh_keys"], indirect=True
)
def test_what_a_killed_run_made_is_in_the_state_as_if_it_had_been_noted(
    killed: tuple[EngineStack, HetznerSimulator],
) -> None:
    """The provider has read it: the next `up` finds nothing to change about it."""
    engine, simulator = killed
    made = {one.id for one in simulator.state.networks.values()}
    done = engine.recover("--yes")
    assert (done.code, done.answer["result"]) == (0, "succeeded"), done
    assert "import" in {row["action"] for row in done.answer["findings"]}
    planned = engine.pulumi("preview")
    assert planned.returncode == 0, planned.stdout
    assert "to update" not in planned.stdout
    assert "to replace" not in planned.stdout
    converges(engine, simulator)
    assert made <= {one.id for one in simulator.state.networks.values()}


def test_half_a_creation_is_named_by_the_next_up_and_cured_by_a_refresh(tmp_path: Path) -> None:
    """The engine alone would call it well (data/engine-3.259, 28)."""
    simulator = HetznerSimulator(HetznerState())
    simulator.inject(Fault("POST", ATTACH, code="invalid_input", status=422))
    with serve(simulator) as endpoint:
        engine = stack(tmp_path, endpoint)
        first = engine.up()
        assert "injected failure (invalid_input" in first.stdout
        (detached,) = [one for one in simulator.servers() if not one.attachments]
        again = engine.up()
        assert f"server {detached.name} exists but has no private address" in again.stdout
        assert "run `pulumi up --refresh`, which attaches it" in again.stdout
        cured = engine.up("--refresh")
        assert "no private address" not in cured.stdout
        assert all(server.attachments for server in simulator.servers())


@pytest.mark.parametrize("killed", ["/networks"], indirect=True)
def test_the_program_may_be_copied_anew_and_hetzner_be_found_elsewhere(
    killed: tuple[EngineStack, HetznerSimulator], tmp_path: Path
) -> None:
    """As `recover --lab` opens a lab: another salt in the copied stack file, another endpoint."""
    _, simulator = killed
    with serve(simulator) as elsewhere:
        engine = stack(tmp_path, elsewhere)
        done = engine.recover("--yes")
        assert (done.code, done.answer["result"]) == (0, "succeeded"), done
        assert "import" in {row["action"] for row in done.answer["findings"]}
        converges(engine, simulator)
