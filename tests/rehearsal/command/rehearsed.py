"""The `sovereign` command as a person runs it: a process and a directory of its own."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
PROGRAM_FILES = (
    "__main__.py",
    "Pulumi.yaml",
    "Pulumi.dev.yaml",
    "sovereign",
    "policies",
    "examples",
    ".venv",
)
SHOWN = 2000
"""Bytes of what a command had said that did not end."""


@dataclass
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def answer(self) -> dict[str, Any]:
        """The JSON object on stdout; exactly one."""
        answer: dict[str, Any] = json.loads(self.out)
        return answer


@dataclass
class Directory:
    """A working directory that looks like a clone: links to this repository's files."""

    path: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in PROGRAM_FILES:
            if not (self.path / name).exists():
                (self.path / name).symlink_to(ROOT / name)

    def sovereign(self, *arguments: str, prefix: tuple[str, ...] = ()) -> Said:
        """Run the command there."""
        code = "from sovereign.cli import main; main()"
        return self.run(*prefix, sys.executable, "-c", code, *arguments)

    def run(self, *command: str, limit_s: float = 600) -> Said:
        """Run any command there. It leads a process group of its own: where it does not end in
        time, or the tests are interrupted, all that it started ends with it.
        """
        with subprocess.Popen(
            list(command),
            cwd=self.path,
            env={**os.environ, "PYTHONPATH": str(ROOT), **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                out, err = process.communicate(timeout=limit_s)
            except BaseException as problem:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                if isinstance(problem, subprocess.TimeoutExpired):
                    problem.add_note(f"it had said: {(problem.stderr or b'')[-SHOWN:]!r}")
                raise
        return Said(process.returncode, out, err)
