"""The package that app stacks elsewhere install from a repository, as docs/app-stacks.md says."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sovereign import __version__
from tests.configurations import ROOT

SOURCES = ("sovereign", "rehearsal", "pyproject.toml", "requirements.in")
GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")


def ran(*command: str, cwd: Path) -> str:
    """What it printed; it must have ended well."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pip put it, from one commit of a repository; nothing else comes from an index."""
    repository = tmp_path_factory.mktemp("repository")
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, repository / name)
    ran(*GIT, "init", "-q", cwd=repository)
    ran(*GIT, "add", "-A", cwd=repository)
    ran(*GIT, "commit", "-q", "-m", "one", cwd=repository)
    revision = ran(*GIT, "rev-parse", "HEAD", cwd=repository)
    target = tmp_path_factory.mktemp("installed")
    line = f"sovereign @ git+file://localhost{repository}@{revision}"
    options = ("--no-index", "--no-deps", "--no-build-isolation", "--quiet", "--target")
    ran(sys.executable, "-m", "pip", "install", *options, str(target), line, cwd=repository)
    return target


def test_it_reads_clusters_and_builds_for_the_mesh(installed: Path) -> None:
    """From there alone, with the files that its modules read."""
    code = (
        f"import sys; sys.path.insert(0, {str(installed)!r})\n"
        "import sovereign, sovereign.mesh, sovereign.catalog\n"
        "sovereign.catalog.load()\n"
        "print(sovereign.__file__, sovereign.Reference.__module__)\n"
    )
    printed = ran(sys.executable, "-I", "-c", code, cwd=installed)
    assert printed == f"{installed / 'sovereign' / '__init__.py'} sovereign.reference"


def test_it_says_its_release_and_brings_its_types(installed: Path) -> None:
    """The version stands in one place; py.typed is what mypy asks for."""
    (metadata,) = installed.glob("sovereign-*.dist-info/METADATA")
    assert f"\nVersion: {__version__}\n" in metadata.read_text(encoding="utf-8")
    assert (installed / "sovereign" / "py.typed").is_file()
