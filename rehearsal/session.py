"""One opened rehearsal: the simulated project and the modelled nodes of a workspace, served and
kept.

What changed is written at once, so that a killed run finds the same project again as its
checkpoint.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from rehearsal import breaks
from rehearsal.hetzner import HetznerSimulator, HetznerState, serve
from rehearsal.isolation import TOKEN
from rehearsal.nodes.model import NodeModel
from rehearsal.nodes.ports import Connection, Outcome, Release
from rehearsal.nodes.project import SimulatedProject
from rehearsal.nodes.status import ClusterStatus
from rehearsal.runtime.model import Drivers, HetznerEndpoint
from rehearsal.workspace import Workspace

SCRIPTS = Path(__file__).resolve().parent.parent / "sovereign" / "scripts"


@dataclass(frozen=True)
class KeptNodes:
    """A node model that writes its state down after each call that may change it."""

    model: NodeModel
    file: Path

    def run(self, connection: Connection, script: str, stdin: str) -> Outcome:
        """See `Hosts.run`."""
        outcome = self.model.run(connection, script, stdin)
        self.model.save(self.file)
        return outcome

    def install_release(self, kubeconfig: str, release: Release) -> None:
        """See `ClusterApi.install_release`."""
        self.model.install_release(kubeconfig, release)
        self.model.save(self.file)

    def uninstall_release(self, kubeconfig: str, name: str, namespace: str) -> None:
        """See `ClusterApi.uninstall_release`."""
        self.model.uninstall_release(kubeconfig, name, namespace)
        self.model.save(self.file)

    def apply_object(self, kubeconfig: str, manifest: dict[str, Any]) -> dict[str, Any]:
        """See `ClusterApi.apply_object`."""
        live = self.model.apply_object(kubeconfig, manifest)
        self.model.save(self.file)
        return live

    def delete_object(self, kubeconfig: str, manifest: dict[str, Any]) -> None:
        """See `ClusterApi.delete_object`."""
        self.model.delete_object(kubeconfig, manifest)
        self.model.save(self.file)


class Nodes(Protocol):
    """Nodes that can be looked at: modelled, or hosts of the lab."""

    def status(self) -> ClusterStatus:
        """Nodes and components as they are now."""
        ...


@dataclass(frozen=True)
class Session:
    """The world that a run acts on."""

    simulator: HetznerSimulator
    nodes: Nodes
    endpoint: str
    drivers: Drivers


@contextmanager
def open_session(workspace: Workspace, break_names: Sequence[str] = ()) -> Iterator[Session]:
    """Serve the workspace's project on loopback, with the named faults at the driver boundary."""
    file = workspace.hetzner
    simulator = HetznerSimulator(HetznerState.load(file), saved_to=file)
    nodes = NodeModel(SimulatedProject(simulator), SCRIPTS)
    nodes.load(workspace.nodes)
    kept = KeptNodes(nodes, workspace.nodes)
    with serve(simulator) as endpoint:
        drivers = Drivers(HetznerEndpoint(endpoint, TOKEN), hosts=kept, cluster=kept)
        for name in break_names:
            drivers = breaks.inject(name, drivers, nodes)
        yield Session(simulator, nodes, endpoint, drivers)
