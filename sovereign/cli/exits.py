"""Exit codes of the `sovereign` command, and how errors are said."""

import json
from collections.abc import Iterable
from typing import Any

import typer
from rich.console import Console

from sovereign.problems import ConfigError, Problem

OK = 0
FAILED = 1
"""Failed, or refused by policy."""
USAGE = 2
"""Bad usage or configuration."""
UNAVAILABLE = 3
"""Something that this machine lacks."""


def errors(problems: Iterable[Problem]) -> list[dict[str, str]]:
    """The problems as `errors` of a JSON answer."""
    return [{"path": p.path, "value": p.value, "rule": p.rule, "fix": p.fix} for p in problems]


def refuse(error: ConfigError, answer: dict[str, Any] | None) -> typer.Exit:
    """Say every problem (on stderr, or as the JSON answer on stdout) and give the exit to raise."""
    if answer is not None:
        typer.echo(json.dumps({**answer, "errors": errors(error.problems)}))
    else:
        console = Console(stderr=True, soft_wrap=True, highlight=False)
        for problem in error.problems:
            console.print(f"[red]refused[/red] [bold]{problem.path}[/bold]: found {problem.value}")
            console.print(f"        rule: {problem.rule}", markup=False)
            console.print(f"        fix:  {problem.fix}", markup=False)
    return typer.Exit(USAGE)
