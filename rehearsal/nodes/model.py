"""The node model: hosts and the cluster's API without a host, every answer computed from what was
really sent.

It implements `Hosts` and `ClusterApi` over the project as the simulator holds it. Nothing waits: a
script that
would run into its limit fails at once.
"""

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rehearsal.nodes import cilium, environment, kubeconfig, objects, releases
from rehearsal.nodes.departure import forget_deleted_servers
from rehearsal.nodes.helm_values import HelmValues
from rehearsal.nodes.ports import COULD_NOT_CONNECT, ApiRefused, Connection, Outcome, Release
from rehearsal.nodes.project import Machine, Project
from rehearsal.nodes.scripts import READ_NOTHING, SCRIPTS, texts
from rehearsal.nodes.session import MissingVariable, Session
from rehearsal.nodes.ssh import LoginFailed, login
from rehearsal.nodes.state import Cluster, Host, NodesState
from rehearsal.nodes.status import ClusterStatus, status
from rehearsal.nodes.surroundings import Surroundings
from rehearsal.nodes.world import World

NO_GATEWAY_CLASS = (
    "unable to build kubernetes objects from release manifest: "
    'resource mapping not found for name: "cilium" '
    'namespace: "" from "": no matches for kind "GatewayClass" '
    'in version "gateway.networking.k8s.io/v1"\n'
    "ensure CRDs are installed first"
)


@dataclass
class NodeModel:
    """Hosts and cluster of one rehearsal. Its calls may come from several threads."""

    project: Project
    scripts_directory: Path
    """`sovereign/scripts`: a script that is not one of its files, byte for byte, does not run."""
    state: NodesState = field(default_factory=NodesState)
    surroundings: Surroundings = field(default=Surroundings())

    def __post_init__(self) -> None:
        self._lock = threading.RLock()
        self._names = texts(self.scripts_directory)

    def run(self, connection: Connection, script: str, stdin: str) -> Outcome:
        """See `Hosts.run`."""
        name = self._names.get(script)
        if name is None:
            where = self.scripts_directory.name
            return Outcome("", f"this script is not byte-identical to any file in {where}/\n", 127)
        with self._lock:
            world = self._world()
            try:
                machine = login(world, connection)
            except LoginFailed as failure:
                _note(world, connection.host, str(failure))
                return Outcome("", f"{failure}\n", COULD_NOT_CONNECT)
            _host(world, machine)
            try:
                variables = {} if name in READ_NOTHING else environment.parse(stdin)
                return SCRIPTS[name](Session(world, machine, variables))
            except environment.NotAnEnvironment as problem:
                return Outcome("", f"{name}: {problem}\n", 2)
            except MissingVariable as missing:
                return Outcome("", f"sh: {missing}: parameter not set\n", 2)

    def install_release(self, kubeconfig: str, release: Release) -> None:
        """See `ClusterApi.install_release`."""
        with self._lock:
            cluster = self._open(kubeconfig)
            stored = releases.record(release)
            if stored["chart"] == cilium.CHART:
                _check_cilium(cluster, HelmValues(stored["values"]))
            cluster.releases[releases.key(release.name, release.namespace)] = stored

    def uninstall_release(self, kubeconfig: str, name: str, namespace: str) -> None:
        """See `ClusterApi.uninstall_release`."""
        with self._lock:
            self._open(kubeconfig).releases.pop(releases.key(name, namespace), None)

    def apply_object(self, kubeconfig: str, manifest: dict[str, Any]) -> dict[str, Any]:
        """See `ClusterApi.apply_object`."""
        with self._lock:
            return objects.apply_object(self._open(kubeconfig), manifest)

    def delete_object(self, kubeconfig: str, manifest: dict[str, Any]) -> None:
        """See `ClusterApi.delete_object`."""
        with self._lock:
            objects.delete_object(self._open(kubeconfig), manifest)

    def status(self) -> ClusterStatus:
        """Nodes and components as they are now."""
        with self._lock:
            world = self._world()
            for machine in world.machines:
                if machine.running:
                    _boot(world, machine)
            return status(world)

    def save(self, path: Path) -> None:
        """Keep the state for the next run."""
        with self._lock:
            self.state.save(path)

    def load(self, path: Path) -> None:
        """Go on from what `save` kept; an absent file is an empty state."""
        with self._lock:
            self.state = NodesState.load(path)

    def _open(self, text: str) -> Cluster:
        return kubeconfig.open_api(self._world(), text)

    def _world(self) -> World:
        """The present moment; hosts of deleted servers are gone, and clusters that nobody
        remembers."""
        machines = tuple(self.project.servers())
        existing = {machine.id for machine in machines}
        for server_id in self.state.hosts.keys() - existing:
            del self.state.hosts[server_id]
        remembered = {host.cluster for host in self.state.hosts.values()}
        for uid in self.state.clusters.keys() - remembered:
            del self.state.clusters[uid]
        world = World(machines, tuple(self.project.networks()), self.state, self.surroundings)
        for cluster in self.state.clusters.values():
            forget_deleted_servers(world, cluster)
        return world


def _host(world: World, machine: Machine) -> Host:
    """What is remembered of a machine, from now on if not before."""
    fresh = Host(machine.id, world.host_name(machine))
    return world.state.hosts.setdefault(machine.id, fresh)


def _boot(world: World, machine: Machine) -> None:
    """A server boots whether anybody logs in or not; a failed boot is why it will not join."""
    host = _host(world, machine)
    boot = Session(world, machine, {}).booted()
    if boot.failed and not host.role:
        host.failure = host.failure or boot.commands_failed or boot.errors[0]


def _note(world: World, address: str, failure: str) -> None:
    """Remember why nobody got in, of a server that is in no cluster yet."""
    machine = world.topology.by_address(address)
    if machine is not None and not _host(world, machine).active:
        _host(world, machine).failure = failure


def _check_cilium(cluster: Cluster, values: HelmValues) -> None:
    failure = cilium.render_failure(values)
    if failure:
        raise ApiRefused(f"execution error at (cilium/templates/validate.yaml): {failure}")
    group = "gateway.networking.k8s.io"
    if cilium.has_gateway_class(values) and not objects.defines(cluster, group, "GatewayClass"):
        raise ApiRefused(NO_GATEWAY_CLASS)
