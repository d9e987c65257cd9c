"""A stack to try programs on: a simulator, stand-ins for hosts and clusters, a backend."""

import json
import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rehearsal.hetzner import HetznerSimulator
from rehearsal.runtime import (
    Command,
    Drivers,
    Event,
    HetznerEndpoint,
    Op,
    Request,
    Result,
    run,
)
from tests.rehearsal.runtime.ports import RecordedCluster, RecordedHosts

PROJECT = "trial"
STACK = "dev"
HEADER = """
import pulumi
import pulumi_command as command
import pulumi_hcloud as hcloud
import pulumi_kubernetes as k8s
from pulumi import ResourceOptions as O

cfg = pulumi.Config()
"""


@dataclass
class Workbench:
    """Runs programs given as text, one stack, state kept between runs."""

    folder: Path
    simulator: HetznerSimulator
    endpoint: str
    hosts: RecordedHosts = field(default_factory=RecordedHosts)
    cluster: RecordedCluster = field(default_factory=RecordedCluster)
    events: list[Event] = field(default_factory=list)

    def request(self, program: str, command: Command, **changes: Any) -> Request:
        """What `up` and `preview` ask for."""
        folder = self.folder / "program"
        folder.mkdir(exist_ok=True)
        (folder / "__main__.py").write_text(HEADER + textwrap.dedent(program))
        drivers = Drivers(HetznerEndpoint(self.endpoint), self.hosts, self.cluster)
        return Request(
            **{
                "program": folder,
                "stack": STACK,
                "project": PROJECT,
                "command": command,
                "backend": self.folder / "backend",
                "passphrase": "x",
                "drivers": drivers,
                "on_event": self.events.append,
                **changes,
            }
        )

    def up(self, program: str, **changes: Any) -> Result:
        """Bring the program up."""
        return run(self.request(program, Command.UP, **changes))

    def preview(self, program: str, **changes: Any) -> Result:
        """Only plan it."""
        return run(self.request(program, Command.PREVIEW, **changes))

    def destroy(self) -> Result:
        """Delete everything."""
        return run(self.request("", Command.DESTROY))

    @property
    def state_file(self) -> Path:
        """Where the stack's state lies."""
        return self.folder / f"backend/.pulumi/stacks/{PROJECT}/{STACK}.json"

    def state(self) -> dict[str, Any]:
        """The deployment in the state, by logical name."""
        latest = json.loads(self.state_file.read_text())["checkpoint"]["latest"]
        return {entry["urn"].split("::")[-1]: entry for entry in latest["resources"]}

    def sent(self, method: str = "POST") -> list[str]:
        """The paths of the calls so far."""
        return [call.path for call in self.simulator.journal if call.method == method]


def done(result: Result, *, same: bool = False) -> list[tuple[str, str]]:
    """Name and operation of every step, without providers and the stack."""
    return [
        (step.name, step.op.value)
        for step in result.steps
        if ":providers:" not in step.urn
        and not step.type.endswith(":Stack")
        and (same or step.op is not Op.SAME)
    ]
