"""A Pulumi program that is rehearsed: directory, configuration, policy packs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

SECRET_KEYS = ("sovereign:seed", "hcloud:token")
"""Keys of a stack that are secret, encrypted or not."""


@dataclass(frozen=True)
class Program:
    """A Pulumi program with the configuration of one stack."""

    directory: Path
    project: str
    config: Mapping[str, str] = field(repr=False)
    """Full keys; structured values are JSON text."""
    secret_keys: tuple[str, ...]


class ConfiguredProgram(Protocol):
    """What the command line knows of a program and its stack."""

    program: Path
    project: str

    def engine_config(self) -> dict[str, str]:
        """Full key -> text."""
        ...


def program_of(configured: ConfiguredProgram) -> Program:
    """The program as an engine takes it."""
    config = configured.engine_config()
    secret = tuple(key for key in SECRET_KEYS if key in config)
    return Program(configured.program, configured.project, config, secret)


def packs_of(program: Path) -> tuple[Path, ...]:
    """The policy packs beside a program, else those that came with this command."""
    here = Path(__file__).resolve().parents[1]
    for root in (program, here):
        found = tuple(sorted(file.parent for file in root.glob("policies/*/PulumiPolicy.yaml")))
        if found:
            return found
    return ()
