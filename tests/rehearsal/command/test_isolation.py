"""A rehearsal cannot touch anything real, and leaves nothing running."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rehearsal import isolation
from tests.rehearsal.command.rehearsed import ROOT, Directory

COUNTED = ROOT / "tests" / "rehearsal" / "command" / "counted.sh"
REAL_LOOKING = {
    "HCLOUD_TOKEN": "x" * 64,
    "HCLOUD_ENDPOINT": "https://api.hetzner.cloud/v1",
    "PULUMI_ACCESS_TOKEN": "pul-0123456789012345678901234567890123456789",
    "PULUMI_BACKEND_URL": "https://api.pulumi.com",
    "KUBECONFIG": "/root/.kube/config",
}


def test_the_callers_cloud_is_forgotten() -> None:
    """Every HCLOUD_*, PULUMI_* and KUBECONFIG goes; everything else stays."""
    environment = {**REAL_LOOKING, "HOME": "/root", "PATH": "/bin"}
    forgotten = isolation.forget(environment)
    assert environment == {"HOME": "/root", "PATH": "/bin"}
    assert forgotten == sorted(REAL_LOOKING)


def _namespace() -> tuple[str, ...]:
    """What runs a command in a network of its own in which every packet that leaves is counted."""
    unshare = shutil.which("unshare")
    ip = shutil.which("ip")
    if not unshare or not ip:
        pytest.skip("counting packets needs unshare(1) and ip(8)")
    as_root = () if os.geteuid() == 0 else ("--map-root-user",)
    prefix = (unshare, *as_root, "--net", "sh", str(COUNTED))
    probe = subprocess.run([*prefix, "true"], capture_output=True, text=True, check=False)
    if probe.returncode != 0:
        pytest.skip(f"no network namespace here: {probe.stderr.strip()}")
    return prefix


def test_no_packet_leaves_although_the_environment_names_a_real_cloud(tmp_path: Path) -> None:
    """With a real-looking token in the environment, 0 packets go anywhere but loopback."""
    directory = Directory(tmp_path, REAL_LOOKING)
    said = directory.sovereign("rehearse", "up", "--json", prefix=_namespace())
    assert said.code == 0, said.err
    assert said.err.splitlines()[-1] == "packets that left: 0"


def test_the_count_of_packets_can_fail() -> None:
    """A program that does dial out is counted, so that the 0 above means something."""
    dial = "import socket; s = socket.socket(); s.settimeout(0.2); s.connect_ex(('192.0.2.1', 443))"
    done = subprocess.run(
        [*_namespace(), sys.executable, "-c", dial], capture_output=True, text=True, check=False
    )
    assert done.stderr.splitlines()[-1] != "packets that left: 0"


def test_an_endpoint_beyond_loopback_is_refused() -> None:
    """The driver takes no address that is not this machine's own."""
    from rehearsal.runtime.drivers.hcloud import api

    with pytest.raises(api.NotLoopback):
        api.require_loopback("https://api.hetzner.cloud/v1")


def test_a_parallel_rehearsal_of_the_stack_is_refused(tmp_path: Path) -> None:
    """One sentence and exit 1, while the first one holds the lock."""
    from rehearsal.workspace import open_workspace

    directory = Directory(tmp_path)
    with open_workspace(tmp_path, "dev"):
        said = directory.sovereign("rehearse", "up", "--json")
    assert said.code == 1
    assert "another rehearsal of stack dev is running" in said.answer["errors"][0]["rule"]


def test_no_process_outlives_the_command(tmp_path: Path) -> None:
    """After the command nothing of its session is left, also when it is killed in the middle."""
    directory = Directory(tmp_path)
    code = "from sovereign.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "rehearse", "up", "--json"],
        cwd=directory.path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    workspace = tmp_path / ".rehearsal" / "dev" / "hetzner.json"
    limit = time.monotonic() + 120
    while not workspace.exists() and process.poll() is None and time.monotonic() < limit:
        time.sleep(0.05)
    process.kill()
    process.wait()
    while _members(process.pid) and time.monotonic() < limit:
        time.sleep(0.05)
    assert _members(process.pid) == []
    said = directory.sovereign("rehearse", "up", "--json")
    assert (said.code, said.answer["result"]) == (0, "succeeded"), said.out
    names = [node["name"] for node in said.answer["nodes"]]
    assert sorted(names) == ["dev-control-plane-1", "dev-default-1", "dev-default-2"]


def _members(session: int) -> list[int]:
    """Processes of that session that are not zombies."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            after = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if int(after[3]) == session and after[0] != "Z":
            found.append(int(stat.parent.name))
    return found
