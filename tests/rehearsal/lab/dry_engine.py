"""The real engine's side of a lab without engine and hosts: a stand-in for `pulumi`, a simulated
project, and nodes that are Ready as soon as their server is there."""

import json
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pytest
from rich.console import Console

from rehearsal import isolation
from rehearsal.hetzner import HetznerSimulator, HetznerState, serve
from rehearsal.lab import engine, plugins, record
from rehearsal.lab.session import LabSession
from rehearsal.nodes.status import ClusterStatus, NodeStatus
from rehearsal.order import Order
from rehearsal.program import Program
from rehearsal.report import Report
from rehearsal.workspace import Workspace, workspace_of
from sovereign.cli import stack_file
from sovereign.cli.plan import plan_of
from tests.configurations import ROOT

STAND_IN = ROOT / "tests" / "rehearsal" / "lab" / "stand_in_pulumi.py"
OPERATIONS = ("preview", "up", "refresh", "destroy")
REAL = {
    "HCLOUD_TOKEN": "x" * 64,
    "HCLOUD_ENDPOINT": "https://api.hetzner.cloud/v1",
    "PULUMI_BACKEND_URL": "https://api.pulumi.com",
}
WRAPPER = "#!{python}\nimport runpy\nrunpy.run_path({stand_in!r}, run_name='__main__')\n"


@dataclass(frozen=True)
class StandIn:
    """A `pulumi` that notes how it is called."""

    folder: Path

    @property
    def directory(self) -> Path:
        """What PATH needs."""
        return self.folder / "bin"

    @property
    def home(self) -> Path:
        """Where its plugins are, PULUMI_HOME."""
        return self.folder / "home"

    def wish(self, **wrong: Any) -> None:
        """What is to go wrong, see the stand-in."""
        (self.folder / "wish.json").write_text(json.dumps(wrong), encoding="utf-8")

    def calls(self) -> list[dict[str, Any]]:
        """Every call of it, in order."""
        file = self.folder / "calls.jsonl"
        return [json.loads(line) for line in file.read_text("utf-8").splitlines()]

    def operations(self) -> list[dict[str, Any]]:
        """Those that are not about the stack's configuration."""
        return [call for call in self.calls() if call["words"][0] in OPERATIONS]


def stand_in(folder: Path) -> StandIn:
    """A stand-in with a language host beside it and the plugins in its home."""
    made = StandIn(folder)
    made.directory.mkdir(parents=True)
    command = made.directory / "pulumi"
    command.write_text(WRAPPER.format(python=sys.executable, stand_in=str(STAND_IN)))
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    (made.directory / plugins.LANGUAGE_HOST).touch()
    for plugin in plugins.required():
        place = made.home / plugin.directory
        place.mkdir(parents=True)
        (place / plugin.executable).touch()
    made.wish()
    return made


def on_path(folder: Path, environment: pytest.MonkeyPatch) -> StandIn:
    """The stand-in on PATH, for a caller whose environment names a real account."""
    made = stand_in(folder)
    mine = {"PATH": f"{made.directory}:/usr/bin:/bin", "PULUMI_HOME": str(made.home)}
    for name, value in {**REAL, **mine, "STAND_IN_PULUMI": str(made.folder)}.items():
        environment.setenv(name, value)
    return made


@dataclass(frozen=True)
class ReadyNodes:
    """Every server of the project is a Ready node, but for those that are not to be."""

    simulator: HetznerSimulator
    not_ready: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    """Nodes that are there too."""

    def status(self) -> ClusterStatus:
        """See `Nodes.status`."""
        nodes = (
            NodeStatus(
                name=name,
                role="control-plane" if "control-plane" in name else "worker",
                server_type="cpx32",
                private_ip="",
                ready=name not in self.not_ready,
                reason="NotReady: no network" if name in self.not_ready else "",
                api_address="",
            )
            for name in (*(server.name for server in self.simulator.servers()), *self.names)
        )
        return ClusterStatus(tuple(nodes), ())


@dataclass(frozen=True)
class DryLab:
    """A lab without hosts."""

    order: Order
    workspace: Workspace
    simulator: HetznerSimulator
    nodes: ReadyNodes
    endpoint: str

    def carry_out(self, **changes: Any) -> Report:
        """What the order, changed so, comes to."""
        session = cast("LabSession", self)
        order = replace(self.order, **changes)
        return engine.carry_out(order, self.workspace, session, Console(quiet=True))

    def stands(self, **facts: Any) -> None:
        """Put on record that the lab stands."""
        directory = self.workspace.directory
        replace(record.fresh(directory, "203.0.113.10"), **facts).save(directory)


@contextmanager
def dry_lab(folder: Path, *settings: str) -> Iterator[DryLab]:
    """The dev stack's lab, nothing in it yet."""
    order = order_of(folder, *settings)
    workspace = workspace_of(folder, "dev", lab=True)
    workspace.directory.mkdir(parents=True)
    simulator = HetznerSimulator(HetznerState())
    with serve(simulator) as endpoint:
        lab = DryLab(order, workspace, simulator, ReadyNodes(simulator), endpoint)
        lab.stands(engine="pulumi")
        yield lab


def order_of(folder: Path, *settings: str) -> Order:
    """`up --lab --engine pulumi` for a program that holds nothing but its name."""
    file = stack_file.read(ROOT, "dev", [*settings, *isolation.LAB_SETTINGS])
    file = file.with_defaults(isolation.DEFAULTS)
    small = folder / "small"
    packs = [folder / "policies" / name for name in ("encryption", "network")]
    for directory in (small, *packs):
        directory.mkdir(parents=True)
    shutil.copy(ROOT / "Pulumi.yaml", small)
    return Order(
        verb="up",
        stack="dev",
        root=folder,
        cluster=Program(small, file.project, file.engine_config(), ("sovereign:seed",)),
        plan=plan_of(file),
        app=None,
        policy_packs=tuple(packs),
        breaks=(),
        engine="pulumi",
        lab=True,
    )


def rules(report: Any) -> list[str]:
    """The sentences of a report's errors."""
    return [error["rule"] for error in report.errors]


def flags(call: dict[str, Any]) -> list[str]:
    """The flags of an operation that the tour chooses."""
    chosen = ("--yes", "--skip-preview", "--expect-no-changes", "--refresh")
    return [word for word in call["words"] if word in chosen]
