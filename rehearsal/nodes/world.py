"""Machines as the project holds them and what happened on them, together: who is up, who reaches
whom."""

from dataclasses import dataclass
from functools import lru_cache

from rehearsal.nodes import k3s as k3s_process
from rehearsal.nodes import network, user_data
from rehearsal.nodes.dialing import EVERY_ADDRESS, Listener
from rehearsal.nodes.network import Topology
from rehearsal.nodes.project import Machine, PrivateNetwork
from rehearsal.nodes.state import Cluster, Host, NodesState
from rehearsal.nodes.surroundings import Surroundings
from rehearsal.nodes.user_data import CloudConfig

_parse = lru_cache(maxsize=256)(user_data.parse)


@dataclass(frozen=True)
class World:
    """One moment. The state is the living one; machines and networks are copies."""

    machines: tuple[Machine, ...]
    networks: tuple[PrivateNetwork, ...]
    state: NodesState
    surroundings: Surroundings

    @property
    def topology(self) -> Topology:
        """The machines and what they listen on."""
        return Topology(self.machines, self.listeners, self.surroundings)

    def machine(self, server_id: int) -> Machine | None:
        """The server of that id, if it exists."""
        return next((machine for machine in self.machines if machine.id == server_id), None)

    def config(self, machine: Machine) -> CloudConfig:
        """What the machine boots with."""
        return _parse(machine.user_data)

    def host_name(self, machine: Machine) -> str:
        """The name that the host calls itself by."""
        return self.config(machine).hostname or machine.name

    def listeners(self, machine: Machine) -> frozenset[Listener]:
        """What a machine listens on: SSH, and what its k3s does."""
        ssh = {Listener(EVERY_ADDRESS, port) for port in self.config(machine).ssh_ports}
        host = self.state.hosts.get(machine.id)
        process = host.k3s if host and self.serves(host) else None
        return frozenset(ssh | (k3s_process.listeners(process) if process else set()))

    def serves(self, host: Host) -> bool:
        """Whether the host's k3s answers: agents always, servers while their datastore has a
        quorum."""
        cluster = self.state.clusters.get(host.cluster)
        if cluster is None or not host.active:
            return False
        return host.role == "agent" or self.has_quorum(cluster)

    def living_servers(self, cluster: Cluster) -> tuple[Machine, ...]:
        """Members of the datastore that are up."""
        found = (self.machine(member) for member in cluster.members)
        return tuple(
            machine
            for machine in found
            if machine and machine.running and self._runs(machine, cluster)
        )

    def _runs(self, machine: Machine, cluster: Cluster) -> bool:
        host = self.state.hosts[machine.id]
        return host.active and host.cluster == cluster.uid

    def has_quorum(self, cluster: Cluster) -> bool:
        """Whether more than half of the members are up."""
        return 2 * len(self.living_servers(cluster)) > len(cluster.members)

    def lost(self, cluster: Cluster) -> bool:
        """Whether no member's disk exists any longer: nothing but a snapshot brings the cluster
        back."""
        return all(self.machine(member) is None for member in cluster.members)

    def reach_servers(self, source: Machine, cluster: Cluster) -> str | None:
        """Why `source` reaches no API server by its private address, or None. A server reaches
        itself."""
        failure: str | None = "the cluster has no server"
        for server in self.living_servers(cluster):
            process = self.state.hosts[server.id].k3s
            assert process is not None
            address = process.text("node-ip") or server.private_ip
            failure = network.dial(self.topology, source, address, process.api_port)
            if failure is None:
                return None
        return failure

    def kubelet_answers(self, address: str) -> bool:
        """Whether a k3s runs on the host with that private address: its kubelet listens there."""
        for machine in self.machines:
            host = self.state.hosts.get(machine.id)
            if host is not None and machine.running and address in machine.addresses:
                return host.active
        return False

    def answering_server(self, host: str, port: int) -> tuple[Host, Cluster] | None:
        """The k3s server that answers at an address which was dialed with success."""
        for machine in self.machines:
            known = self.state.hosts.get(machine.id)
            if known is None or host not in machine.addresses or known.role != "server":
                continue
            cluster = self.state.clusters.get(known.cluster)
            if cluster and Listener(EVERY_ADDRESS, port) in self.listeners(machine):
                return known, cluster
        return None
