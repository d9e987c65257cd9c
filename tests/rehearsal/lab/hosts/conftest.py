"""One lab for all tests of a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rehearsal.lab.hosts.small_lab import SmallLab, open_lab


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallLab]:
    """A small lab; skipped where this machine cannot have one."""
    directory: Path = tmp_path_factory.mktemp("lab")
    with open_lab(directory) as opened:
        yield opened
