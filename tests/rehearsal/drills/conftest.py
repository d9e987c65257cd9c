"""Stages for the drills: brought up once, copied for each drill."""

from pathlib import Path

import pytest

from tests.rehearsal.drills.stage import copied, opened


@pytest.fixture(scope="session")
def dev_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dev stack, up."""
    return brought_up(tmp_path_factory.mktemp("dev"))


@pytest.fixture(scope="session")
def available_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three control planes, Cilium by way of each node's own balancer, up."""
    return brought_up(tmp_path_factory.mktemp("available"), *AVAILABLE)


AVAILABLE = ("controlPlane.ids=[1, 2, 3]", "apiServerAddress=node-local")


def brought_up(folder: Path, *settings: str) -> Path:
    """The folder after an `up`."""
    with opened(folder, *settings) as stage:
        assert stage.up().errors == ()
    return folder


@pytest.fixture
def dev(dev_folder: Path, tmp_path: Path) -> Path:
    """A dev stack of its own."""
    return copied(dev_folder, tmp_path)


@pytest.fixture
def available(available_folder: Path, tmp_path: Path) -> Path:
    """A highly available stack of its own."""
    return copied(available_folder, tmp_path)
