"""The packages of examples/typescript, for tests that run it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.configurations import ROOT

EXAMPLE = ROOT / "examples" / "typescript"
LIMIT_S = 240


def install(target: Path) -> None:
    """Copy the example and install its locked packages there; skips where that cannot be done."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("node and npm are not on PATH")
    shutil.copytree(EXAMPLE, target, ignore=shutil.ignore_patterns("node_modules"))
    done = subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"],
        cwd=target,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )
    if done.returncode != 0 and any(word in done.stderr for word in ("ENOTFOUND", "ECONNREFUSED")):
        pytest.skip("the npm registry cannot be reached")
    assert done.returncode == 0, done.stderr
