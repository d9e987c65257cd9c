"""What the node model sees of a Hetzner project: servers, networks, and the rules before their
public addresses.

The model depends on this view only: tests write it down by hand, `SimulatedProject` reads the
simulator's records.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from rehearsal.hetzner.records import NetworkRecord, ServerRecord

RUNNING = "running"


@dataclass(frozen=True)
class Attachment:
    """A server's place in a private network."""

    network_id: int
    ip: str


@dataclass(frozen=True)
class Rule:
    """One inbound firewall rule."""

    protocol: str
    """tcp, udp, icmp, esp or gre."""
    port: str | None
    """`22`, `80-90`, or None for all of them."""
    sources: tuple[str, ...]
    """CIDR blocks."""


@dataclass(frozen=True)
class Machine:
    """A server as the project holds it."""

    id: int
    name: str
    user_data: str = field(repr=False)
    public_ipv4: str | None
    status: str
    attachments: tuple[Attachment, ...]
    rules: tuple[Rule, ...] | None
    """Inbound rules of all its firewalls together; None without a firewall (everything passes)."""
    ssh_keys: tuple[str, ...]
    """Public keys (OpenSSH) that the server was created with."""
    image: str
    server_type: str
    role: str = ""
    """Its label `role`: control-plane or worker."""

    @property
    def running(self) -> bool:
        """Whether the server is switched on."""
        return self.status == RUNNING

    @property
    def private_ip(self) -> str:
        """Its first private address, or an empty text."""
        return self.attachments[0].ip if self.attachments else ""

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address that its network interfaces hold, loopback excepted."""
        public = (self.public_ipv4,) if self.public_ipv4 else ()
        return (*public, *(attachment.ip for attachment in self.attachments))


@dataclass(frozen=True)
class PrivateNetwork:
    """A private network."""

    id: int
    name: str
    ip_range: str
    subnets: tuple[str, ...]
    """CIDR blocks."""


class Project(Protocol):
    """The project as it is now."""

    def servers(self) -> Iterable[Machine]:
        """All servers that exist."""
        ...

    def networks(self) -> Iterable[PrivateNetwork]:
        """All networks that exist."""
        ...


class Simulator(Protocol):
    """The part of the Hetzner simulator that is read here."""

    def servers(self) -> Iterable[ServerRecord]:
        """All servers."""
        ...

    def networks(self) -> Iterable[NetworkRecord]:
        """All networks."""
        ...


@dataclass(frozen=True)
class SimulatedProject:
    """The simulator's project, seen anew at every call."""

    simulator: Simulator

    def servers(self) -> tuple[Machine, ...]:
        """All servers that exist."""
        return tuple(_machine(record) for record in self.simulator.servers())

    def networks(self) -> tuple[PrivateNetwork, ...]:
        """All networks that exist."""
        return tuple(
            PrivateNetwork(
                id=record.id,
                name=record.name,
                ip_range=record.ip_range,
                subnets=tuple(subnet.ip_range for subnet in record.subnets),
            )
            for record in self.simulator.networks()
        )


def _machine(record: ServerRecord) -> Machine:
    inbound = (rule for rule in record.firewall_rules if rule.direction == "in")
    return Machine(
        id=record.id,
        name=record.name,
        user_data=record.user_data,
        public_ipv4=record.public_ipv4,
        status=record.status,
        attachments=tuple(Attachment(a.network_id, a.ip) for a in record.attachments),
        rules=tuple(
            Rule(rule.protocol, None if rule.port == "any" else rule.port, tuple(rule.source_ips))
            for rule in inbound
        )
        if record.firewall_ids
        else None,
        ssh_keys=record.public_keys,
        image=record.image,
        server_type=record.server_type,
        role=record.labels.get("role", ""),
    )
