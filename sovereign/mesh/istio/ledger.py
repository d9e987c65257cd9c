"""The account of one document: every field of it, and what became of each.

What no part of the converter spoke of is lost, and said to be: nothing can fall out in silence.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sovereign.mesh.istio.status import Status

Path = tuple[str | int, ...]
UNSPOKEN = "not a field that this converter knows, or not of the form that Istio gives it"


@dataclass(frozen=True)
class Entry:
    """One field."""

    path: Path
    status: Status
    note: str
    """The difference, or the reason; may be empty when converted."""
    to: str
    """Where in the output it went; may be empty."""


class Ledger:
    """The account of one document."""

    def __init__(self, value: Any) -> None:
        self._value = value
        self._entries: dict[Path, Entry] = {}

    def mark(self, path: Path, status: Status, note: str, to: str) -> None:
        """Say what became of the field at a path; of two statements the worse one counts."""
        known = self._entries.get(path)
        if known is None or status.weight > known.status.weight:
            kept = to or (known.to if known else "")
            self._entries[path] = Entry(path, status, note, "" if status is Status.LOST else kept)

    def entries(self) -> list[Entry]:
        """Every field in the order of the document, then statements on what it leaves unsaid."""
        found = list(leaves(self._value))
        spoken = [self._entries.get(path, Entry(path, Status.LOST, UNSPOKEN, "")) for path in found]
        known = set(found)
        return [*spoken, *(entry for path, entry in self._entries.items() if path not in known)]


def leaves(value: Any, above: Path = ()) -> Iterator[Path]:
    """The paths of all plain values, empty mappings and empty lists."""
    if isinstance(value, Mapping) and value:
        for key, below in value.items():
            yield from leaves(below, (*above, key))
    elif isinstance(value, list) and value:
        for number, below in enumerate(value):
            yield from leaves(below, (*above, number))
    else:
        yield above


def written(path: Path) -> str:
    """`spec.http[0].match[0].headers["x-user"]`, as people write it; `.` for a whole document."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part.replace("-", "").replace("_", "").isalnum():
            text += f".{part}"
        else:
            text += f'["{part}"]'
    return text.removeprefix(".") or "."
