"""What the tests of the embedded runtime share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.hetzner import HetznerSimulator, HetznerState, serve
from tests.rehearsal.runtime.workbench import Workbench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    """A stack without anything in it."""
    simulator = HetznerSimulator(HetznerState())
    with serve(simulator) as endpoint:
        yield Workbench(tmp_path, simulator, endpoint)
