"""What an operator types."""

import json
from typing import Any

from typer.testing import CliRunner

from sovereign.cli import app

NOBODY: dict[str, Any] = {"sovereign:operatorCidrs": []}
PACKS = ("encryption", "network")
PACK_FILES = [
    f"policies/{pack}/{name}"
    for pack in PACKS
    for name in ("PulumiPolicy.yaml", "config.dev.json", "config.prod.json")
]


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["env", *arguments])
    return result.exit_code, result.output


def answer(*arguments: str) -> dict[str, Any]:
    code, output = run(*arguments, "--json")
    assert code == 0
    found: dict[str, Any] = json.loads(output)
    return found
