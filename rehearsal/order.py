"""What a rehearsal is asked for: programs, stack, command, faults."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rehearsal.program import Program
from rehearsal.workspace import name_of
from sovereign.plan import SovereignPlan

Verb = Literal["up", "preview", "destroy", "refresh", "status"]
EngineName = Literal["embedded", "pulumi"]


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
        """What its workspace is called."""
        return name_of(self.stack, self.cluster.project)
