"""Hosts for the tests of this directory, one set per test file."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rehearsal.lab.build import Built
from rehearsal.lab.k3s import artifact
from tests.rehearsal.lab.k3s.sandbox import Bridge, Host

VERSION = "v1.36.4+k3s1"
Boot = Callable[[str, str], Host]


@pytest.fixture(scope="session")
def k3s(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stand-in as a file."""
    file = tmp_path_factory.mktemp("k3s") / "k3s"
    file.write_bytes(artifact.build(VERSION))
    file.chmod(0o755)
    return file


@pytest.fixture(scope="module")
def boot(built: Built, k3s: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boot]:
    """Boots a host of a name and address; all of them end with the test file."""
    bridge, hosts = Bridge(), []

    def one(name: str, address: str) -> Host:
        hosts.append(Host(bridge, name, address, built, k3s, tmp_path_factory.mktemp(name)))
        return hosts[-1]

    yield one
    for host in hosts:
        host.close()
    bridge.close()
