"""The rehearsal, where it is installed: the program's only import of it, and a lazy one.

Whoever only runs `pulumi up` needs neither the rehearsal nor what it depends on.
"""

import importlib
import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

import typer

from sovereign.cli import exits


def rehearsal(answer: Callable[[str], dict[str, Any]] | None = None) -> ModuleType:
    """`rehearsal.command`, or one sentence and exit 3 where its dependencies are not installed.

    `answer` makes the JSON answer of the sentence, for a caller who was asked for one.
    """
    try:
        return importlib.import_module("rehearsal.command")
    except ModuleNotFoundError as error:
        sentence = (
            f"the rehearsal needs the Python package {error.name}, which is not installed; "
            "run `make setup`"
        )
        if answer:
            typer.echo(json.dumps(answer(sentence)))
        else:
            typer.echo(sentence, err=True)
        raise typer.Exit(exits.UNAVAILABLE) from None
