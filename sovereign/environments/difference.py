"""What differs between two environments, after defaults, and what each difference means. Pure but
for the table of meanings, which comes with the package.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import yaml

from sovereign.config import Settings

Care = Literal["promote", "own", "fixed"]
VERSIONS: Final = ("version", "image")
"""Last words of paths whose values can be older and newer."""
ABSENT: Final = "not there"
"""Shown for a pool that one environment does not have."""
UNSAID: Final = "the rule's default"
"""Shown for a rule that one environment's policy configuration does not name."""


@dataclass(frozen=True)
class Meaning:
    """Why a difference matters."""

    care: Care
    """promote: should become equal; own: each has its own; fixed: cannot be changed later."""
    why: str


@dataclass(frozen=True)
class Difference:
    """One setting that is not the same."""

    path: str
    """As in `sovereign:cluster`, or a full key."""
    values: tuple[Any, Any]
    """In the first and in the second environment, defaults filled in."""
    meaning: Meaning
    newer: int | None = None
    """Of two versions the newer one, 0 or 1; None where the values are no versions."""


@cache
def meanings() -> Mapping[str, Meaning]:
    """Path pattern -> meaning, as in meanings.yaml."""
    text = files("sovereign.environments").joinpath("meanings.yaml").read_text(encoding="utf-8")
    return {entry["path"]: Meaning(entry["care"], entry["why"]) for entry in yaml.safe_load(text)}


def meaning(path: str) -> Meaning:
    """The meaning of the longest pattern that covers the path; KeyError for an unknown one."""
    words = path.split(".")
    while words:
        for pattern in (".".join(words), ".".join(_starred(words))):
            if pattern in meanings():
                return meanings()[pattern]
        words.pop()
    raise KeyError(path)


def compare(
    first: Settings,
    second: Settings,
    demanded: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {}),
) -> list[Difference]:
    """Every path at which the two differ, in the order of the configuration, then what their
    policies demand (`policies.<pack>.<rule>`, as `policies.demanded` reads it).
    """
    one, other = ({**_flat(s), **demanded[n]} for n, s in enumerate((first, second)))
    paths = [*one, *(path for path in other if path not in one)]
    alone = _alone(first, second)
    found = []
    for path in paths:
        if any(path.startswith(f"{pool}.") for pool in alone):
            continue
        none = UNSAID if path in demanded[0] or path in demanded[1] else ABSENT
        values = one.get(path, none), other.get(path, none)
        if values[0] != values[1]:
            found.append(Difference(path, values, meaning(path), _newer(path, values)))
    return found + [
        Difference(pool, _presence(pool, first, second), meaning(pool)) for pool in sorted(alone)
    ]


def _newer(path: str, values: tuple[Any, Any]) -> int | None:
    """By their numbers, where both are a version of the same thing."""
    if path.rpartition(".")[2] not in VERSIONS:
        return None
    names = [re.sub(r"\d+", "", str(value)) for value in values]
    one, other = ([int(each) for each in re.findall(r"\d+", str(value))] for value in values)
    return int(one < other) if names[0] == names[1] and one != other else None


def _alone(first: Settings, second: Settings) -> set[str]:
    """Pools that only one of them has: one line says more than one per setting."""
    return {f"pools.{name}" for name in set(first.cluster.pools) ^ set(second.cluster.pools)}


def _presence(path: str, *settings: Settings) -> tuple[Any, Any]:
    name = path.removeprefix("pools.")
    shown = []
    for one in settings:
        pool = one.cluster.pools.get(name)
        count = (len(pool.ids) if pool.ids is not None else pool.count) if pool else 0
        shown.append(f"{count} x {pool.server_type}" if pool else ABSENT)
    return shown[0], shown[1]


def _flat(settings: Settings) -> dict[str, Any]:
    cluster = settings.cluster.model_dump(by_alias=True, mode="json")
    return {
        **dict(_leaves("", cluster)),
        "sovereign:operatorCidrs": list(settings.operator_cidrs),
        "sovereign:artifactMirror": settings.artifact_mirror,
    }


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Lists are values: an order or a member that differs is one difference."""
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _leaves(f"{path}.{key}" if path else str(key), item)
    else:
        yield path, value


def _starred(words: Sequence[str]) -> list[str]:
    starred = list(words)
    if starred[0] == "pools" and len(starred) > 1:
        starred[1] = "*"
    return starred
