"""What `sovereign recover` needs of a rehearsal: the simulated project, served, and the stack's
state, read and written without running the program.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.isolation import PASSPHRASE, TOKEN, program_environment
from rehearsal.program import Program
from rehearsal.runtime import run
from rehearsal.runtime.backend import Backend
from rehearsal.runtime.model import Command, Request
from rehearsal.session import Session, open_session
from rehearsal.workspace import Workspace, open_workspace


class RescueFailed(Exception):
    """The state could not be brought up to date; the text is what an operator reads."""


@dataclass(frozen=True)
class RehearsedStack:
    """The checkpoint of the embedded runtime; its workspace is locked as long as it is open."""

    program: Program
    stack: str
    workspace: Workspace
    session: Session

    def lock(self) -> None:
        """None: the lock of a killed run died with it, and a living one keeps this from opening."""

    def unlock(self) -> None:
        """Nothing to remove."""

    def read(self) -> dict[str, Any]:
        """The deployment, secrets as ciphertext."""
        return self._backend.read(self.stack) or {}

    def write(self, deployment: Mapping[str, Any]) -> None:
        """Replace the deployment."""
        self._backend.write(self.stack, json.dumps(deployment), durable=True)

    def refresh(self, urns: Collection[str]) -> None:
        """Read everything again: on the loopback that costs nothing. Raises RescueFailed."""
        del urns
        program = self.program
        result = run(
            Request(
                program=program.directory,
                stack=self.stack,
                project=program.project,
                command=Command.REFRESH,
                backend=self.workspace.backend,
                passphrase=PASSPHRASE,
                drivers=self.session.drivers,
                config=program.config,
                secret_keys=program.secret_keys,
                environment=program_environment(self.session.endpoint),
            )
        )
        if not result.succeeded:
            raise RescueFailed("; ".join(result.errors))

    @property
    def _backend(self) -> Backend:
        return Backend(self.workspace.backend, self.program.project)


@dataclass(frozen=True)
class Rescue:
    """An opened rehearsal."""

    endpoint: str
    token: str
    stack: RehearsedStack


@contextmanager
def open_rescue(root: Path, stack: str, program: Program, *, lab: bool) -> Iterator[Rescue]:
    """Serve the rehearsed project of that stack; raises Busy where a run works on it.

    Of a lab only the project and the state: its hosts follow the project at the next `up`.
    """
    with open_workspace(root, stack, lab=lab) as workspace, open_session(workspace) as session:
        yield Rescue(session.endpoint, TOKEN, RehearsedStack(program, stack, workspace, session))
