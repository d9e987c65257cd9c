"""What a review knows of a stack: its configuration with placeholders for secrets, and who reads
it.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from rehearsal.isolation import SEED, TOKEN
from rehearsal.program import SECRET_KEYS, Program
from rehearsal.review.acceptance import KEY as ACCEPTED
from rehearsal.review.facts import Problem
from sovereign.plan import SovereignPlan
from sovereign.plan.cost import PriceBook

PLACEHOLDERS = dict(zip(SECRET_KEYS, (SEED, TOKEN), strict=True))
"""What stands for our program's secrets, encrypted or not."""


class Unreadable(Exception):
    """A stack file that cannot be read; carries every problem of it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{one.path}: {one.rule}" for one in problems))


class Stack(Protocol):
    """One stack of one program, as the command line reads it."""

    @property
    def program(self) -> Path:
        """The program's directory."""
        ...

    @property
    def project(self) -> str:
        """The project's name."""
        ...

    @property
    def config(self) -> Mapping[str, Any]:
        """Full key -> value, encrypted values as placeholders, defaults included."""
        ...

    @property
    def written(self) -> Mapping[str, Any]:
        """Full key -> value as it stands in the file, ciphertexts included."""
        ...

    @property
    def encrypted(self) -> Sequence[str]:
        """Keys that hold an encrypted value."""
        ...


class Reader(Protocol):
    """What the command line lends: how a stack is read, planned and priced."""

    def of(self, stack: str) -> "Reader":
        """The same for another stack."""
        ...

    def smallest(self) -> Mapping[str, Any]:
        """Configuration of the smallest Sovereign."""
        ...

    def read(self, program: Path) -> Stack:
        """The stack of a program directory; raises Unreadable."""
        ...

    def inspect(self, config: Mapping[str, Any]) -> tuple[SovereignPlan | None, Sequence[Problem]]:
        """The plan of a configuration, or what is wrong with it."""
        ...

    def prices(self, config: Mapping[str, Any]) -> PriceBook:
        """The configuration's own prices, else the packaged ones."""
        ...


def program_of(stack: Stack, config: Mapping[str, Any]) -> Program:
    """The program with a configuration in which our own secrets are placeholders."""
    texts = {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in {**config, **_placeholders(config)}.items()
        if key != ACCEPTED
    }
    secret = tuple(key for key in texts if key in PLACEHOLDERS or key in stack.encrypted)
    return Program(stack.program, stack.project, texts, secret)


def _placeholders(config: Mapping[str, Any]) -> dict[str, str]:
    return {key: value for key, value in PLACEHOLDERS.items() if key in config}
