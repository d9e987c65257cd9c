"""Runs of whole programs on the embedded runtime with both packs, and what they leave behind."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal import isolation
from rehearsal.hetzner import HetznerSimulator, HetznerState, serve
from rehearsal.nodes.model import NodeModel
from rehearsal.nodes.project import SimulatedProject
from rehearsal.runtime import Command, Drivers, HetznerEndpoint, Request, Result, run
from rehearsal.session import SCRIPTS
from tests.policies.registrations import Registration, Registrations
from tests.policies.wire import POLICIES

PACKS = (POLICIES / "encryption", POLICIES / "network")
SIGNATURE = "4dabf18193072939515e22adb298388d"
REDACTED = "[secret]"


@dataclass(frozen=True)
class Bench:
    """A program with a simulated project that remembers."""

    program: Path
    project: str
    config: Mapping[str, str]
    secret_keys: tuple[str, ...]
    backend: Path
    simulator: HetznerSimulator
    nodes: NodeModel
    endpoint: str

    def run(self, command: Command) -> Result:
        """Carry out one command with both packs."""
        return run(
            Request(
                program=self.program,
                stack="dev",
                project=self.project,
                command=command,
                backend=self.backend,
                passphrase=isolation.PASSPHRASE,
                drivers=Drivers(HetznerEndpoint(self.endpoint), self.nodes, self.nodes),
                config=dict(self.config),
                secret_keys=self.secret_keys,
                policy_packs=PACKS,
                environment=isolation.program_environment(self.endpoint),
            )
        )

    @property
    def deployment(self) -> dict[str, Any]:
        """The saved state, as `pulumi stack export` gives it."""
        path = self.backend / ".pulumi" / "stacks" / self.project / "dev.json"
        state: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return {"version": 3, "deployment": state["checkpoint"]["latest"]}


@contextmanager
def bench(
    program: Path, project: str, config: Mapping[str, str], secrets: tuple[str, ...], folder: Path
) -> Iterator[Bench]:
    """An empty simulated project for the program; its state lives in the folder."""
    simulator = HetznerSimulator(HetznerState())
    nodes = NodeModel(SimulatedProject(simulator), SCRIPTS)
    with serve(simulator) as endpoint:
        yield Bench(program, project, config, secrets, folder, simulator, nodes, endpoint)


def saved(deployment: Mapping[str, Any]) -> Registrations:
    """The resources of an exported state as an audit shows them, secrets left out."""
    return {
        each["urn"]: Registration(
            each["type"],
            each["urn"].rpartition("::")[2],
            _plain(each.get("inputs") or {}),
            _plain(each.get("outputs") or {}),
            bool(each.get("protect")),
            each["urn"],
        )
        for each in deployment["deployment"]["resources"]
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        if SIGNATURE in value:
            return REDACTED
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value
