"""The real engine on the real program, with the state in a directory of its own and Hetzner on the
loopback. No host answers: what comes after the servers fails at once."""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rehearsal import isolation, pulumi_cli
from rehearsal.program import Program
from sovereign.cli import stack_file
from tests.configurations import ROOT
from tests.rehearsal.command.rehearsed import Directory, Said

needs_engine = pytest.mark.skipif(
    not shutil.which("pulumi"), reason="the real engine, `pulumi`, is not on PATH"
)
LIMIT_S = 300
QUICK = ("ssh.dialErrorLimit=1",)
"""Nobody waits for hosts that do not exist."""


@dataclass(frozen=True)
class EngineStack:
    """A program's directory, and the environment that it runs in."""

    program: Path
    environment: Mapping[str, str]

    def pulumi(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One command of the CLI."""
        return subprocess.run(
            ["pulumi", *words, "--stack", "dev", "--non-interactive", "--color", "never"],
            cwd=self.program,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
            timeout=LIMIT_S,
        )

    def up(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`pulumi up`."""
        return self.pulumi("up", "--yes", "--skip-preview", *words)

    def killed_up(self, simulator: Any) -> None:
        """Bring it up, and kill everything while the simulator keeps an answer back."""
        process = subprocess.Popen(
            ["pulumi", "up", "--yes", "--skip-preview", "--stack", "dev", "--non-interactive"],
            cwd=self.program,
            env=dict(self.environment),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            for _ in range(LIMIT_S * 10):
                if simulator.reached.wait(0.1) or process.poll() is not None:
                    break
            assert simulator.reached.is_set(), "it ended before the call that was to be kept back"
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            simulator.released.set()

    def recover(self, *words: str) -> Said:
        """`sovereign recover` on the real state."""
        place = Directory(self.program, dict(self.environment))
        return place.sovereign("recover", "--engine", "pulumi", "--json", *words)


def stack(folder: Path, endpoint: str) -> EngineStack:
    """The dev stack, never brought up."""
    file = stack_file.read(ROOT, "dev", QUICK).with_defaults(isolation.DEFAULTS)
    program = Program(ROOT, file.project, file.engine_config(), ("sovereign:seed",))
    cli = pulumi_cli.opened(
        program, stack="dev", workspace=folder, endpoint=endpoint, virtualenv=ROOT / ".venv"
    )
    return EngineStack(cli.directory, cli.environment)
