"""The environment file on a script's stdin: `NAME='value'` lines, as `eval` would take them."""

import re
import shlex

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PLAIN = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-")


class NotAnEnvironment(ValueError):
    """The text would do more than assign values; the message names the line, never its value."""


def parse(text: str) -> dict[str, str]:
    """Assignments of `text`, in order; a value may hold newlines inside its quotes.

    Raises:
        NotAnEnvironment: where a shell would run, expand or split something.
    """
    found: dict[str, str] = {}
    position = 0
    while position < len(text):
        if text[position] in "\n \t":
            position += 1
            continue
        line = text.count("\n", 0, position) + 1
        name = _NAME.match(text, position)
        if name is None or text[name.end() : name.end() + 1] != "=":
            raise NotAnEnvironment(f"line {line} of the environment is not NAME='value'")
        value, position = _value(text, name.end() + 1, line)
        found[name.group()] = value
    return found


def render(values: dict[str, str]) -> str:
    """The environment file that `parse` reads back."""
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())


def _value(text: str, position: int, line: int) -> tuple[str, int]:
    """One shell word from `position`: its value and where it ends."""
    parts: list[str] = []
    while position < len(text) and text[position] not in "\n \t":
        character = text[position]
        if character == "'":
            end = text.find("'", position + 1)
            if end < 0:
                raise NotAnEnvironment(f"line {line} of the environment has an open quote")
            parts.append(text[position + 1 : end])
            position = end + 1
        elif character == '"':
            # shlex.quote writes a single quote as '"'"'; nothing else comes in double quotes.
            if text[position : position + 3] != '"\'"':
                raise NotAnEnvironment(f"line {line} of the environment has a double quote")
            parts.append("'")
            position += 3
        elif character in _PLAIN:
            parts.append(character)
            position += 1
        else:
            raise NotAnEnvironment(f"line {line} of the environment has an unquoted {character!r}")
    if position < len(text) and text[position] in " \t":
        rest = text[position:].split("\n", 1)[0]
        if rest.strip():
            raise NotAnEnvironment(f"line {line} of the environment would run a command")
    return "".join(parts), position
