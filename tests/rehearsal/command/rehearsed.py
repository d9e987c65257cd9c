"""The `sovereign` command as a person runs it: a process and a directory of its own."""

import json
import os
import subprocess
import sys
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
        """Run any command there."""
        done = subprocess.run(
            list(command),
            cwd=self.path,
            env={**os.environ, "PYTHONPATH": str(ROOT), **self.environment},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
            timeout=limit_s,
        )
        return Said(done.returncode, done.stdout, done.stderr)
