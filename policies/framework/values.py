"""Registered properties as plain values, with `Unknown` where Pulumi cannot know yet.

Pulumi hands a pack proxies that raise when an unknown value is touched, and then the whole rule
becomes an advisory "can't run policy" (pulumi-policy#258). `plain` touches everything once, so that
no rule has to.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_network

from pulumi_policy.proxy import UnknownValueError

REDACTED = "[secret]"
"""What an audit of an exported state shows where it cannot decrypt."""
REDACTED_PATH = ", which was redacted,"


@dataclass(frozen=True)
class Unknown:
    """A value that is known only after `pulumi up`, or that an audit is not shown.

    `path` says where, such as `networks[0].ip`, `why` another reason than these two.
    """

    path: str
    why: str = ""


def plain(value: object, path: str = "") -> object:
    """Return a copy without proxies: `dict`, `list`, scalars and `Unknown`.

    Whole floats become integers (every number arrives as a float) and the provider's own
    bookkeeping (`__defaults`) is dropped.
    """
    if isinstance(value, Mapping):
        keys = [key for key in value if not str(key).startswith("__")]
        return {str(key): _guarded(value, key, joined(path, str(key))) for key in keys}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_guarded(value, index, f"{path}[{index}]") for index in range(len(value))]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return Unknown(f"{path}{REDACTED_PATH}") if value == REDACTED else value


def _guarded(container: object, key: object, path: str) -> object:
    try:
        return plain(container[key], path)  # type: ignore[index]
    except UnknownValueError:
        return Unknown(path)


def joined(path: str, key: str) -> str:
    """Return the path of `key` below `path`."""
    return f"{path}.{key}" if path else key


def at(value: object, *keys: str) -> object:
    """Return what stands below the keys: the value, `None` if missing, `Unknown` if any step is."""
    for key in keys:
        if isinstance(value, Unknown):
            return value
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def entries(value: object) -> list[object]:
    """Return the entries of a list; anything else, missing and unknown included, has none."""
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str | bytes) else []


def text(value: object) -> str:
    """Return a string as it is; anything else is the empty string."""
    return value if isinstance(value, str) else ""


def ipv4_range(value: object) -> IPv4Network | None:
    """Return the IPv4 range that a text names, or `None`; host bits set make it no range."""
    try:
        found = ip_network(text(value))
    except ValueError:
        return None
    return found if isinstance(found, IPv4Network) else None


def unknowns(value: object) -> Iterator[Unknown]:
    """Yield every unknown inside a value."""
    if isinstance(value, Unknown):
        yield value
    elif isinstance(value, Mapping):
        for entry in value.values():
            yield from unknowns(entry)
    else:
        for entry in entries(value):
            yield from unknowns(entry)


def shown(value: object) -> str:
    """Return a value for a message: `not set` if missing, else short JSON-like text."""
    match value:
        case None:
            return "not set"
        case bool():
            return "true" if value else "false"
        case str():
            return f"`{value[:80]}`"
        case Mapping():
            return f"a map with {len(value)} keys"
        case Sequence():
            return "[" + ", ".join(shown(entry) for entry in value[:8]) + "]"
        case _:
            return str(value)
