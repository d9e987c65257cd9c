"""`sovereign recover` as a person runs it, after a real SIGKILL."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.rehearsal.command.rehearsed import ROOT, Directory, Said
from tests.rehearsal.drills import snapshots
from tests.rehearsal.drills.stage import copied, opened

LIMIT_S = 120.0
STATE = Path(".rehearsal/dev/backend/.pulumi/stacks/sovereign/dev.json")
WITHOUT_PULUMI = {"PATH": "/usr/bin:/bin", "HCLOUD_TOKEN": ""}


@pytest.fixture(scope="module")
def moments(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What a kill leaves, by moment."""
    origin = tmp_path_factory.mktemp("origin")
    return snapshots.of_an_up(origin, tmp_path_factory.mktemp("moments"))


def directory(path: Path) -> Directory:
    """A clone to run the command in, on a machine without the real engine."""
    return Directory(path, WITHOUT_PULUMI)


def killed_while_creating(place: Directory, type_: str) -> None:
    """Bring the stack up and kill the whole run while it creates something of that type."""
    state = place.path / STATE
    process = subprocess.Popen(
        [sys.executable, "-c", "from sovereign.cli import main; main()", "rehearse", "up"],
        cwd=place.path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + LIMIT_S
    try:
        while time.monotonic() < deadline and process.poll() is None:
            text = state.read_text() if state.exists() else ""
            if type_ in text.partition('"pending_operations"')[2]:
                break
            time.sleep(0.001)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    pending = json.loads(state.read_text())["checkpoint"]["latest"]["pending_operations"]
    assert "creating" in {one["type"] for one in pending}


def recovered(said: Said) -> dict[str, Any]:
    """The answer, of a recovery that left nothing open."""
    assert (said.code, said.answer["result"]) == (0, "succeeded"), said
    return said.answer


@pytest.mark.parametrize("type_", ["hcloud:index/server:Server", "command:remote:Command"])
def test_after_a_real_kill_recover_and_up_lead_to_the_whole_stack(
    tmp_path: Path, type_: str
) -> None:
    """Everything in processes of their own; a destroy then leaves nothing."""
    place = directory(tmp_path)
    killed_while_creating(place, type_)
    answer = recovered(place.sovereign("recover", "--yes", "--json"))
    assert answer["findings"]
    assert recovered(place.sovereign("recover", "--json"))["findings"] == []
    up = place.sovereign("rehearse", "up", "--json")
    assert (up.code, [node["ready"] for node in up.answer["nodes"]]) == (0, [True] * 3), up.err
    assert place.sovereign("rehearse", "destroy", "--json").code == 0


def test_without_a_word_nothing_is_done(moments: dict[str, Path], tmp_path: Path) -> None:
    """It shows what it would do, and ends with 1: nobody could be asked."""
    copied(moments["after Server dev-default-1"], tmp_path)
    before = (tmp_path / STATE).read_bytes()
    place = directory(tmp_path)
    said, shown = place.sovereign("recover", "--json"), place.sovereign("recover")
    assert (said.code, said.answer["result"]) == (1, "unconfirmed")
    assert [row["action"] for row in said.answer["findings"]] == ["delete"]
    assert (tmp_path / STATE).read_bytes() == before
    assert shown.code == 1
    for word in ("server", "dev-default-1", "delete", "a killed run created it"):
        assert word in shown.out
    assert "give --yes" in shown.err


def test_without_recover_the_next_up_says_what_it_takes_in(
    moments: dict[str, Path], tmp_path: Path
) -> None:
    """By name, on stderr: an operator sees that something was not as it should be."""
    for number, (moment, said) in enumerate(
        {
            "after Server dev-default-1": "dev-default-1: adopted (id ",
            "after Command dev-ready": "dev-ready: a killed run was creating it: it is begun anew",
        }.items()
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        copied(moments[moment], folder)
        up = directory(folder).sovereign("rehearse", "up", "--json")
        assert (up.code, f" !  {said}" in up.err) == (0, True), up.err


def test_nothing_of_another_environment_is_touched(
    moments: dict[str, Path], tmp_path: Path
) -> None:
    """What bears another cluster's label, or none, stays, whatever it is named."""
    copied(moments["after Network dev"], tmp_path)
    with opened(tmp_path) as stage:
        client = stage.client
        for name, labels in {
            "prod": {"cluster": "prod", "managed-by": "sovereign"},
            "dev-default-7": {"cluster": "dev"},
            "by-hand": {},
        }.items():
            client.placement_groups.create(name, "spread", labels=labels)
    answer = recovered(directory(tmp_path).sovereign("recover", "--yes", "--json"))
    assert [(row["what"], row["name"], row["action"]) for row in answer["findings"]] == [
        ("network", "dev", "import")
    ]
    with opened(tmp_path) as stage:
        assert {"group by-hand", "group dev-default-7", "group prod"} <= set(stage.names())


def test_a_lone_server_is_left_to_a_person_who_names_it(
    moments: dict[str, Path], tmp_path: Path
) -> None:
    """The note of its creation is lost, as after `pulumi refresh --clear-pending-creates`."""
    copied(moments["after Server dev-default-1"], tmp_path)
    text = json.loads((tmp_path / STATE).read_text())
    del text["checkpoint"]["latest"]["pending_operations"]
    (tmp_path / STATE).write_text(json.dumps(text))
    place = directory(tmp_path)
    left = place.sovereign("recover", "--yes", "--json")
    assert (left.code, left.answer["result"]) == (1, "left")
    collided = place.sovereign("rehearse", "up", "--json")
    assert "(uniqueness_error)" in str(collided.answer["errors"])
    assert "`sovereign recover` shows it" in str(collided.answer["errors"])
    recovered(place.sovereign("recover", "--yes", "--json", "--delete", "dev-default-1"))
    assert place.sovereign("rehearse", "up", "--json").code == 0


def test_a_run_at_work_is_not_disturbed(dev: Path) -> None:
    """One sentence, and nothing is asked or done."""
    with opened(dev):
        said = directory(dev).sovereign("recover", "--yes", "--json")
    assert (said.code, said.answer["result"]) == (1, "refused")
    assert "another rehearsal of stack dev is running" in said.answer["errors"][0]["rule"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--engine", "embedded"), 0, "nothing is left over"),
        (("--engine", "pulumi"), 3, "which is not on PATH"),
        (("--lab",), 1, "no lab of stack dev stands"),
        (("--engine", "terraform"), 2, "must be pulumi or embedded"),
        (("--stack", "nosuch"), 2, "no such file"),
    ],
)
def test_every_end_has_its_exit_code_and_its_sentence(
    tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    """In an empty directory: nothing was brought up yet."""
    ended = directory(tmp_path).sovereign("recover", *arguments)
    assert (ended.code, said in ended.out + ended.err) == (code, True), ended
