"""The stack file before and after: what differs, what is encrypted, what is put back. Pure."""

import copy
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from rehearsal.program import SECRET_KEYS
from rehearsal.review.changes import NOTHING, SECRET
from rehearsal.review.facts import Setting
from rehearsal.review.secrecy import names_a_secret

CLUSTER = "sovereign:cluster"
LONGEST = 80
_MISSING = object()


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Setting, ...]:
    """Every leaf that one side has and the other has not, or has otherwise; ciphertexts count."""
    old, new = _leaves(before), _leaves(after)
    found = []
    for path in sorted({*old, *new}):
        one, other = old.get(path, _MISSING), new.get(path, _MISSING)
        if one != other:
            secret = _encrypted(one) or _encrypted(other) or names_a_secret(path)
            secret = secret or path in SECRET_KEYS
            found.append(Setting(path, _shown(one, secret), _shown(other, secret), secret))
    return tuple(found)


def put_back(
    after: Mapping[str, Any], before: Mapping[str, Any], paths: Iterable[str]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The configuration with refused settings at their old value (or without them), and which."""
    config = copy.deepcopy(dict(after))
    done: list[str] = []
    for path in dict.fromkeys(paths):
        steps = _steps(path)
        while steps:
            old = _get(before, steps)
            if _get(config, steps) != old:
                _set(config, steps, old)
                done.append(_path(steps))
                break
            steps = steps[:-1]
    return config, tuple(dict.fromkeys(done))


def _steps(path: str) -> tuple[str, ...]:
    """`pools[1].ids` and `sovereign:operatorCidrs[0]` as keys; list positions end a path."""
    text = re.sub(r"\[.*", "", path)
    key, colon, rest = text.rpartition(":")
    parts = tuple(part for part in rest.split(".") if part)
    if colon:
        return (f"{key}:{parts[0]}", *parts[1:]) if parts else ()
    return (CLUSTER, *parts)


def _path(steps: tuple[str, ...]) -> str:
    return ".".join(steps[1:]) if steps[0] == CLUSTER and len(steps) > 1 else ".".join(steps)


def _get(config: Mapping[str, Any], steps: tuple[str, ...]) -> Any:
    value: Any = config
    for step in steps:
        if not isinstance(value, Mapping) or step not in value:
            return _MISSING
        value = value[step]
    return value


def _set(config: dict[str, Any], steps: tuple[str, ...], value: Any) -> None:
    node = config
    for step in steps[:-1]:
        child = node.get(step)
        node[step] = child if isinstance(child, dict) else {}
        node = node[step]
    if value is _MISSING:
        node.pop(steps[-1], None)
    else:
        node[steps[-1]] = copy.deepcopy(value)


def _leaves(config: Mapping[str, Any], at: tuple[str, ...] = ()) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in config.items():
        steps = (*at, str(key))
        if isinstance(value, Mapping) and value and not _encrypted(value):
            found.update(_leaves(value, steps))
        else:
            found[_path(steps)] = value
    return found


def _encrypted(value: Any) -> bool:
    return isinstance(value, Mapping) and set(value) == {"secure"}


def _shown(value: Any, secret: bool) -> str:
    if value is _MISSING:
        return NOTHING
    if secret:
        return SECRET
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
