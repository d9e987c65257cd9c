"""Labs for tests: on Linux as root only, everything built once, and nothing left behind."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from rehearsal.lab import build, machine
from rehearsal.lab.build import Built
from tests.rehearsal.command.rehearsed import ROOT, Directory
from tests.rehearsal.lab.breaking import Labs
from tests.rehearsal.lab.leaks import take_down

ENDS = (signal.SIGINT, signal.SIGTERM)


def pytest_configure() -> None:
    """Whoever ends the tests (`timeout`, a CI that is cancelled) leaves no lab: as after Ctrl-C,
    every fixture takes down what stands.
    """
    for number in ENDS:  # a shell's background job would ignore the first
        signal.signal(number, interrupt)


def interrupt(*_: object) -> NoReturn:
    """Once: pytest-xdist sends a second signal, which would end the fixtures in their midst."""
    for number in ENDS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


@pytest.fixture(scope="session")
def built() -> Built:
    """Everything that a lab is made of; compiled by the first test that asks, some minutes then."""
    try:
        machine.require()
        return build.ready(build.cache_directory(), lambda line: print(line, file=sys.stderr))  # noqa: T201
    except machine.Unavailable as lacking:
        pytest.skip(str(lacking))


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory, built: Built) -> Iterator[Labs]:
    """Labs that stand as long as their run; what one that hangs leaves is taken down."""
    del built
    directory = Directory(tmp_path_factory.mktemp("breaks"), {"PYTHONPATH": str(ROOT)})
    yield Labs(directory)
    take_down(directory)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many of the lab's tests had a lab: where it cannot be had, they skip."""
    here = Path(__file__).parent.relative_to(ROOT).as_posix()
    ran, skipped = (
        sum(
            one.nodeid.startswith(here)
            for kind in kinds
            for one in terminalreporter.getreports(kind)
        )
        for kinds in (("passed", "failed"), ("skipped",))
    )
    if ran or skipped:
        terminalreporter.write_line(f"{here}: {ran} ran, {skipped} skipped")
