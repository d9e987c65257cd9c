"""Structural differences between two property maps. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from rehearsal.runtime.paths import Path, Step
from rehearsal.runtime.values import Secret, Unknown

Changes = dict[Path, str]
"""Path and kind: `add`, `update` or `delete`."""
INTERNAL = "__"
"""How keys begin that providers keep for themselves (`__defaults`, `__internal`)."""


def differences(old: Any, new: Any, at: Path = ()) -> Changes:
    """Where `new` differs from `old`; an unknown differs from everything."""
    old, new = _bare(old), _bare(new)
    if isinstance(new, Unknown):
        return {at: "update"}
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return _children(
            at,
            sorted(key for key in {*old, *new} if not str(key).startswith(INTERNAL)),
            lambda key: (key in old, old.get(key), key in new, new.get(key)),
        )
    if isinstance(old, list) and isinstance(new, list):
        size = max(len(old), len(new))
        return _children(
            at,
            range(size),
            lambda n: (
                n < len(old),
                old[n] if n < len(old) else None,
                n < len(new),
                new[n] if n < len(new) else None,
            ),
        )
    return {} if same(old, new) else {at: "update"}


def _children(at: Path, steps: Iterable[Step], pair: Any) -> Changes:
    changes: Changes = {}
    for step in steps:
        had, old, has, new = pair(step)
        here = (*at, step)
        if had and has:
            changes.update(differences(old, new, here))
        elif has:
            changes[here] = "add"
        else:
            changes[here] = "delete"
    return changes


def same(old: Any, new: Any) -> bool:
    """Whether two leaves are equal; True and 1 are not."""
    if isinstance(old, bool) or isinstance(new, bool):
        return old is new
    return bool(old == new)


def empty(value: Any) -> bool:
    """Whether a provider treats the value as not given."""
    value = _bare(value)
    return value is None or value is False or value in ("", 0) or value == [] or value == {}


def top_level(changes: Iterable[Path]) -> tuple[str, ...]:
    """The properties that the paths lie in, each once."""
    return tuple(dict.fromkeys(str(path[0]) for path in changes if path))


def _bare(value: Any) -> Any:
    return value.value if isinstance(value, Secret) else value
