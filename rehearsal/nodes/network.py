"""Who reaches whom: private networks unfiltered, public addresses through their firewalls,
loopback at home.

Every function answers with what a program that dials would be told, or None where the connection
comes about.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address, ip_network

from rehearsal.nodes.dialing import EVERY_ADDRESS, LOOPBACK, Listener, refused, timed_out
from rehearsal.nodes.project import Machine
from rehearsal.nodes.surroundings import Surroundings

Listeners = Callable[[Machine], frozenset[Listener]]


@dataclass(frozen=True)
class Topology:
    """Every machine and what it listens on, at one moment."""

    machines: tuple[Machine, ...]
    listeners: Listeners
    surroundings: Surroundings

    def by_address(self, address: str) -> Machine | None:
        """The machine with that public address."""
        return next((m for m in self.machines if m.public_ipv4 == address), None)


def dial(topology: Topology, source: Machine, host: str, port: int) -> str | None:
    """Dial `host:port` from a shell on `source`."""
    target = _address(host)
    if target is None:
        return f"dial tcp: lookup {host}: no such host"
    if target.is_loopback:
        return _answer(topology, source, host, port, local=True)
    if host in source.addresses:
        return _answer(topology, source, host, port)
    peer = _peer(topology.machines, source, host)
    if peer is not None:
        return _answer(topology, peer, host, port) if peer.running else timed_out(host, port)
    return dial_public(topology, source.public_ipv4, host, port)


def dial_public(topology: Topology, source: str | None, host: str, port: int) -> str | None:
    """Dial a public address from the public address `source` (None: a machine without one)."""
    machine = topology.by_address(host)
    if machine is None or source is None or not machine.running:
        return timed_out(host, port)
    if port in topology.surroundings.closed_ports or not admits(machine, source, port):
        return timed_out(host, port)
    return _answer(topology, machine, host, port)


def admits(machine: Machine, source: str, port: int) -> bool:
    """Whether the firewalls of `machine` let TCP from `source` reach `port` of its public
    address."""
    if machine.rules is None:
        return True
    return any(
        rule.protocol == "tcp" and _covers(rule.port, port) and _within(source, rule.sources)
        for rule in machine.rules
    )


def is_loopback(host: str) -> bool:
    """Whether `host` is this very host, by the loopback interface."""
    address = _address(host)
    return address is not None and address.is_loopback


def _address(host: str) -> IPv4Address | None:
    try:
        return IPv4Address(host)
    except ValueError:
        return IPv4Address(LOOPBACK) if host == "localhost" else None


def _peer(machines: Iterable[Machine], source: Machine, host: str) -> Machine | None:
    """The machine that holds the private address `host` in a network that `source` is attached
    to."""
    networks = {attachment.network_id for attachment in source.attachments}
    for machine in machines:
        if any(a.ip == host and a.network_id in networks for a in machine.attachments):
            return machine
    return None


def _answer(
    topology: Topology, machine: Machine, host: str, port: int, *, local: bool = False
) -> str | None:
    addresses = {EVERY_ADDRESS, LOOPBACK} if local else {EVERY_ADDRESS}
    open_ports = {x.port for x in topology.listeners(machine) if x.address in addresses}
    return None if port in open_ports else refused(host, port)


def _covers(ports: str | None, port: int) -> bool:
    if ports is None:
        return True
    first, _, last = ports.partition("-")
    return int(first) <= port <= int(last or first)


def _within(source: str, blocks: Iterable[str]) -> bool:
    return any(ip_address(source) in ip_network(block, strict=False) for block in blocks)
