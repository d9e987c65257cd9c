"""Labs come and go, each in another way, and leave nothing; what is left on purpose is named."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rehearsal.lab import entry, leaks, record
from rehearsal.lab.build import Built
from rehearsal.lab.fabric import namespaces
from tests.rehearsal.command.rehearsed import ROOT, Directory
from tests.rehearsal.lab import soak
from tests.rehearsal.lab.leaks import fabric_of, left, take_down
from tests.rehearsal.lab.soak import Round

SMALL = ("--set", "pools.default.ids=[1]")
UP = """\
import signal
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from sovereign.cli import main
main()
"""
LIMIT_S = 120
Moment = Callable[[Path], bool]


@pytest.fixture
def directory(tmp_path: Path, built: Built) -> Iterator[Directory]:
    """An empty one."""
    del built
    opened = soak.opened(tmp_path)
    yield opened
    take_down(opened)


@pytest.fixture(scope="module")
def rounds(tmp_path_factory: pytest.TempPathFactory, built: Built) -> list[Round]:
    """Three of `make soak`, with one worker."""
    del built
    directory = soak.opened(tmp_path_factory.mktemp("rounds"))
    try:
        return list(soak.rounds(directory, 3, *SMALL))
    finally:
        take_down(directory)


def test_three_rounds_up_and_down_leave_nothing(rounds: list[Round]) -> None:
    """No namespace, process, mount, disk or file, whoever took the lab down."""
    assert [one.failure for one in rounds] == ["", "", ""]


def test_a_lab_that_is_not_kept_is_taken_down_by_the_command_that_made_it(
    rounds: list[Round],
) -> None:
    """The node table is shown, and after it that nothing of it stands any more."""
    table, _, after = rounds[0].up.out.partition("up succeeded")

    assert "dev-default-1" in table
    assert "the lab is taken down: no namespace, process, mount or disk of it is left" in after


def test_a_kept_lab_stands_until_it_is_taken_down(rounds: list[Round]) -> None:
    """It is said how to look into it; `lab down` ends it."""
    kept = rounds[1]

    assert "the lab stands: `sovereign lab status`" in kept.up.out
    kinds = {one.split()[0] for one in kept.stood}
    assert {"namespace", "process", "file"} <= kinds, kept.stood
    assert kept.down
    assert kept.down.out == "taken down: dev+lab\n"


def networks_are_made(root: Path) -> bool:
    """Before anything else of a lab is."""
    return bool(namespaces.names(fabric_of(root).prefix))


def hosts_boot(root: Path) -> bool:
    """Two of them."""
    return len(list((root / ".rehearsal" / "dev+lab" / "hosts").glob("*/pid"))) >= 2


def begun(directory: Directory, moment: Moment) -> "subprocess.Popen[bytes]":
    """An `up` in the lab that has come to that moment. SIGHUP ends it, though whoever runs the
    tests was perhaps told to go on without a terminal (nohup).
    """
    run = subprocess.Popen(
        [sys.executable, "-c", UP, "rehearse", "up", "--lab", *SMALL],
        cwd=directory.path,
        env={**os.environ, "PYTHONPATH": str(ROOT), **directory.environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + LIMIT_S
    try:
        while not moment(directory.path):
            assert run.poll() is None, "it had ended before"
            assert time.monotonic() < deadline, "it did not come to that in time"
            time.sleep(0.005)
    except BaseException:
        run.kill()
        run.wait()
        raise
    return run


def but_files_of_the_killed(found: list[str]) -> list[str]:
    return [one for one in found if not one.startswith("temporary ")]


@pytest.mark.parametrize("moment", [networks_are_made, hosts_boot])
def test_a_killed_run_leaves_a_lab_that_can_be_taken_down(
    directory: Directory, moment: Moment
) -> None:
    """SIGKILL: what it made lives on, from the first namespace on, and `lab down` finds it."""
    with begun(directory, moment) as run:
        run.kill()
    assert [path.name for path, _ in record.standing(directory.path)] == ["dev+lab"]
    known = leaks.networks(fabric_of(directory.path))
    assert known

    said = directory.sovereign("lab", "down")

    assert (said.code, said.out) == (0, "taken down: dev+lab\n")
    assert but_files_of_the_killed(left(directory.path, directory.path / "temporary", known)) == []
    assert directory.sovereign("lab", "down").out == "no lab stands here\n"


def test_a_run_whose_terminal_is_closed_takes_its_lab_down(directory: Directory) -> None:
    """As one that is told to end does: the same is done at every signal of `entry.ENDS`."""
    assert set(entry.ENDS) == {signal.SIGHUP, signal.SIGTERM}
    with begun(directory, hosts_boot) as run:
        known = leaks.networks(fabric_of(directory.path))
        run.send_signal(signal.SIGHUP)

    assert run.returncode == 128 + signal.SIGHUP
    assert but_files_of_the_killed(left(directory.path, directory.path / "temporary", known)) == []
