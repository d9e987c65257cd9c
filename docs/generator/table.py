"""Markdown tables whose cells may hold anything."""

from collections.abc import Sequence

MADE_FROM = "<!-- Made from {source} by `python -m docs.generator`; edit that instead. -->\n\n"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table with escaped cells."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
