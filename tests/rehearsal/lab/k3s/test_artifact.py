"""The executable that a mirror serves."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from rehearsal.lab.k3s import artifact

VERSION = "v1.36.4+k3s1"


def test_the_same_sources_make_the_same_bytes() -> None:
    assert artifact.build(VERSION) == artifact.build(VERSION)
    assert artifact.build(VERSION) != artifact.build("v1.35.0+k3s1")


def test_it_holds_what_it_imports_and_none_of_the_rehearsal_beyond() -> None:
    """It runs on hosts that have Python, PyYAML and cryptography, and no repository."""
    names = set(zipfile.ZipFile(io.BytesIO(artifact.build(VERSION))).namelist())
    assert {"__main__.py", "rehearsal/nodes/k3s.py", "rehearsal/lab/k3s/server.py"} <= names
    assert "rehearsal/lab/k3s/packaged/coredns.yaml" in names
    assert not {name for name in names if name.startswith(("sovereign/", "rehearsal/hetzner/"))}
    assert "rehearsal/lab/k3s/artifact.py" not in names


@pytest.fixture
def program(tmp_path: Path) -> Path:
    file = tmp_path / "k3s"
    file.write_bytes(artifact.build(VERSION))
    return file


def run(program: Path, *words: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-I", str(program), *words]
    return subprocess.run(argv, capture_output=True, text=True, check=False, cwd="/")


def test_it_runs_from_its_own_bytes(program: Path) -> None:
    assert run(program, "--version").stdout == f"k3s version {VERSION} (lab stand-in)\n"


def test_a_subcommand_that_it_lacks_is_refused_in_one_sentence(program: Path) -> None:
    said = run(program, "etcd-snapshot", "save")
    assert said.returncode == 1
    assert said.stderr == (
        "the lab stand-in of k3s has no etcd-snapshot: server, agent and kubectl only\n"
    )
