"""Hetzner's Go client, of which the provider is made, drives a whole life."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from rehearsal.hetzner import HetznerSimulator, HetznerState, LatencyProfile, serve

MODULE = Path(__file__).parent / "go"
BUILD_LIMIT_S = 300
RUN_LIMIT_S = 60
BRIEF = LatencyProfile("brief", action_s=0.02)


@pytest.fixture(scope="module")
def lifecycle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built program of the folder `go`; skips where Go or hcloud-go is missing."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("there is no go on PATH")
    binary = tmp_path_factory.mktemp("go") / "lifecycle"
    modules = subprocess.run(
        [go, "mod", "download"], cwd=MODULE, capture_output=True, text=True, timeout=BUILD_LIMIT_S
    )
    if modules.returncode:
        pytest.skip(f"go cannot have hcloud-go: {modules.stderr.strip()}")
    subprocess.run(
        [go, "build", "-o", binary, "."],
        cwd=MODULE,
        check=True,
        timeout=BUILD_LIMIT_S,
        env={**os.environ, "GOFLAGS": "-mod=readonly"},
    )
    return binary


def test_a_whole_life_passes_through_the_go_client(lifecycle: Path) -> None:
    """Every answer is understood, every refusal recognized, and nothing is left at the end."""
    project = HetznerSimulator(HetznerState(), BRIEF)
    with serve(project) as endpoint:
        done = subprocess.run(
            [lifecycle, endpoint], capture_output=True, text=True, timeout=RUN_LIMIT_S
        )
    assert (done.stdout, done.stderr) == ("ok\n", "")
    assert project.is_empty()
    assert {call.method for call in project.journal} == {"GET", "POST", "PUT", "DELETE"}
