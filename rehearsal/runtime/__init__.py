"""The embedded runtime: runs the unmodified Pulumi program without the Pulumi engine.

Real gRPC services for Pulumi's monitor and engine protocols, the program in a process of its own,
drivers instead of provider plugins, state in Pulumi's own format. It is a rehearsal, not an engine:
provider semantics are re-implemented, never executed (docs/architecture.md).
"""

from rehearsal.runtime.events import (
    Event,
    PolicySpoke,
    ResourceEnded,
    ResourceFailed,
    ResourceStarted,
    Said,
)
from rehearsal.runtime.model import (
    Command,
    Diagnostic,
    Drivers,
    HetznerEndpoint,
    Level,
    Op,
    PackSummary,
    Request,
    Result,
    Step,
    Violation,
)
from rehearsal.runtime.run import run
from rehearsal.runtime.values import UNKNOWN, Secret, Unknown

__all__ = [
    "UNKNOWN",
    "Command",
    "Diagnostic",
    "Drivers",
    "Event",
    "HetznerEndpoint",
    "Level",
    "Op",
    "PackSummary",
    "PolicySpoke",
    "Request",
    "ResourceEnded",
    "ResourceFailed",
    "ResourceStarted",
    "Result",
    "Said",
    "Secret",
    "Step",
    "Unknown",
    "Violation",
    "run",
]
