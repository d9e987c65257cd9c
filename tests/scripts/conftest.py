"""The host on which each test of a script runs."""

from pathlib import Path

import pytest

from tests.scripts.sandbox import Sandbox


@pytest.fixture
def host(tmp_path: Path) -> Sandbox:
    """A worker that has booted well and has not joined yet."""
    return Sandbox(tmp_path)


@pytest.fixture(params=["dash", "bash"])
def shell(request: pytest.FixtureRequest) -> str:
    """The two shells that run the scripts: the hosts' /bin/sh and root's login shell."""
    return str(request.param)
