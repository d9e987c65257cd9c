"""What a rehearsal is asked for: programs, stack, command, faults."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from sovereign.plan import SovereignPlan

Verb = Literal["up", "preview", "destroy", "refresh", "status"]
EngineName = Literal["embedded", "pulumi"]


@dataclass(frozen=True)
class Program:
    """A Pulumi program with the configuration of one stack."""

    directory: Path
    project: str
    config: Mapping[str, str] = field(repr=False)
    """Full keys; structured values are JSON text."""
    secret_keys: tuple[str, ...]


@dataclass(frozen=True)
class Order:
    """One rehearsal."""

    verb: Verb
    stack: str
    root: Path
    """Where `.rehearsal/` is kept."""
    cluster: Program
    plan: SovereignPlan
    app: Program | None
    """A program of an app stack, run after the cluster's."""
    policy_packs: tuple[Path, ...]
    breaks: tuple[str, ...]
    engine: EngineName
    refresh: bool = False
    """Compare the state with what is there before an up or a preview."""
    lab: bool = False
    """On real hosts in namespaces of this machine, instead of the node model."""
    keep: bool = False
    """Leave the lab standing at the end."""

    @property
    def workspace(self) -> str:
        """What its workspace is called: after the stack, and the project where it is not ours."""
        project = self.cluster.project
        return self.stack if project == "sovereign" else f"{project}.{self.stack}"
