"""Somebody else's repository, with a Pulumi program that knows nothing of Sovereign: the workflows'
own scripts install the review from a wheel and write a comment.
"""

import json
import os
import re
import shutil
import site
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.ci.workflows import CI, GITLAB, document, named_step
from tests.configurations import ROOT
from tests.rehearsal.review.test_revision import git

PACKAGES = ("sovereign", "rehearsal", "policies")
PROGRAM = """
import pulumi_hcloud as hcloud

FROM = ["203.0.113.0/24"]
rule = hcloud.FirewallRuleArgs(direction="in", protocol="tcp", port="22", source_ips=FROM)
firewall = hcloud.Firewall("fw", name="fw", rules=[rule])
for name in ("one",):
    hcloud.Server(
        name,
        name=name,
        server_type="cpx32",
        image="ubuntu-24.04",
        location="nbg1",
        firewall_ids=[firewall.id.apply(int)],
        labels={"managed-by": "pulumi"},
    )
"""
EDITS = (('["203.0.113.0/24"]', '["0.0.0.0/0"]'), ('("one",)', '("one", "two")'))


def listed() -> list[str]:
    """Files of the packages, committed or about to be; links with what they lead to."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *PACKAGES]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found = []
    for name in done.stdout.splitlines():
        inside = sorted((ROOT / name).glob("*.py")) if (ROOT / name).is_dir() else [ROOT / name]
        found += [str(file.relative_to(ROOT)) for file in inside if file.is_file()]
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our package as pip makes it of a clone."""
    source, made = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in (*listed(), "pyproject.toml", "requirements.in"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    options = ("--no-deps", "--no-build-isolation", "--no-index", "-q", "-w", str(made))
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", *options, str(source)],
        check=True,
        capture_output=True,
    )
    (found,) = made.glob("*.whl")
    return found


def test_a_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    """Scripts, tables, templates, packs with their framework, the lab's files without a suffix."""
    held = set(zipfile.ZipFile(wheel).namelist())
    assert [name for name in listed() if name not in held] == []


def test_the_extra_is_what_the_rehearsal_needs() -> None:
    """The same list as requirements-rehearsal.in."""
    text = (ROOT / "requirements-rehearsal.in").read_text(encoding="utf-8")
    needed = [line for line in text.splitlines() if line[:1] not in ("#", "-", "")]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["optional-dependencies"]["review"] == needed


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A program on main, and a branch that opens its firewall and adds a server."""
    directory = tmp_path / "theirs"
    directory.mkdir()
    (directory / "Pulumi.yaml").write_text("name: shop\nruntime: python\n", encoding="utf-8")
    (directory / "Pulumi.live.yaml").write_text("config: {}\n", encoding="utf-8")
    (directory / "requirements.txt").write_text("# pulumi-hcloud\n", encoding="utf-8")
    (directory / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    git(directory, "init", "-q", "-b", "main")
    git(directory, "add", "-A")
    git(directory, "commit", "-q", "-m", "base")
    git(directory, "update-ref", "refs/remotes/origin/main", "HEAD")
    git(directory, "checkout", "-q", "-b", "change")
    text = PROGRAM
    for old, new in EDITS:
        assert old in text
        text = text.replace(old, new)
    (directory / "__main__.py").write_text(text, encoding="utf-8")
    git(directory, "commit", "-q", "-a", "-m", "change")
    return directory


def texts(platform: str) -> tuple[str, str]:
    """What installs and what reviews."""
    if platform == "gitlab":
        install, review = document(GITLAB)["review"]["script"]
        return install, review
    file = CI / platform / "review.yml"
    return named_step(file, "Install the review")["run"], named_step(file, "Review")["run"]


@pytest.mark.parametrize("platform", ["forgejo", "gitlab"])
def test_the_other_platforms_install_and_review_with_the_same_commands(platform: str) -> None:
    """So what is tried with GitHub's texts holds for theirs."""
    for ours, theirs in zip(texts("github"), texts(platform), strict=True):
        own = re.compile(r" --limit \d+| --base \S+| \|\| code=\S+")
        commands = [own.sub("", text) for text in (ours, theirs)]
        wanted, had = (
            {line.strip(" \\") for line in text.splitlines() if re.search("pip|sovereign ", line)}
            for text in commands
        )
        assert len(wanted) in (1, 2)
        assert wanted <= had


def test_a_stranger_gets_a_comment_from_the_workflow_as_it_is(
    wheel: Path, repository: Path, tmp_path: Path
) -> None:
    """One line is filled in: where the review comes from. The comment refuses, and says why."""
    home, bin_ = tmp_path / "home", tmp_path / "bin"
    for directory in (home, bin_):
        directory.mkdir()
    (bin_ / "python3").symlink_to(Path(sys.base_prefix) / "bin" / "python3")
    base = git(repository, "rev-parse", "main")
    environment = {
        "PATH": f"{bin_}{os.pathsep}/usr/bin:/bin",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "SOVEREIGN": wheel.as_uri(),
        "PROGRAM": ".",
        "BASE": "origin/main",
        "GITHUB_PATH": str(tmp_path / "path"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "PIP_NO_INDEX": "1",  # its dependencies are those of the tests
        "PIP_NO_DEPS": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    packages = home / ".sovereign" / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    lend = f"echo {site.getsitepackages()[0]} >{packages}/of-the-tests.pth"
    taken = f'PATH="$(cat {tmp_path / "path"}):$PATH"'
    install, review = texts("github")
    text = "\n".join((f"({install})", lend, taken, review))
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", text],
        cwd=repository,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    comment = (repository / "review" / "live.md").read_text(encoding="utf-8")
    lines = comment.splitlines()
    assert lines[:2] == ["<!-- sovereign-review stack=live -->", "## ⛔ Refuse: stack `live`"]
    assert f"Compared with `{base[:12]}`" in comment
    assert "network/world-open-ports: 22/tcp open to the IPv4 world" in comment
    assert "| `two` | new |" in comment
    answer = json.loads((repository / "review" / "live.json").read_text(encoding="utf-8"))
    assert answer["policies"]["evaluated"] > 5
    assert (tmp_path / "summary").read_text(encoding="utf-8") == comment
