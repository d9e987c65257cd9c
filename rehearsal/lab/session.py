"""One opened lab: its simulated project, its hosts, and what they find at the lab's own address."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from rehearsal import breaks
from rehearsal.hetzner import HetznerSimulator, HetznerState, serve
from rehearsal.hetzner.serving import application, serving
from rehearsal.isolation import LAB_SERVICES, TOKEN
from rehearsal.lab.build import Built
from rehearsal.lab.drivers.cluster import LabCluster
from rehearsal.lab.drivers.ssh import SshHosts
from rehearsal.lab.fabric import Fabric
from rehearsal.lab.hosts import HostSet, Layers
from rehearsal.lab.mirror import serve_mirror
from rehearsal.lab.nodes import LabNodes, NotingHosts
from rehearsal.nodes.project import SimulatedProject
from rehearsal.nodes.surroundings import Surroundings
from rehearsal.runtime.model import Drivers, HetznerEndpoint
from rehearsal.session import Session
from rehearsal.workspace import Workspace

HETZNER_PORT = 8080
"""Where the cloud controller's stand-in finds Hetzner's simulated API, on the mirror's address."""


@dataclass(frozen=True)
class LabSession(Session):
    """The lab that a run acts on."""

    hosts: HostSet
    built: Built
    healthy: Drivers
    """The drivers without any fault."""

    def cured(self) -> "LabSession":
        """The same lab once nothing is broken on purpose any more."""
        self.hosts.surroundings = Surroundings(caller=self.hosts.surroundings.caller)
        return replace(self, drivers=self.healthy)


@contextmanager
def open_lab(
    workspace: Workspace, fabric: Fabric, built: Built, break_names: Sequence[str] = ()
) -> Iterator[LabSession]:
    """Serve the workspace's project inside the lab's network, with the named faults at the drivers.

    The hosts outlive the block; what is served does not.
    """
    file = workspace.hetzner
    simulator = HetznerSimulator(HetznerState.load(file), saved_to=file)
    hosts = host_set(workspace, fabric, built)
    reached = NotingHosts(SshHosts(), workspace.directory)
    cluster = LabCluster(built.bin)
    nodes = LabNodes(SimulatedProject(simulator), hosts, workspace.directory)
    with (
        serve(simulator) as endpoint,
        serving(application(simulator), LAB_SERVICES, HETZNER_PORT),
        serve_mirror(
            definitions=built.definitions,
            surroundings=lambda: hosts.surroundings,
            address=LAB_SERVICES,
        ),
    ):
        healthy = Drivers(HetznerEndpoint(endpoint, TOKEN), hosts=reached, cluster=cluster)
        drivers = healthy
        for name in break_names:
            drivers = breaks.inject(name, drivers, hosts)
        hosts.watch(simulator)
        try:
            yield LabSession(simulator, nodes, endpoint, drivers, hosts, built, healthy)
        finally:
            hosts.close()


HOSTS = "hosts"
"""Directory in the lab's workspace with the disks."""


def host_set(workspace: Workspace, fabric: Fabric, built: Built) -> HostSet:
    """The hosts that have their disks in that workspace."""
    around = Surroundings(caller=str(fabric.operator))
    layers = Layers(built.root, built.layer, built.bin)
    return HostSet(fabric, layers, workspace.directory / HOSTS, around)
