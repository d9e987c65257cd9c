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
    def last_up(self) -> Path:
        """The answer of the last up (docs/rehearsal.schema.json), for `sovereign report`."""
        return self.directory / "last-up.json"

    @property
    def timeline(self) -> Path:
        """When each step of the last up began and ended."""
        return self.directory / "timeline.json"

    def forget_last_up(self) -> None:
        """There is nothing any more that the last up made."""
        self.last_up.unlink(missing_ok=True)
        self.timeline.unlink(missing_ok=True)

    @property
    def engine(self) -> Path:
        """Where the real engine works on a copy of the program."""
        return self.directory / "engine"

    def clear(self) -> None:
        """Remove all that is kept."""
        for file in (self.hetzner, self.nodes):
            file.unlink(missing_ok=True)
        shutil.rmtree(self.engine, ignore_errors=True)
        self.forget_stacks()

    def forget_stacks(self) -> None:
        """Remove the state of every stack: what they describe does not exist any more."""
        shutil.rmtree(self.backend / ".pulumi" / "stacks", ignore_errors=True)


def workspace_of(
    root: Path, stack: str, breaks: Sequence[str] = (), *, lab: bool = False
) -> Workspace:
    """Where a stack's workspace is, whether it exists or not; for those who only read it.

    Each set of faults has its own, and so has the lab.
    """
    return Workspace(root / ".rehearsal" / "+".join([stack, *(["lab"] if lab else []), *breaks]))


def name_of(stack: str, project: str) -> str:
    """What a stack's workspace is called: after the stack, and the project where it is not ours."""
    return stack if project == "sovereign" else f"{project}.{stack}"


@contextmanager
def open_workspace(
    root: Path, stack: str, breaks: Sequence[str] = (), *, lab: bool = False
) -> Iterator[Workspace]:
    """The stack's workspace, locked; raises Busy where another process holds it.

    A run with faults has a workspace of its own, empty at its start: what was broken on purpose
    never meets the next honest run. The lab empties its own, once its hosts are gone.
    """
    workspace = workspace_of(root, stack, breaks, lab=lab)
    directory = workspace.directory
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (directory / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(
                f"another rehearsal of stack {stack} is running in {directory}; "
                "wait for it, or stop it"
            ) from None
        if breaks and not lab:
            workspace.clear()
        yield workspace
