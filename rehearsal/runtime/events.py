"""What a run tells while it runs, for whoever draws it. Nothing here prints."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rehearsal.runtime.model import Diagnostic, Step, Violation


@dataclass(frozen=True)
class ResourceStarted:
    """An operation began (in a preview: was planned)."""

    step: "Step"
    parent: str
    """URN of the parent; empty for the stack and for default providers."""


@dataclass(frozen=True)
class ResourceEnded:
    """An operation is done (in a preview: the plan for it stands)."""

    step: "Step"


@dataclass(frozen=True)
class ResourceFailed:
    """An operation failed; the sentence is among the diagnostics, too."""

    step: "Step"
    message: str


@dataclass(frozen=True)
class Said:
    """A diagnostic."""

    diagnostic: "Diagnostic"


@dataclass(frozen=True)
class PolicySpoke:
    """A rule reported something or changed a resource's inputs."""

    violation: "Violation"


Event = ResourceStarted | ResourceEnded | ResourceFailed | Said | PolicySpoke
