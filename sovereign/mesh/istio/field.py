"""One place in an input document: a typed read, and the word on what became of it."""

from collections.abc import Callable, Mapping
from typing import Any, Self

from sovereign.mesh.istio.ledger import Ledger, Path, leaves
from sovereign.mesh.istio.status import Status

ABSENT: Any = object()
Handler = Callable[["Field"], bool]
"""Converts one field; False: what the field stands in cannot be expressed without it."""


class Field:
    """A value and where it stands. A place that is not there can be asked like any other."""

    def __init__(self, ledger: Ledger, path: Path, value: Any) -> None:
        self.ledger = ledger
        self.path = path
        self.value = value

    @property
    def present(self) -> bool:
        """Whether the document has it (also as null)."""
        return self.value is not ABSENT

    def __getitem__(self, key: str) -> Self:
        found = self.value.get(key, ABSENT) if isinstance(self.value, Mapping) else ABSENT
        return type(self)(self.ledger, (*self.path, key), found)

    def entries(self) -> list[tuple[str, Self]]:
        """Keys and values of a mapping; of anything else none."""
        if not isinstance(self.value, Mapping):
            return []
        return [(str(key), self[key]) for key in self.value]

    def each(self) -> list[Self]:
        """The elements of a list; of anything else none."""
        if not isinstance(self.value, list):
            return []
        return [
            type(self)(self.ledger, (*self.path, number), value)
            for number, value in enumerate(self.value)
        ]

    @property
    def text(self) -> str | None:
        """The value, if it is a text."""
        return self.value if isinstance(self.value, str) else None

    @property
    def whole(self) -> int | None:
        """The value, if it is a whole number from 0."""
        good = isinstance(self.value, int) and not isinstance(self.value, bool) and self.value >= 0
        return int(self.value) if good else None

    @property
    def flag(self) -> bool | None:
        """The value, if it is true or false."""
        return self.value if isinstance(self.value, bool) else None

    def texts(self) -> list[str] | None:
        """The value, if it is a list of texts (a missing one is empty)."""
        if not self.present:
            return []
        if isinstance(self.value, list) and all(isinstance(text, str) for text in self.value):
            return list(self.value)
        return None

    def converted(self, to: str = "") -> bool:
        """The output means the same. Always True."""
        return self._mark(Status.CONVERTED, "", to)

    def converted_if_empty(self, to: str) -> None:
        """An empty mapping or list, or null, is a field too."""
        if self.value in ({}, [], None):
            self.converted(to)

    def differs(self, note: str, to: str = "") -> bool:
        """The output means something else, as the note says. Always True."""
        return self._mark(Status.DIFFERENT, note, to)

    def removed(self, note: str) -> bool:
        """It belonged to the sidecar. Always True."""
        return self._mark(Status.REMOVED, note, "")

    def untouched(self) -> bool:
        """It is not Istio's. Always True."""
        return self._mark(Status.UNTOUCHED, "", "")

    def lost(self, why: str) -> bool:
        """The output does not hold it, nor anything below it. Always False."""
        self._mark(Status.LOST, why, "")
        return False

    def left_out(self, why: str) -> None:
        """Everything below is lost, and the place itself says so too."""
        self.lost(why)
        self.ledger.mark(self.path, Status.LOST, why, "")

    def aside(self, note: str) -> None:
        """A difference of this place as a whole, beside what is said of the fields in it."""
        self.ledger.mark(self.path, Status.DIFFERENT, note, "")

    def visit(self, handlers: Mapping[str, Handler]) -> bool:
        """Give every key to its handler; an unknown key counts as one that failed.

        All keys are visited, so that every problem is said at once.
        """
        if not isinstance(self.value, Mapping):
            return False
        done = [
            handlers[key](field) if key in handlers else field.lost("unknown to this converter")
            for key, field in self.entries()
        ]
        return all(done)

    def _mark(self, status: Status, note: str, to: str) -> bool:
        if self.present:
            for path in leaves(self.value, self.path):
                self.ledger.mark(path, status, note, to)
        return True
