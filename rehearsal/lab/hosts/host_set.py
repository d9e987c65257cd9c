"""All hosts of a lab: what Hetzner's API is told happens to them."""

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from rehearsal.hetzner.records import (
    Lifecycle,
    NetworkAttachment,
    NetworkRecord,
    ServerEvent,
    ServerRecord,
)
from rehearsal.lab.fabric import Fabric
from rehearsal.lab.hosts import cloud_init
from rehearsal.lab.hosts.cloud_init import CloudInitResult
from rehearsal.lab.hosts.host import Host, Layers
from rehearsal.lab.hosts.turns import Turns
from rehearsal.nodes.surroundings import Surroundings

RECORDED = "/var/log/lab/recorded.jsonl"
RUNNING = "running"
QUERY_LIMIT_S = 20.0


class Simulator(Protocol):
    """The part of the Hetzner simulator that moves hosts."""

    def listen(self, listener: Callable[[ServerEvent], None]) -> None:
        """Have the listener called with every step of a server's life."""
        ...

    def servers(self) -> Iterable[ServerRecord]:
        """The servers there are."""
        ...

    def networks(self) -> Iterable[NetworkRecord]:
        """The networks there are."""
        ...


class HostSet:
    """One host per server. Boots happen in the background, switching off and deleting at once.

    `surroundings` is read whenever something is done, and replacing it changes the firewalls at
    once. Hosts outlive this object and its process: `watch` finds them again.
    """

    def __init__(
        self, fabric: Fabric, layers: Layers, directory: Path, surroundings: Surroundings
    ) -> None:
        """`directory` is where hosts have their disks; no other lab may use it."""
        self._fabric = fabric
        self._layers = layers
        self._directory = directory
        self._surroundings = surroundings
        self._simulator: Simulator | None = None
        self._servers: dict[int, ServerRecord] = {}
        self._booted_at: dict[int, float] = {}
        self._turns = Turns()
        self._lock = threading.RLock()

    @property
    def surroundings(self) -> Surroundings:
        """What is around the hosts."""
        return self._surroundings

    @surroundings.setter
    def surroundings(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._filter()

    def watch(self, simulator: Simulator) -> None:
        """Follow the project from now on, and do first what a killed process left undone: every
        host is on or off, plugged in and routed as the project says; one that is not in it goes.
        """
        self._simulator = simulator
        simulator.listen(self.on_event)
        self._servers = {record.id: record for record in simulator.servers()}
        for server_id in self._kept() - self._servers.keys():
            self._turns.now(server_id, partial(self._delete, server_id))
        self._filter()
        for record in list(self._servers.values()):
            if record.status == RUNNING:
                self._turns.soon(record.id, partial(self._boot, record))
            else:
                self._turns.soon(record.id, partial(self._switch_off, record.id))

    def on_event(self, event: ServerEvent) -> None:
        """Do to the host what happened to its server."""
        server, kind = event.server, event.kind
        with self._lock:
            self._servers[server.id] = server
            if kind is Lifecycle.DELETED:
                del self._servers[server.id]
        now, soon = self._turns.now, self._turns.soon
        if kind in (Lifecycle.CREATED, Lifecycle.REBUILT):
            now(server.id, partial(self._install, server))
        elif kind in (Lifecycle.POWERED_OFF, Lifecycle.RESET):
            now(server.id, partial(self._switch_off, server.id))
        elif kind is Lifecycle.DELETED:
            now(server.id, partial(self._delete, server.id))
            self._turns.forget(server.id)
        self._filter()
        if kind is Lifecycle.BOOTED:
            soon(server.id, partial(self._boot, server))
        elif event.network_id is not None:
            changes = {
                Lifecycle.ATTACHED: self._attach,
                Lifecycle.DETACHED: self._fabric.detach,
                Lifecycle.ALIASES_CHANGED: self._route,
            }
            soon(server.id, partial(changes[kind], server.id, event.network_id))

    def run_inside(
        self,
        server_id: int,
        arguments: Sequence[str],
        stdin: str = "",
        timeout_s: float = QUERY_LIMIT_S,
    ) -> subprocess.CompletedProcess[str]:
        """A command as root inside the host, for status and tests; its exit code is not judged.

        Raises NotRunning where it is switched off, subprocess.TimeoutExpired where it does not end.
        """
        return self._host(server_id).run(arguments, stdin, timeout_s)

    def cloud_init(self, server_id: int) -> CloudInitResult:
        """How far the host's cloud-init is; NotRunning where the host is switched off."""
        return cloud_init.read(self.run_inside(server_id, ["cat", cloud_init.RESULT]).stdout)

    def recorded(self, server_id: int) -> list[dict[str, Any]]:
        """Commands that a stand-in recorded and did not carry out: program, arguments."""
        printed = self.run_inside(server_id, ["cat", RECORDED]).stdout
        return [json.loads(line) for line in printed.splitlines()]

    def is_running(self, server_id: int) -> bool:
        """Whether the host is switched on."""
        return self._host(server_id).running

    def failures(self) -> dict[int, str]:
        """Server id -> the last thing that could not be done to its host."""
        return self._turns.failures()

    def settle(self) -> None:
        """Wait until all that was begun in the background is done, late interfaces included."""
        self._turns.settle()

    def stop_all(self) -> None:
        """Cut every host's power; disks stay."""
        for server_id in self._kept():
            self._turns.now(server_id, partial(self._switch_off, server_id))

    def remove_all(self) -> None:
        """Cut every host's power and destroy its disk."""
        for server_id in self._kept():
            self._turns.now(server_id, partial(self._delete, server_id))

    def close(self) -> None:
        """Let go of threads; hosts run on."""
        self._turns.close()

    def _host(self, server_id: int) -> Host:
        namespace = self._fabric.host_namespace(server_id)
        return Host(self._directory / str(server_id), namespace)

    def _kept(self) -> set[int]:
        """Servers whose hosts have a directory."""
        return {int(path.name) for path in self._directory.glob("[0-9]*")}

    def _install(self, server: ServerRecord) -> None:
        self._switch_off(server.id)
        self._host(server.id).install(server, self._layers)

    def _boot(self, server: ServerRecord) -> None:
        """With the interfaces it had when switched on; others are plugged in while it runs."""
        host = self._host(server.id)
        if not host.installed:
            host.install(server, self._layers)
        if host.running:  # an earlier process may have been killed before it came to the rest
            planned = {attachment.network_id for attachment in server.attachments}
            for network_id in self._fabric.attached(server.id) - planned:
                self._fabric.detach(server.id, network_id)
            self._plug_in(server, server.attachments)
            return
        self._fabric.connect(server)
        self._plug_in(server, server.attachments)
        host.start(server.name)
        self._booted_at[server.id] = time.monotonic()

    def _switch_off(self, server_id: int) -> None:
        self._host(server_id).kill()
        self._fabric.disconnect(server_id)

    def _delete(self, server_id: int) -> None:
        self._switch_off(server_id)
        self._host(server_id).remove()

    def _attach(self, server_id: int, network_id: int) -> None:
        """Plug it in, or later where the surroundings say so."""
        server = self._servers.get(server_id)
        if server is None or not self._host(server_id).running:
            return
        age_s = time.monotonic() - self._booted_at.get(server_id, float("-inf"))
        rest_s = self._surroundings.private_nic_delay_s - age_s
        if rest_s > 0:
            again = partial(self._attach, server_id, network_id)
            self._turns.later(rest_s, server_id, again)
            return
        self._plug_in(server, [a for a in server.attachments if a.network_id == network_id])

    def _plug_in(self, server: ServerRecord, attachments: Iterable[NetworkAttachment]) -> None:
        assert self._simulator is not None
        networks = {network.id: network for network in self._simulator.networks()}
        mtu = self._surroundings.private_mtu
        for attachment in attachments:
            if attachment.network_id in networks:
                network = networks[attachment.network_id]
                self._fabric.attach(server.id, network, attachment, mtu)

    def _route(self, server_id: int, network_id: int) -> None:
        server = self._servers.get(server_id)
        for attachment in server.attachments if server else ():
            if attachment.network_id == network_id:
                self._fabric.route(server_id, attachment)

    def _filter(self) -> None:
        """Firewalls as the project has them; before a host is connected, so it is never open."""
        with self._lock:
            self._fabric.filter(self._servers.values(), self._surroundings.closed_ports)
