"""Three labs come and go, each in another way, and leave nothing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rehearsal.lab import record
from rehearsal.lab.build import Built
from tests.rehearsal.command.rehearsed import ROOT, Directory
from tests.rehearsal.lab.leaks import left

SMALL = ("--set", "pools.default.ids=[1]")
LIMIT_S = 120


@pytest.fixture
def directory(tmp_path: Path, built: Built) -> Directory:
    """An empty one; its commands have their temporary files in a directory of their own."""
    del built
    (tmp_path / "temporary").mkdir()
    return Directory(tmp_path, {"TMPDIR": str(tmp_path / "temporary")})


def nothing_left(directory: Directory) -> bool:
    return left(directory.path, directory.path / "temporary") == []


def test_a_lab_that_is_not_kept_is_taken_down_by_the_command_that_made_it(
    directory: Directory,
) -> None:
    """The node table is shown, and nothing of it stands any more."""
    said = directory.sovereign("rehearse", "up", "--lab", *SMALL)

    assert said.code == 0, said.err
    assert "dev-default-1" in said.out
    assert "no namespace, mount or process of it is left" in said.err
    assert nothing_left(directory)


def test_a_kept_lab_stands_until_it_is_taken_down(directory: Directory) -> None:
    """`lab down` ends it; a second one finds nothing to do."""
    try:
        assert directory.sovereign("rehearse", "up", "--lab", "--keep", *SMALL).code == 0
        assert not nothing_left(directory)
    finally:
        said = directory.sovereign("lab", "down")

    assert said.out == "taken down: dev+lab\n"
    assert nothing_left(directory)
    assert directory.sovereign("lab", "down").out == "no lab stands here\n"


def test_a_killed_run_leaves_a_lab_that_can_be_taken_down(directory: Directory) -> None:
    """SIGKILL while hosts boot: hosts live on, and `lab down` finds them."""
    code = "from sovereign.cli import main; main()"
    command = [sys.executable, "-c", code, "rehearse", "up", "--lab", *SMALL]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **directory.environment}
    with subprocess.Popen(
        command, cwd=directory.path, env=environment, stderr=subprocess.DEVNULL
    ) as run:
        hosts = directory.path / ".rehearsal" / "dev+lab" / "hosts"
        deadline = time.monotonic() + LIMIT_S
        while len(list(hosts.glob("*/pid"))) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        run.send_signal(signal.SIGKILL)
    assert [name.name for name, _ in record.standing(directory.path)] == ["dev+lab"]
    assert not nothing_left(directory)

    assert directory.sovereign("lab", "down").code == 0

    found = left(directory.path, directory.path / "temporary")
    assert [one for one in found if not one.startswith("temporary ")] == []
