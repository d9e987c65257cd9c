"""`.rehearsal/<stack>/`: everything that a rehearsal keeps, and the lock that refuses a second run
at the same time.
"""

import fcntl
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


class Busy(Exception):
    """Another rehearsal of the stack is running."""


@dataclass(frozen=True)
class Workspace:
    """The files of one rehearsed stack."""

    directory: Path

    @property
    def backend(self) -> Path:
        """Pulumi's file backend."""
        return self.directory / "backend"

    @property
    def hetzner(self) -> Path:
        """The simulated Hetzner project."""
        return self.directory / "hetzner.json"

    @property
    def nodes(self) -> Path:
        """What the node model remembers."""
        return self.directory / "nodes.json"

    @property
    def engine(self) -> Path:
        """Where the real engine works on a copy of the program."""
        return self.directory / "engine"

    def clear(self) -> None:
        """Remove all that is kept."""
        for file in (self.hetzner, self.nodes):
            file.unlink(missing_ok=True)
        self.forget_stacks()

    def forget_stacks(self) -> None:
        """Remove the state of every stack: what they describe does not exist any more."""
        shutil.rmtree(self.backend / ".pulumi" / "stacks", ignore_errors=True)


@contextmanager
def open_workspace(root: Path, stack: str, breaks: Sequence[str] = ()) -> Iterator[Workspace]:
    """The stack's workspace, locked; raises Busy where another process holds it.

    A run with faults has a workspace of its own, empty at its start: what was broken on purpose
    never meets the next honest run.
    """
    directory = root / ".rehearsal" / "+".join([stack, *breaks])
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (directory / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(
                f"another rehearsal of stack {stack} is running in {directory}; "
                "wait for it, or stop it"
            ) from None
        workspace = Workspace(directory)
        if breaks:
            workspace.clear()
        yield workspace
