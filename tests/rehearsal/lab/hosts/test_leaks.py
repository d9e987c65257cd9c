"""Nothing of a lab outlives it: no namespace, mount, process, file; whoever ended it, and how."""

import os
import signal
import time
from pathlib import Path

import pytest

from rehearsal.lab.fabric import MEMORY, namespaces
from tests.rehearsal.lab.hosts.small_lab import SmallLab, needs, new_fabric, open_lab, wait_until

ROUNDS = 3


@pytest.fixture(autouse=True)
def possible() -> None:
    if lacking := needs():
        pytest.skip(lacking)


def traces(prefix: str) -> list[str]:
    """What the machine shows of a lab."""
    mounts = Path("/proc/self/mountinfo").read_text("utf-8").splitlines()
    return [
        *namespaces.names(prefix),
        *(str(path) for path in MEMORY.glob(f"{prefix}*")),
        *(line for line in mounts if prefix in line),
        *(f"{pid}" for pid in inhabitants(prefix)),
    ]


def inhabitants(name: str) -> list[int]:
    """Living processes that were started with that text in an argument."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            said = file.read_text("utf-8", errors="replace")
        except OSError:
            continue
        if name in said and namespaces.is_alive(int(file.parent.name)):
            found.append(int(file.parent.name))
    return found


def two_hosts(lab: SmallLab) -> list[int]:
    """Both switched on, one with a private interface."""
    network = lab.network()
    made = [lab.server("one", "", networks=[network]), lab.server("two", "")]
    lab.hosts.settle()
    assert lab.hosts.failures() == {}
    return made


def pids(lab: SmallLab, servers: list[int]) -> list[int]:
    """The first processes of hosts and all others there."""
    return [
        pid for server in servers for pid in namespaces.processes(lab.fabric.host_namespace(server))
    ]


def test_three_rounds_leave_nothing(tmp_path: Path) -> None:
    """Up and down again in the same place."""
    for _ in range(ROUNDS):
        with open_lab(tmp_path) as lab:
            running = pids(lab, two_hosts(lab))
            assert len(running) >= 2
            assert len(traces(lab.fabric.prefix)) >= 4
        assert [pid for pid in running if namespaces.is_alive(pid)] == []
        assert traces(lab.fabric.prefix) == []
        assert list((tmp_path / "hosts").iterdir()) == []


def test_what_a_killed_process_left_is_found_by_its_name(tmp_path: Path) -> None:
    """Its hosts run on; `down` of a fabric that knows nothing else ends them."""
    said, say = os.pipe()
    child = os.fork()
    if child == 0:
        with open_lab(tmp_path) as lab:
            two_hosts(lab)
            os.write(say, b"up")
            time.sleep(600)
    os.close(say)
    assert os.read(said, 2) == b"up"
    os.close(said)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)

    fabric = new_fabric(tmp_path)
    hosts = namespaces.names(f"{fabric.prefix}h")
    running = [pid for name in hosts for pid in namespaces.processes(name)]
    assert len(hosts) == 2
    assert all(namespaces.is_alive(pid) for pid in running)
    fabric.down()
    wait_until(lambda: not any(namespaces.is_alive(pid) for pid in running))
    assert traces(fabric.prefix) == []
    fabric.down()


def test_where_files_are_on_overlayfs_disks_are_in_memory(tmp_path: Path) -> None:
    """As inside most containers: no overlay stands on another. Nothing stays there either."""
    for name in ("lower", "upper", "work", "merged"):
        (tmp_path / name).mkdir()
    options = f"lowerdir={tmp_path}/lower,upperdir={tmp_path}/upper,workdir={tmp_path}/work"
    merged = tmp_path / "merged"
    namespaces.command(["mount", "-t", "overlay", "overlay", "-o", options, str(merged)])
    try:
        with open_lab(merged) as lab:
            one, _ = two_hosts(lab)
            lab.inside(one, "touch", "/root/kept")
            disk = MEMORY / lab.fabric.host_namespace(one) / "disk"
            assert (disk / "root" / "kept").exists()
            lab.act(one, "reset")
            lab.hosts.settle()
            lab.inside(one, "test", "-e", "/root/kept")
        assert traces(lab.fabric.prefix) == []
    finally:
        namespaces.command(["umount", str(merged)])
