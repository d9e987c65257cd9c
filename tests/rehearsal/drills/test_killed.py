"""SIGKILL at every step of a bring-up: `sovereign recover`, then `up` converges, nothing is
doubled, nothing is left behind by a destroy."""

import json
from pathlib import Path

import pytest

from sovereign.recover.model import Action, Kind
from tests.rehearsal.drills import snapshots
from tests.rehearsal.drills.stage import copied, opened

STEPS = (
    "Network dev",
    "NetworkSubnet dev-nodes",
    "Firewall dev-control-plane",
    "Firewall dev-workers",
    "PlacementGroup dev-control-plane-0",
    "PlacementGroup dev-default-0",
    "SshKey dev-deploy",
    "Server dev-control-plane-1",
    "Server dev-default-1",
    "Server dev-default-2",
    "Command dev-control-plane-1-join",
    "Command dev-api",
    "Command dev-kubeconfig",
    "Command dev-default-1-join",
    "Command dev-default-2-join",
    "Command dev-default-1-leave",
    "Command dev-default-2-leave",
    "Command dev-gateway-crds",
    "Command dev-cilium-values",
    "Secret dev-hcloud",
    "Release dev-cilium",
    "Release dev-cloud-controller",
    "Command dev-ready",
    "CiliumClusterwideNetworkPolicy dev-block-metadata",
)
"""Everything with an object behind it that the dev stack creates; the rest are components and
providers."""
AT_HETZNER = 10
"""So many of them, the first ones, are Hetzner's."""


@pytest.fixture(scope="module")
def moments(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What a kill leaves, by moment."""
    origin = tmp_path_factory.mktemp("origin")
    return snapshots.of_an_up(origin, tmp_path_factory.mktemp("moments"))


@pytest.fixture(scope="module")
def whole(dev_folder: Path) -> list[str]:
    """What the project holds after an undisturbed `up`."""
    with opened(dev_folder) as stage:
        return stage.names()


def pending(folder: Path) -> list[str]:
    """The pending operations of the state."""
    (file,) = (folder / ".rehearsal/dev/backend/.pulumi/stacks").glob("*/dev.json")
    latest = json.loads(file.read_text())["checkpoint"]["latest"]
    return [one["type"] for one in latest.get("pending_operations") or ()]


def test_the_drill_kills_every_step_that_the_stack_has(moments: dict[str, Path]) -> None:
    """A resource that the program gets one day must be listed here."""
    assert set(moments) == {f"{moment} {step}" for moment in ("before", "after") for step in STEPS}


@pytest.mark.parametrize("step", STEPS)
def test_after_a_kill_recover_and_up_lead_to_the_whole_stack(
    moments: dict[str, Path], whole: list[str], tmp_path: Path, step: str
) -> None:
    """Killed when the object was made and nobody had noted it."""
    folder = copied(moments[f"after {step}"], tmp_path)
    assert pending(folder) == ["creating"]
    with opened(folder) as stage:
        (row,) = stage.recover()
        assert (row.urn.rsplit("::", 1)[-1], bool(row.reason)) == (step.split()[1], True)
        assert pending(folder) == []
        assert stage.recover() == ()
        result = stage.up()
        assert result.errors == ()
        assert stage.names() == whole
        assert stage.status().ready
        assert stage.destroy().errors == ()
        assert stage.simulator.is_empty()


@pytest.mark.parametrize("step", STEPS)
def test_where_nothing_was_made_only_the_note_is_cleared(
    moments: dict[str, Path], tmp_path: Path, step: str
) -> None:
    """Killed before the call arrived: nothing is imported, nothing deleted."""
    folder = copied(moments[f"before {step}"], tmp_path)
    with opened(folder) as stage:
        held = stage.names()
        assert [row.action for row in stage.recover()] == [Action.CLEAR]
        assert stage.names() == held
    assert pending(folder) == []


@pytest.mark.parametrize("step", STEPS[:AT_HETZNER])
def test_a_server_is_deleted_and_all_else_is_taken_in(
    moments: dict[str, Path], tmp_path: Path, step: str
) -> None:
    """What a server booted from cannot be read back, and it has not joined anything."""
    with opened(copied(moments[f"after {step}"], tmp_path)) as stage:
        held = stage.names()
        (row,) = stage.recover()
        is_server = row.what == Kind.SERVER
        assert is_server is step.startswith("Server")
        assert row.action is (Action.DELETE if is_server else Action.IMPORT)
        gone = [name for name in held if name not in stage.names()]
        assert gone == ([f"server {row.name}"] if is_server else [])


def test_without_recover_the_next_up_adopts_what_was_made_and_says_so(
    moments: dict[str, Path], whole: list[str], tmp_path: Path
) -> None:
    """The embedded runtime goes on by itself; the real engine stops at the name that is used."""
    with opened(copied(moments["after Server dev-default-1"], tmp_path)) as stage:
        result = stage.up()
        assert result.errors == ()
        said = [one.message for one in result.diagnostics]
        assert any("adopted" in message and "killed run" in message for message in said)
        assert stage.names() == whole
