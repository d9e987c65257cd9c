"""Property paths: `labels.rev`, `publicNets[0].ipv4Enabled`, `triggers[*]`, `labels["a.b"]`.

Used by ignore_changes and replace_on_changes. A `*` stands for every key or index at its place.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from rehearsal.runtime.values import Secret

Step = str | int
Path = tuple[Step, ...]
EVERY: Final = "*"
_TOKEN = re.compile(r'\.?([^.\[\]"]+)|\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]')


def parse(text: str) -> Path:
    """Read a path; raises ValueError where it is malformed."""
    steps: list[Step] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ValueError(f"{text!r} is not a property path")
        name, quoted, index = match.groups()
        if name is not None:
            steps.append(name)
        elif quoted is not None:
            steps.append(re.sub(r"\\(.)", r"\1", quoted))
        else:
            steps.append(EVERY if index == EVERY else int(index))
        position = match.end()
    return tuple(steps)


def render(path: Sequence[Step]) -> str:
    """Write a path as the engine does."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif re.fullmatch(r"[A-Za-z_$*][\w$]*", step):
            text += f".{step}" if text else step
        else:
            text += f'["{step}"]'
    return text


def contains(pattern: Path, path: Path) -> bool:
    """Whether `path` is the place that `pattern` names, or lies below it."""
    if len(pattern) > len(path):
        return False
    return all(own in (EVERY, other) for own, other in zip(pattern, path, strict=False))


def reset(pattern: Path, old: Any, new: Any) -> Any:
    """`new`, with every place that `pattern` names set back to what `old` has there.

    A place that `old` lacks is removed from `new`. Neither argument is changed.
    """
    if isinstance(new, Secret):
        inner = old.value if isinstance(old, Secret) else old
        return Secret(reset(pattern, inner, new.value))
    if isinstance(old, Secret):
        old = old.value
    if not pattern:
        return old
    head, rest = pattern[0], pattern[1:]
    if isinstance(new, dict) or (new is None and isinstance(old, dict)):
        return _reset_object(head, rest, old if isinstance(old, dict) else {}, new or {})
    if isinstance(new, list):
        return _reset_list(head, rest, old if isinstance(old, list) else [], new)
    return new


def _reset_object(head: Step, rest: Path, old: dict[str, Any], new: dict[str, Any]) -> Any:
    result = dict(new)
    keys = sorted({*old, *new}) if head == EVERY else [str(head)]
    for key in keys:
        if rest and (key not in old or key not in new):
            if key in new and isinstance(new[key], dict | list):
                result[key] = reset(rest, None, new[key])
            continue
        if key in old:
            result[key] = reset(rest, old[key], new.get(key)) if rest else old[key]
        else:
            result.pop(key, None)
    return result


def _reset_list(head: Step, rest: Path, old: list[Any], new: list[Any]) -> list[Any]:
    result = list(new)
    if head == EVERY and not rest:
        return list(old)
    indexes = range(len(new)) if head == EVERY else [head] if isinstance(head, int) else []
    for index in indexes:
        if index < len(new) and index < len(old):
            result[index] = reset(rest, old[index], new[index]) if rest else old[index]
    return result
