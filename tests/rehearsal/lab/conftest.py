"""Labs for tests: on Linux as root only, everything built once, and nothing left behind."""

import sys

import pytest

from rehearsal.lab import build, machine
from rehearsal.lab.build import Built


@pytest.fixture(scope="session")
def built() -> Built:
    """Everything that a lab is made of; compiled by the first test that asks, some minutes then."""
    lacking = machine.sentence(machine.look())
    if lacking:
        pytest.skip(lacking)
    return build.ready(build.cache_directory(), lambda line: print(line, file=sys.stderr))  # noqa: T201
