"""The base of a review: which revision it is, and its files in a directory of their own."""

import io
import re
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

DEFAULT_BRANCHES = ("origin/HEAD", "origin/main", "origin/master", "main", "master")
_STACK_FILE = re.compile(r"Pulumi\.([A-Za-z0-9][\w.-]*)\.yaml", re.ASCII)
FETCH = "fetch the whole history (`fetch-depth: 0` on GitHub and Forgejo, `GIT_DEPTH: 0` on GitLab)"


class NoRevision(Exception):
    """There is nothing to compare with; the sentence says why."""


@dataclass(frozen=True)
class Revision:
    """A commit, and where the program lies below the top of its repository."""

    repository: Path
    commit: str
    program: Path


def find(program: Path, named: str | None) -> Revision:
    """Where the change leaves the named revision, else the default branch; raises NoRevision.

    Not that branch's tip: what was merged there since would look as if the change took it back.
    """
    if shutil.which("git") is None:
        raise NoRevision("git is not installed, so there is no base revision")
    top = _git(program, "rev-parse", "--show-toplevel")
    if top is None:
        raise NoRevision(f"{program.resolve()} is not in a git repository that git trusts")
    repository = Path(top)
    inside = program.resolve().relative_to(repository.resolve())
    for branch in DEFAULT_BRANCHES if named is None else (named,):
        tip = _git(program, "rev-parse", "--verify", "--end-of-options", f"{branch}^{{commit}}")
        if tip is None:
            continue
        commit = _git(program, "merge-base", "HEAD", tip)
        if commit is None:
            raise NoRevision(f"git finds no common commit with {branch}; {FETCH}, or give --base")
        return Revision(repository, commit, inside)
    if named is not None:
        raise NoRevision(f"git knows no revision {named!r}; {FETCH}")
    raise NoRevision(f"git finds no default branch ({', '.join(DEFAULT_BRANCHES)}); give --base")


def reviewed(program: Path, base: str) -> str:
    """The commit that is reviewed, as a person knows it; empty without one.

    A platform checks out a trial merge into the base: then it is the commit that was merged. What
    is not committed is reviewed, too, and said.
    """
    line = _git(program, "rev-list", "--parents", "-n", "1", "HEAD")
    if not line:
        return ""
    own, *parents = line.split()
    shown = parents[1] if len(parents) == 2 and base and parents[0].startswith(base) else own
    changed = _git(program, "status", "--porcelain", "--untracked-files=no", "--", ".")
    return f"{shown[:12]} and what is not committed" if changed else shown[:12]


def stacks(program: Path, named: str | None) -> tuple[str, ...]:
    """Stacks that have a file in the work tree or in the base; raises NoRevision for a named base
    that is not there.
    """
    files = {file.name for file in program.glob("Pulumi.*.yaml")}
    try:
        base = find(program, named).commit
        files |= {*(_git(program, "ls-tree", "--name-only", base, "./") or "").splitlines()}
    except NoRevision:
        if named is not None:
            raise
    found = [_STACK_FILE.fullmatch(Path(name).name) for name in sorted(files)]
    return tuple(one[1] for one in found if one)


def check_out(revision: Revision, target: Path) -> Path:
    """Write the revision's files below `target`; returns the program's directory there.

    Neither the index nor the work tree nor any hook is touched. Raises NoRevision where the
    revision has no program there.
    """
    packed = subprocess.run(
        ["git", "-C", str(revision.repository), "archive", "--format=tar", revision.commit],
        capture_output=True,
        check=False,
    )
    if packed.returncode != 0:
        raise NoRevision(f"git cannot pack {revision.commit[:12]}; {FETCH}")
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(target, filter="data")
    program = target / revision.program
    if not (program / "Pulumi.yaml").is_file():
        raise NoRevision(f"{revision.commit[:12]} has no Pulumi program in {revision.program}")
    return program


def _git(directory: Path, *arguments: str) -> str | None:
    done = subprocess.run(
        ["git", "-C", str(directory), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() if done.returncode == 0 else None
