"""The proof that nothing is left can fail: what is left on purpose is named, each in its way."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from rehearsal.lab import entry, leaks
from rehearsal.lab.fabric import MEMORY, Fabric, namespaces
from rehearsal.nodes.surroundings import CALLER
from rehearsal.workspace import Workspace
from tests.rehearsal.lab.hosts.small_lab import needs, new_fabric, open_lab, wait_until


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left on purpose is not waited for."""
    if why := needs():
        pytest.skip(why)
    monkeypatch.setattr(leaks, "PATIENCE_S", 0.2)


@contextmanager
def asleep(*prefix: str, **environment: str) -> Iterator[int]:
    """A process that does nothing."""
    command = [*prefix, "sleep", "60"]
    with subprocess.Popen(command, env={**os.environ, **environment}) as process:
        try:
            wait_until(lambda: Path(f"/proc/{process.pid}/comm").read_text("ascii") == "sleep\n")
            yield process.pid
        finally:
            process.kill()


def within(name: str) -> tuple[str, ...]:
    return ("nsenter", f"--net={namespaces.path(name)}", "--")


def test_a_host_that_outlives_its_networks_name_is_named(tmp_path: Path) -> None:
    """Its mounts tell nothing of where its disk is: it has a root of its own."""
    with open_lab(tmp_path) as lab:
        server = lab.server("one", "")
        lab.hosts.settle()
        name = lab.fabric.host_namespace(server)
        host, known = namespaces.processes(name), leaks.networks(lab.fabric)
        try:
            namespaces.remove(name)
            lab.fabric.down()

            assert any("(unshare)" in one for one in leaks.left(tmp_path, lab.fabric))
            by_network = {one.split()[-1] for one in leaks.left(tmp_path, lab.fabric, known)}
            assert {"(unshare)", "(init)"} <= by_network
        finally:
            for pid in host:
                os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not any(namespaces.is_alive(pid) for pid in host))
    assert leaks.left(tmp_path, lab.fabric, known) == []


def test_a_process_that_was_begun_inside_is_named(tmp_path: Path) -> None:
    """Wherever it is now; of another lab it is not."""
    fabric = new_fabric(tmp_path)
    with asleep(**{leaks.INSIDE: fabric.lab_id}) as pid:
        assert leaks.left(tmp_path, fabric) == [f"process {pid} (sleep)"]
        assert leaks.left(tmp_path, Fabric("000000", IPv4Address(CALLER))) == []
    assert leaks.left(tmp_path, fabric) == []


def test_a_process_in_a_network_without_a_name_is_named(tmp_path: Path) -> None:
    """By the network's number, which was looked up while it had a name."""
    fabric = new_fabric(tmp_path)
    fabric.up()
    known = leaks.networks(fabric)
    with asleep(*within(fabric.operator_namespace)) as pid:
        for name in namespaces.names(fabric.prefix):
            namespaces.remove(name)
        assert leaks.left(tmp_path, fabric) == []
        assert leaks.left(tmp_path, fabric, known) == [f"process {pid} (sleep)"]


def test_a_namespace_a_disk_in_memory_and_a_mount_are_named(tmp_path: Path) -> None:
    """Each by what it is and where."""
    fabric = new_fabric(tmp_path)
    name, disk = fabric.host_namespace(9), MEMORY / fabric.host_namespace(9)
    place = tmp_path / "a place"
    place.mkdir()
    disk.mkdir()
    namespaces.command(["ip", "netns", "add", name])
    namespaces.command(["mount", "-t", "tmpfs", "tmpfs", str(place)])
    try:
        assert leaks.left(tmp_path, fabric) == [
            f"namespace {name}",
            f"disk in memory {disk}",
            f"mount /run/netns/{name}",
            f"mount {place}",
        ]
    finally:
        namespaces.command(["umount", str(place)])
        fabric.down()
    assert leaks.left(tmp_path, fabric) == []


def test_what_still_runs_in_the_operators_network_is_ended_with_the_lab(tmp_path: Path) -> None:
    """A killed run's helm or kubectl would otherwise go on; the caller itself is spared."""
    fabric = new_fabric(tmp_path)
    fabric.up()
    with asleep(*within(fabric.operator_namespace)) as pid:
        left = entry.take_down(Workspace(tmp_path), fabric)

        assert left == []
        assert not namespaces.is_alive(pid)
