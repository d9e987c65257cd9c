"""OpenTelemetry is independent of the mesh, and stays so: its settings are compared before and
after, and those that lean on Istio are named.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sovereign.mesh.istio.document import ROOT_NAMESPACE
from sovereign.mesh.istio.sidecar import CONTAINERS

GROUP = "opentelemetry.io/"
"""Of the API group, and in the domains of the annotations."""
VARIABLE = "OTEL_"
Setting = tuple[str, str]


@dataclass(frozen=True)
class Telemetry:
    """The outcome of the check."""

    settings: int
    """How many were found."""
    changed: Sequence[str]
    """Settings that the output does not hold as the input did; [] is how it must be."""
    leaning: Sequence[str]
    """Settings that name something of Istio's namespace, which goes away with it."""

    @property
    def untouched(self) -> bool:
        """Whether every setting is as it was."""
        return not self.changed


def compare(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> Telemetry:
    """Settings of the objects as they were, and as the migration leaves them."""
    old, new = dict(_settings(before)), dict(_settings(after))
    changed = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
    leaning = sorted(f"{key}={value}" for key, value in old.items() if ROOT_NAMESPACE in value)
    return Telemetry(len(old), changed, leaning)


def _settings(objects: Sequence[Mapping[str, Any]]) -> Iterator[Setting]:
    for found in objects:
        metadata = found.get("metadata")
        place = metadata if isinstance(metadata, Mapping) else {}
        title = f"{found.get('kind')} {place.get('namespace', '')}/{place.get('name', '')}"
        if str(found.get("apiVersion", "")).startswith(GROUP):
            yield from _plain(found, title)
        else:
            yield from _below(found, title)


def _below(value: Any, title: str) -> Iterator[Setting]:
    """Annotations and variables anywhere in an object; lists are known by the names in them, so
    that a place does not change when another one goes.
    """
    if isinstance(value, Mapping):
        name = value.get("name")
        if isinstance(name, str) and name in CONTAINERS:
            return
        if isinstance(name, str) and name.startswith(VARIABLE):
            yield f"{title} {name}", repr({k: v for k, v in value.items() if k != "name"})
            return
        for key, below in value.items():
            if f".{GROUP}" in str(key):
                yield f"{title} {key}", repr(below)
            else:
                yield from _below(below, title)
    elif isinstance(value, list):
        for number, below in enumerate(value):
            named = below.get("name") if isinstance(below, Mapping) else None
            inside = named if isinstance(named, str) else str(number)
            yield from _below(below, f"{title} {inside}")


def _plain(value: Any, title: str) -> Iterator[Setting]:
    if isinstance(value, Mapping) and value:
        for key, below in value.items():
            yield from _plain(below, f"{title} {key}")
    elif isinstance(value, list) and value:
        for number, below in enumerate(value):
            yield from _plain(below, f"{title} {number}")
    else:
        yield title, repr(value)
