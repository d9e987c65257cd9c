"""A stack to do harm to: the real program on the embedded runtime, a project and nodes that outlive
a run, and the recovery as the command carries it out."""

import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hcloud import Client

from rehearsal.hetzner import HetznerSimulator
from rehearsal.isolation import DEFAULTS, PASSPHRASE, TOKEN, program_environment
from rehearsal.nodes.model import NodeModel
from rehearsal.nodes.status import ClusterStatus
from rehearsal.program import Program
from rehearsal.rescue import RehearsedStack
from rehearsal.runtime import Command, Request, Result, run
from rehearsal.session import Session, open_session
from rehearsal.workspace import Workspace, open_workspace
from sovereign.cli import stack_file
from sovereign.recover.model import Finding
from tests.configurations import ROOT
from tests.rehearsal.drills.recovering import recovered

STACK = "dev"
CLUSTER = "dev"


@dataclass
class Stage:
    """One opened rehearsal."""

    workspace: Workspace
    session: Session
    settings: tuple[str, ...] = ()

    @property
    def simulator(self) -> HetznerSimulator:
        """The Hetzner project."""
        return self.session.simulator

    @property
    def nodes(self) -> NodeModel:
        """The hosts."""
        assert isinstance(self.session.nodes, NodeModel)
        return self.session.nodes

    @property
    def program(self) -> Program:
        """The real program with the dev stack's configuration."""
        file = stack_file.read(ROOT, STACK, self.settings).with_defaults(DEFAULTS)
        return Program(ROOT, file.project, file.engine_config(), ("sovereign:seed",))

    @property
    def client(self) -> Client:
        """An operator at Hetzner's console."""
        return Client(TOKEN, api_endpoint=self.session.endpoint, poll_interval=0.01)

    def run(self, command: Command, **changes: Any) -> Result:
        """One run of the program."""
        program = self.program
        return run(
            Request(
                **{
                    "program": program.directory,
                    "stack": STACK,
                    "project": program.project,
                    "command": command,
                    "backend": self.workspace.backend,
                    "passphrase": PASSPHRASE,
                    "drivers": self.session.drivers,
                    "config": program.config,
                    "secret_keys": program.secret_keys,
                    "environment": program_environment(self.session.endpoint),
                    **changes,
                }
            )
        )

    def up(self, **changes: Any) -> Result:
        """Bring the stack up."""
        return self.run(Command.UP, **changes)

    def destroy(self) -> Result:
        """Take everything down."""
        return self.run(Command.DESTROY)

    def status(self) -> ClusterStatus:
        """Nodes and components as they are."""
        return self.nodes.status()

    def not_ready(self) -> dict[str, str]:
        """Why nodes are not Ready."""
        return {node.name: node.reason for node in self.status().nodes if not node.ready}

    def recover(self, delete: Collection[str] = ()) -> tuple[Finding, ...]:
        """What `sovereign recover --yes` does."""
        stack = RehearsedStack(self.program, STACK, self.workspace, self.session)
        return recovered(self.client, stack, CLUSTER, delete)

    def names(self) -> list[str]:
        """Every object of the project by kind and name, sorted."""
        state = self.simulator.state
        kinds: dict[str, dict[int, Any]] = {
            "server": state.servers,
            "network": state.networks,
            "firewall": state.firewalls,
            "group": state.placement_groups,
            "key": state.ssh_keys,
        }
        return sorted(f"{kind} {one.name}" for kind, held in kinds.items() for one in held.values())

    def server(self, name: str) -> Any:
        """A server as an operator at the console has it."""
        found = self.client.servers.get_by_name(name)
        assert found is not None, name
        return found

    def unprotected(self, server: Any) -> Any:
        """The same server, which may be deleted now."""
        server.change_protection(delete=False, rebuild=False)
        return server


@contextmanager
def opened(folder: Path, *settings: str) -> Iterator[Stage]:
    """A rehearsal in that folder, as far as earlier runs came."""
    with open_workspace(folder, STACK) as workspace, open_session(workspace) as session:
        yield Stage(workspace, session, settings)


def copied(origin: Path, target: Path) -> Path:
    """A second folder with what a killed run left in the first."""
    shutil.copytree(origin / ".rehearsal", target / ".rehearsal")
    return target
