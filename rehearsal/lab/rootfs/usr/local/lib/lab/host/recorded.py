"""The list of what a host was asked and only recorded."""

import json
from collections.abc import Sequence
from pathlib import Path

FILE = Path("/var/log/lab/recorded.jsonl")


def record(program: str, arguments: Sequence[str], file: Path = FILE) -> None:
    """Append one call; a line is whole or not there, whoever else appends."""
    file.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps({"program": program, "arguments": list(arguments)})
    with file.open("a", encoding="utf-8") as kept:
        kept.write(f"{line}\n")
