"""The reference of the `sovereign` command, as its own --help says it."""

import re
from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from docs.generator.table import MADE_FROM, table
from sovereign.cli import app

INTRODUCTION = """\
# Commands

`.venv/bin/sovereign` after `make setup`. Exit codes: 0 done, 1 failed or refused by policy, 2 bad
usage or configuration, 3 something this machine lacks. With `--json` exactly one object goes to
stdout; progress goes to stderr.

"""
MARKUP = re.compile(r"\[/?[a-z ]+\]")


def page() -> str:
    """The page as Markdown."""
    text = MADE_FROM.format(source="sovereign/cli") + INTRODUCTION
    for name, command in _commands("sovereign", get_command(app)):
        text += f"## {name}\n\n{_plain(command.help)}\n\n"
        rows = [_row(option) for option in command.params if option.name != "help"]
        if rows:
            text += table(("option", "default", "meaning"), rows)
        if command.epilog:
            text += f"{_plain(command.epilog)}\n\n"
    return text.rstrip("\n") + "\n"


def _commands(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
    for word, one in sorted((inner or {}).items()):
        yield from _commands(f"{name} {word}", one)


def _row(option: Any) -> tuple[str, str, str]:
    words = [f"`{word}`" for word in (*option.opts, *option.secondary_opts)]
    argument = option.param_type_name == "argument"
    name = f"`{option.name.upper()}`" if argument else ", ".join(words)
    default = option.default
    given = default not in (None, False, [], ()) and not callable(default)
    return name, f"`{default}`" if given else "", _plain(getattr(option, "help", "") or "")


def _plain(text: str | None) -> str:
    return " ".join(MARKUP.sub("", text or "").split())
