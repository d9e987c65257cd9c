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
from rehearsal.workspace import Workspace, name_of, open_workspace


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

    def shows_locks(self) -> bool:
        """None could be hidden."""
        return True

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
    """Serve the rehearsed project of that stack, in the lab with the hosts that follow it.

    Raises Busy where a run works on it; of the lab RescueFailed where none stands, and Unavailable
    where this machine lacks something.
    """
    name = name_of(stack, program.project)
    with _in_the_lab(root, name) if lab else _on_the_model(root, name) as (workspace, session):
        yield Rescue(session.endpoint, TOKEN, RehearsedStack(program, stack, workspace, session))


@contextmanager
def _on_the_model(root: Path, stack: str) -> Iterator[tuple[Workspace, Session]]:
    with open_workspace(root, stack) as workspace, open_session(workspace) as session:
        yield workspace, session


@contextmanager
def _in_the_lab(root: Path, stack: str) -> Iterator[tuple[Workspace, Session]]:
    """Imported only here, for an SSH client takes its time to load and nobody else needs it."""
    from rehearsal.lab.fabric import FabricError
    from rehearsal.lab.rescue import open_standing
    from rehearsal.lab.visit import NoSuchLab

    try:
        with open_standing(root, stack) as opened:
            yield opened
    except (NoSuchLab, FabricError) as problem:
        raise RescueFailed(str(problem)) from None
