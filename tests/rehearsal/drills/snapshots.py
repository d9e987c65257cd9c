"""What a SIGKILL leaves on disk at each step of an `up`, without killing anything.

The rehearsal writes project, nodes and checkpoint down before each answer, so a copy of its folder
at one moment is what a kill at that moment leaves. Operations run one at a time here.
"""

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from rehearsal.runtime.drivers.port import Created, Subject
from rehearsal.runtime.drivers.registry import Registry
from rehearsal.runtime.execution import Execution
from tests.rehearsal.drills.stage import copied, opened


@dataclass
class Snapshots:
    """Folders by moment, in the order in which the moments came."""

    origin: Path
    target: Path
    taken: dict[str, Path] = field(default_factory=dict)

    def take(self, moment: str) -> None:
        """Copy the folder as it is now."""
        folder = self.target / str(len(self.taken))
        folder.mkdir()
        self.taken[moment] = copied(self.origin, folder)


@dataclass(frozen=True)
class Watched:
    """A driver whose creations are seen before they begin and before anybody notes their end."""

    inner: Any
    snapshots: Snapshots

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def create(self, subject: Subject, inputs: Any) -> Created:
        """Create between two copies."""
        what = f"{subject.type.rsplit(':', 1)[-1]} {subject.name}"
        if ":providers:" in subject.type:
            return self._made(subject, inputs)
        self.snapshots.take(f"before {what}")
        created = self._made(subject, inputs)
        self.snapshots.take(f"after {what}")
        return created

    def _made(self, subject: Subject, inputs: Any) -> Created:
        created: Created = self.inner.create(subject, inputs)
        return created


def of_an_up(origin: Path, target: Path, *settings: str) -> dict[str, Path]:
    """Every moment of a first `up` at which a kill could hit a creation."""
    snapshots = Snapshots(origin, target)
    serving, create, one_at_a_time = Registry.serving, Execution.create, threading.Lock()

    def alone(self: Execution, *arguments: Any) -> Any:
        with one_at_a_time:
            return create(self, *arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Execution, "create", alone)
        patch.setattr(
            Registry, "serving", lambda self, type_: Watched(serving(self, type_), snapshots)
        )
        with opened(origin, *settings) as stage:
            assert stage.up().errors == ()
    return snapshots.taken
