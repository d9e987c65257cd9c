"""Applies each mutation to a copy of the repository and runs the tests that must notice it."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

from tests.mutation.mutation import Mutation

ROOT = Path(__file__).parents[2]
COPIED = ("sovereign", "policies", "plugin", "rehearsal", "tests", "docs", "examples")
TIMEOUT_S = 400
"""A test run that is still busy then has noticed something: a wait that never ends."""
PASSED, FAILED, INTERRUPTED = 0, 1, 2
"""Exit codes of pytest; interrupted: a test module could not even be imported."""


@dataclass(frozen=True)
class Verdict:
    """What became of one mutation."""

    mutation: Mutation
    killed: bool
    by: str
    """The first test that failed, or why there is none."""
    seconds: float


class BrokenRun(Exception):
    """The tests could not be run, or fail without any mutation."""


@contextmanager
def copies(count: int, tests: Sequence[str]) -> Iterator[list[Path]]:
    """Copies of the working tree in which those tests pass, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="sovereign-mutation-") as directory:
        made = [Path(directory) / str(number) / "main" for number in range(count)]
        _copy(made[0])
        code, output = tested(made[0], tests, PYTHONDONTWRITEBYTECODE="")
        if code != PASSED:
            raise BrokenRun(f"the tests fail without any mutation:\n{output}")
        for copy in made[1:]:
            shutil.copytree(made[0], copy, symlinks=True)
        yield made


def _copy(copy: Path) -> None:
    copy.mkdir(parents=True)
    ignored = shutil.ignore_patterns("__pycache__", "node_modules", ".*")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, symlinks=True, ignore=ignored)
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy2(path, copy / path.name)
    (copy / ".venv").symlink_to(sys.prefix)


def tested(copy: Path, tests: Sequence[str], **variables: str) -> tuple[int, str]:
    """Run tests in a copy until the first one fails: pytest's exit code, and what it said."""
    environment = {
        "SOVEREIGN_REFERENCE_DATA": str(ROOT.parent / "shared" / "data"),
        **os.environ,
        "SOVEREIGN_HYPOTHESIS": "mutation",
        "PYTHONDONTWRITEBYTECODE": "1",
        **variables,
    }
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    try:
        run = subprocess.run(
            command,
            cwd=copy,
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return FAILED, f"still busy after {TIMEOUT_S} s"
    if run.returncode not in (PASSED, FAILED, INTERRUPTED):
        raise BrokenRun(f"{' '.join(command)}\n{run.stdout}{run.stderr}")
    return run.returncode, run.stdout


def judge(copy: Path, mutation: Mutation) -> Verdict:
    """Apply a mutation to the copy, run its tests, take it back."""
    path = copy / mutation.file
    text = path.read_text(encoding="utf-8")
    if text.count(mutation.old) != 1:
        raise BrokenRun(f"{mutation.file}: `{mutation.old}` does not occur exactly once")
    started = time.monotonic()
    path.write_text(text.replace(mutation.old, mutation.new), encoding="utf-8")
    for compiled in path.parent.glob(f"__pycache__/{path.stem}.*"):
        compiled.unlink()
    try:
        code, output = tested(copy, mutation.tests)
    finally:
        path.write_text(text, encoding="utf-8")
    return Verdict(mutation, code != PASSED, _first(output), time.monotonic() - started)


def _first(output: str) -> str:
    marks = ("FAILED ", "ERROR ")
    lines = [line for line in output.splitlines() if line.startswith(marks)]
    return lines[0].partition(" ")[2].partition(" - ")[0] if lines else ""


def run(mutations: Sequence[Mutation], processes: int) -> Iterator[Verdict]:
    """Judge all, each worker in its own copy; first the same tests must pass unmutated."""
    needed = sorted({test.partition("::")[0] for one in mutations for test in one.tests})
    with copies(processes, needed) as made, ThreadPoolExecutor(processes) as pool:
        free: Queue[Path] = Queue()
        for copy in made:
            free.put(copy)

        def judged(mutation: Mutation) -> Verdict:
            copy = free.get()
            try:
                return judge(copy, mutation)
            finally:
                free.put(copy)

        yield from pool.map(judged, mutations)
