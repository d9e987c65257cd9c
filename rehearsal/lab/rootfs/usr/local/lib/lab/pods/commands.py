"""Programs of the host: ip, bridge, wg."""

import json
import subprocess
from collections.abc import Sequence
from typing import Any

LIMIT_S = 20.0


class Failed(Exception):
    """A program ended with an error; the text is its own."""


def run(*argv: str, given: str = "") -> str:
    """What the program printed; `given` is its stdin. `Failed` where it does not end with 0."""
    done = subprocess.run(argv, input=given, capture_output=True, text=True, timeout=LIMIT_S)
    if done.returncode:
        raise Failed(f"{' '.join(argv[:3])}: {done.stderr.strip()}")
    return done.stdout


def succeeds(*argv: str) -> bool:
    """Whether the program ends with 0."""
    return subprocess.run(argv, capture_output=True, timeout=LIMIT_S).returncode == 0


def ip(*argv: str) -> Sequence[Any]:
    """What `ip -json` knows."""
    return json.loads(run("ip", "-json", *argv) or "[]") or []
