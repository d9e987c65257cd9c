"""The keys of the model: what a chart line knows, and the section that a key leads to."""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sovereign.mesh.values.model import Dropped, Line, Section, Values


def fields(section: type[Section]) -> dict[str, FieldInfo]:
    """Key as written in YAML -> its field."""
    return {found.alias or name: found for name, found in section.model_fields.items()}


def section_of(field: FieldInfo) -> type[Section] | None:
    """The section below a key, or None where it holds a plain value."""
    candidates = [field.annotation, *get_args(field.annotation)]
    return next((c for c in candidates if _is_section(c)), None)


def dropped(field: FieldInfo, line: Line) -> Dropped | None:
    """Why this line ignores the key, or None where it reads it."""
    found = next((mark for mark in field.metadata if isinstance(mark, Dropped)), None)
    return found if found and _number(line) >= _number(found.line) else None


def paths(line: Line, section: type[Section] = Values, above: str = "") -> Iterator[str]:
    """Every plain key that the line reads, as `hubble.relay.replicas`."""
    for key, field in fields(section).items():
        below = section_of(field)
        if below is not None:
            yield from paths(line, below, f"{above}{key}.")
        elif dropped(field, line) is None:
            yield f"{above}{key}"


def _is_section(candidate: Any) -> bool:
    return isinstance(candidate, type) and issubclass(candidate, BaseModel)


def _number(line: str) -> tuple[int, ...]:
    return tuple(int(part) for part in line.split("."))
