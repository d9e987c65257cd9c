"""Drills in one lab, run as a program of its own: `python drill.py SCENARIO`, in a directory like a
clone. It becomes a process inside the lab's network, and prints one JSON object on stdout.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hcloud import Client
from rich.console import Console

from rehearsal import embedded, isolation
from rehearsal.hetzner import Fault
from rehearsal.lab import entry
from rehearsal.lab.session import LabSession
from rehearsal.nodes.status import ClusterStatus
from rehearsal.order import Order
from rehearsal.program import Program
from rehearsal.report import Report, blank
from rehearsal.rescue import RehearsedStack
from rehearsal.workspace import Workspace
from sovereign.cli import stack_file
from sovereign.cli.plan import plan_of
from sovereign.recover.model import Kind, Stack
from tests.rehearsal.drills.recovering import recovered

CONSOLE = Console(stderr=True, highlight=False)
SETTLE_S = 60
STACK = "dev"
WORKER = "dev-default-1"


class Unseen:
    """Nodes that nobody looks at: whoever waits until a broken cluster has come to rest waits long,
    and why a run failed is known before.
    """

    def status(self) -> ClusterStatus:
        """Nothing is seen."""
        return ClusterStatus((), ())


@dataclass
class Drill:
    """A lab with a session open in it."""

    settings: tuple[str, ...]
    workspace: Workspace
    session: LabSession

    @property
    def console(self) -> Client:
        """An operator at Hetzner's console."""
        return Client(isolation.TOKEN, api_endpoint=self.session.endpoint, poll_interval=0.05)

    def up(self, *, refresh: bool = False, settings: tuple[str, ...] = ()) -> list[str]:
        """Bring it up until every node is Ready; why that did not work."""
        return self._up(self.session, refresh, settings)

    def failing(self, *, refresh: bool = False, settings: tuple[str, ...] = ()) -> list[str]:
        """The same where it will fail."""
        return self._up(replace(self.session, nodes=Unseen()), refresh, settings)

    def recover(self) -> list[str]:
        """Bring state and project together; what was done with which server."""
        rows = recovered(self.console, self.stack(), made().plan.name)
        self.session.hosts.settle()
        return sorted(f"{row.action} {row.name}" for row in rows if row.what is Kind.SERVER)

    def stack(self) -> Stack:
        """The engine's state."""
        cluster = made(*self.settings).cluster
        return RehearsedStack(cluster, STACK, self.workspace, self.session)

    def _up(self, session: LabSession, refresh: bool, settings: tuple[str, ...]) -> list[str]:
        order = replace(made(*self.settings, *settings), refresh=refresh)
        report = self.carry_out(order, session)
        return [error["rule"] for error in report.errors]

    def carry_out(self, order: Order, session: LabSession) -> Report:
        """One `up` of the engine."""
        return embedded.carry_out(order, self.workspace, session, CONSOLE)

    def not_ready(self) -> dict[str, str]:
        """Nodes that are not Ready, and why."""
        return {
            node.name: node.reason for node in self.session.nodes.status().nodes if not node.ready
        }

    def until(self, wanted: Callable[[dict[str, str]], bool]) -> dict[str, str]:
        """What is not Ready once that is as wanted, or after a minute."""
        deadline = time.monotonic() + SETTLE_S
        while not wanted(found := self.not_ready()) and time.monotonic() < deadline:
            time.sleep(1)
        return found

    def server(self, name: str) -> Any:
        """A server at Hetzner's console."""
        found = self.console.servers.get_by_name(name)
        assert found is not None, name
        return found

    def delete(self, name: str) -> None:
        """Delete a server behind the program's back."""
        server = self.server(name)
        server.change_protection(delete=False, rebuild=False).wait_until_finished()
        server.delete().wait_until_finished()


def one_control_plane(drill: Drill) -> dict[str, Any]:
    """A worker dies, the power fails, an attachment fails, and at last the only server is gone."""
    said: dict[str, Any] = {"up": drill.up()}
    drill.delete(WORKER)
    said["worker made anew"] = drill.up(refresh=True)
    said["ready after that"] = drill.until(lambda found: not found)
    server = drill.server("dev-control-plane-1")
    server.power_off().wait_until_finished()
    said["without power"] = sorted(drill.until(bool))
    server.power_on().wait_until_finished()
    said["with power"] = drill.until(lambda found: not found)
    fault = Fault("POST", r"/servers/\d+/actions/attach_to_network", status=422)
    drill.session.simulator.inject(fault)
    second = ("pools.default.ids=[1, 2]",)
    said["attachment failed"] = drill.failing(settings=second)
    said["and again"] = drill.failing(settings=second)
    said["attached"] = drill.up(settings=second, refresh=True)
    drill.delete("dev-control-plane-1")
    said["only control plane recovered"] = drill.recover()
    said["only control plane deleted"] = drill.failing(settings=second)
    return said


def three_control_planes(drill: Drill) -> dict[str, Any]:
    """The first of three is deleted, joins a survivor, and the datastore has three members."""
    said: dict[str, Any] = {"up": drill.up()}
    drill.delete("dev-control-plane-1")
    said["first recovered"] = drill.recover()
    said["first made anew"] = drill.up()
    said["ready after that"] = drill.until(lambda found: not found)
    return said


SCENARIOS = {"one": one_control_plane, "three": three_control_planes}
SETTINGS: dict[str, tuple[str, ...]] = {
    "one": ("pools.default.ids=[1]",),
    "three": ("controlPlane.ids=[1, 2, 3]", "apiServerAddress=node-local", "pools.default.ids=[1]"),
}


def made(*settings: str) -> Order:
    """The order to bring the dev stack up in the lab."""
    file = stack_file.read(Path(), STACK, [*settings, *isolation.LAB_SETTINGS])
    file = file.with_defaults(isolation.DEFAULTS)
    return Order(
        verb="up",
        stack=STACK,
        root=Path.cwd(),
        cluster=Program(file.program, file.project, file.engine_config(), ("sovereign:seed",)),
        plan=plan_of(file),
        app=None,
        policy_packs=(),
        breaks=(),
        engine="embedded",
        lab=True,
    )


def main(kind: type[Drill] = Drill) -> None:
    """Carry the scenario out."""
    scenario = sys.argv[1]
    settings = SETTINGS[scenario]
    isolation.forget_callers_environment()

    def act(order: Order, workspace: Workspace, session: LabSession, console: Console) -> Report:
        said = SCENARIOS[scenario](kind(settings, workspace, session))
        print(json.dumps(said))  # noqa: T201 - the answer
        del console
        return blank(order)

    entry.carry_out(made(*settings), CONSOLE, act)


if __name__ == "__main__":
    main()
