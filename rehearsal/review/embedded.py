"""The base revision brought up, and the change previewed over it, on the embedded engine."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from rich.console import Console

from rehearsal import progress
from rehearsal.hetzner import HetznerSimulator, HetznerState, serve
from rehearsal.isolation import PASSPHRASE, TOKEN, program_environment
from rehearsal.nodes.model import NodeModel
from rehearsal.nodes.project import SimulatedProject
from rehearsal.program import Program
from rehearsal.review.facts import Resource
from rehearsal.runtime import run
from rehearsal.runtime.backend import Backend
from rehearsal.runtime.checkpoint import Checkpoint
from rehearsal.runtime.model import Command, Drivers, HetznerEndpoint, Request, Result


@dataclass(frozen=True)
class World:
    """A simulated project with modelled nodes, and the state of what was made there."""

    backend: Path
    drivers: Drivers
    endpoint: str
    console: Console

    def up(self, program: Program, stack: str, packs: tuple[Path, ...]) -> Result:
        """Bring a program up."""
        return self._run(Command.UP, program, stack, packs)

    def preview(self, program: Program, stack: str, packs: tuple[Path, ...]) -> Result:
        """Preview a program over what is there; nothing changes."""
        return self._run(Command.PREVIEW, program, stack, packs)

    def resources(self, project: str, stack: str) -> tuple[Resource, ...]:
        """What is there, as the state has it."""
        state = Checkpoint(Backend(self.backend, project), stack, PASSPHRASE, persist=False)
        there = [one for one in state.before if not one.delete]
        return tuple(Resource(one.urn, one.inputs, one.id) for one in there)

    def _run(
        self, command: Command, program: Program, stack: str, packs: tuple[Path, ...]
    ) -> Result:
        title = f"{command} {program.project} ({stack}) in {program.directory}, engine: embedded"
        with progress.shown(self.console, title) as listener:
            return run(
                Request(
                    program=program.directory,
                    stack=stack,
                    project=program.project,
                    command=command,
                    backend=self.backend,
                    passphrase=PASSPHRASE,
                    drivers=self.drivers,
                    config=program.config,
                    secret_keys=program.secret_keys,
                    policy_packs=packs,
                    idle_packs=not packs or program.project != "sovereign",
                    environment=program_environment(self.endpoint),
                    on_event=listener,
                )
            )


@contextmanager
def open_world(directory: Path, scripts: Path, console: Console) -> Iterator[World]:
    """An empty world below a directory; `scripts` are those that its programs run on nodes."""
    simulator = HetznerSimulator(HetznerState())
    nodes = NodeModel(SimulatedProject(simulator), scripts)
    with serve(simulator) as endpoint:
        drivers = Drivers(HetznerEndpoint(endpoint, TOKEN), hosts=nodes, cluster=nodes)
        yield World(directory / "backend", drivers, endpoint, console)


def lend_environment(program: Path) -> None:
    """Give a checked-out program and its packs this command's Python packages, where they have none
    of their own; nothing is written outside the program.
    """
    wanted = [program / ".venv"]
    for manifest in program.glob("policies/*/PulumiPolicy.yaml"):
        runtime = (yaml.safe_load(manifest.read_text(encoding="utf-8")) or {}).get("runtime")
        options = (runtime.get("options") or {}) if isinstance(runtime, dict) else {}
        wanted.append(manifest.parent / str(options.get("virtualenv") or ".venv"))
    for link in wanted:
        place = link.parent.resolve() / link.name
        if place.is_relative_to(program.resolve()) and not place.exists():
            place.symlink_to(Path(sys.prefix).resolve())
