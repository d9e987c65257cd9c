"""What the runtime asks of a driver: one per provider package."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from rehearsal.runtime.decide import Diff
from rehearsal.runtime.record import Record
from rehearsal.runtime.values import Properties, plain


class CheckFailed(Exception):
    """Inputs that the provider does not accept: found before anything is planned."""


class OperationFailed(Exception):
    """The provider tried and the other side said no; the text is what an operator reads."""


class NotFound(OperationFailed):
    """The object is not there any more."""


class PartlyDone(OperationFailed):
    """The object exists, but what should follow its creation or change did not happen."""

    def __init__(self, reason: str, done: "Created") -> None:
        super().__init__(reason)
        self.done = done


@dataclass(frozen=True)
class Created:
    """An object in the cloud: its id and what the API says about it."""

    id: str
    outputs: Properties = field(repr=False)


@dataclass(frozen=True)
class Subject:
    """The resource an operation is about."""

    urn: str
    type: str
    name: str
    """The logical name."""
    provider: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The inputs of its provider resource, without secret envelopes."""


class Driver(Protocol):
    """Everything a provider does for its resources.

    All properties are plain: no secret envelopes, whole resources replaced by their ids. Only
    `check`, `diff` and `plan` may meet `UNKNOWN`.
    """

    def check(self, subject: Subject, inputs: Properties, old: Properties | None) -> Properties:
        """The inputs with defaults filled in; raises CheckFailed.

        `old` are the checked inputs of the last run; None for a new object.
        """
        ...

    def diff(self, subject: Subject, old: Record, inputs: Properties) -> Diff:
        """What differs, and what of it cannot be changed in place; raises OperationFailed."""
        ...

    def plan(self, subject: Subject, inputs: Properties, old: Record | None) -> Properties:
        """The outputs as far as they are known before the operation."""
        ...

    def create(self, subject: Subject, inputs: Properties) -> Created:
        """Make the object; raises OperationFailed or PartlyDone."""
        ...

    def update(self, subject: Subject, old: Record, inputs: Properties, diff: Diff) -> Properties:
        """Change the object in place; its new outputs. Raises OperationFailed or PartlyDone."""
        ...

    def delete(self, subject: Subject, old: Record) -> None:
        """Delete the object; raises OperationFailed, NotFound where it is gone already."""
        ...

    def read(self, subject: Subject, id_: str) -> Created:
        """Look an object up by its id; raises NotFound."""
        ...

    def refresh(self, subject: Subject, old: Record) -> Properties:
        """The outputs of an object of the state as it is now; raises NotFound where it is gone."""
        ...

    def adopt(self, subject: Subject, inputs: Properties) -> Created | None:
        """Find and finish an object whose creation was interrupted; None where none was made.

        Raises OperationFailed where that cannot be told.
        """
        ...

    def invoke(self, token: str, arguments: Properties) -> Properties:
        """Call a provider function; raises OperationFailed."""
        ...


def unsupported(what: str) -> OperationFailed:
    """The answer to something a driver does not have."""
    return OperationFailed(f"{what} is not part of the embedded runtime; the real engine has it")


class NothingToLookUp:
    """What drivers share whose objects have no lookup: no read, no functions, and an interrupted
    creation is simply done again (scripts, applies and installs are idempotent)."""

    def read(self, subject: Subject, id_: str) -> Created:
        """Refused by name."""
        raise unsupported(f"reading {subject.type} {id_!r}")

    def refresh(self, subject: Subject, old: Record) -> Properties:
        """As the last run left it: what became of it cannot be seen."""
        del subject
        outputs: Properties = plain(old.outputs)
        return outputs

    def adopt(self, subject: Subject, inputs: Properties) -> Created | None:
        """Nothing that could be found."""
        del subject, inputs
        return None

    def invoke(self, token: str, arguments: Properties) -> Properties:
        """Refused by name."""
        raise unsupported(f"the function {token} ({', '.join(sorted(arguments))})")
