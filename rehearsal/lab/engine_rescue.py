"""What `sovereign recover` needs of a lab that the real engine brought up: its simulated project,
served, and the engine's command line on the state that is kept in the lab's workspace.

All of it runs in the operator's namespace, so that neither a provider nor the engine finds a way to
anything real.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rehearsal.isolation import TOKEN, forget_callers_environment
from rehearsal.lab import engine, record
from rehearsal.lab.engine import OtherEngine
from rehearsal.lab.fabric import FabricError
from rehearsal.lab.machine import Unavailable
from rehearsal.lab.rescue import open_standing
from rehearsal.lab.visit import NoSuchLab
from rehearsal.program import ConfiguredProgram, program_of
from rehearsal.pulumi_cli import EngineFailed, EngineMissing, PulumiCli
from rehearsal.rescue import RescueFailed
from rehearsal.workspace import Busy, name_of, workspace_of

__all__ = [
    "Busy",
    "EngineMissing",
    "EngineRescue",
    "OtherEngine",
    "RescueFailed",
    "Unavailable",
    "engine_of",
    "open_engine_rescue",
]


@dataclass(frozen=True)
class EngineRescue:
    """An opened lab of the real engine."""

    endpoint: str
    token: str
    cli: PulumiCli


def engine_of(root: Path, stack: str, asked: str) -> str:
    """Which engine has the state of the stack's lab (embedded or pulumi); where none stands the one
    that was asked for, if any.

    Raises OtherEngine where another one was asked for, Unavailable where the lab is root's and the
    caller is not root.
    """
    lab = record.load(workspace_of(root, stack, lab=True).directory)
    if lab is None or not lab.stands:
        return asked or "embedded"
    if asked not in ("", lab.engine):
        said = f"the lab of stack {stack} was brought up with --engine {lab.engine}"
        raise OtherEngine(f"{said}, --engine {asked} has no state of it: leave --engine away")
    return lab.engine


@contextmanager
def open_engine_rescue(
    root: Path, stack: str, cluster: ConfiguredProgram
) -> Iterator[EngineRescue]:
    """The stack's lab, and the engine's state of it.

    It first forgets whatever of the caller's environment names a real cloud. Raises EngineMissing
    and Unavailable where this machine lacks something, RescueFailed where no lab stands or the
    engine cannot begin, Busy where a run has the lab.
    """
    forget_callers_environment()
    engine.require(os.environ)
    try:
        with open_standing(root, name_of(stack, cluster.project)) as (workspace, session):
            cli = engine.opened(program_of(cluster), stack, workspace.engine, session.endpoint)
            yield EngineRescue(session.endpoint, TOKEN, cli)
    except (NoSuchLab, FabricError, EngineFailed) as problem:
        raise RescueFailed(str(problem)) from None
