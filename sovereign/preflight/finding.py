"""One thing that preflight looked at, and what came of it."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "note", "error"]
"""`error`: the up would fail or do harm; `note`: worth knowing."""


@dataclass(frozen=True)
class Finding:
    """One answer of preflight, good or bad."""

    level: Level
    check: str
    """What was looked at: token, budget, type, name or limit."""
    subject: str
    """Of which thing, for example `pools.default: cpx32 in nbg1`."""
    said: str
    """What the API answered, in words."""
    fix: str = ""
    """What to do; empty where nothing is to be done."""
