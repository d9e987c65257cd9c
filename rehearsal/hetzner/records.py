"""What the rest of the rehearsal sees of a simulated project: frozen copies, safe to keep."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address, ip_network


@dataclass(frozen=True, kw_only=True)
class NetworkAttachment:
    """A private interface.

    ``after_boot``: the machine was already running when it appeared, as with every server that
    has a public address.
    """

    network_id: int
    ip: str
    alias_ips: tuple[str, ...]
    mac_address: str
    after_boot: bool


@dataclass(frozen=True, kw_only=True)
class FirewallRuleRecord:
    """One effective rule; ``port`` is ``"80"``, ``"80-85"``, ``"any"`` or None (no ports)."""

    direction: str
    protocol: str
    port: str | None
    source_ips: tuple[str, ...]
    destination_ips: tuple[str, ...]

    def admits(self, source: str, protocol: str, port: int | None) -> bool:
        """Whether this rule lets a packet from ``source`` in."""
        if self.direction != "in" or self.protocol != protocol:
            return False
        if port is not None and self.port not in (None, "any"):
            first, _, last = str(self.port).partition("-")
            if not int(first) <= port <= int(last or first):
                return False
        return any(ip_address(source) in ip_network(block) for block in self.source_ips)


@dataclass(frozen=True, kw_only=True)
class ServerRecord:
    """A server. ``image`` and ``server_type`` are names, ``architecture`` is ``x86`` or ``arm``.

    ``firewall_rules`` is the union over all firewalls that are applied; ``public_keys`` are the
    SSH keys it was created with; ``boots`` counts how often it was started.
    """

    id: int
    name: str
    status: str
    created: str
    labels: Mapping[str, str]
    server_type: str
    architecture: str
    image: str
    location: str
    user_data: str = field(repr=False)
    public_keys: tuple[str, ...]
    public_ipv4: str | None
    public_ipv6: str | None
    attachments: tuple[NetworkAttachment, ...]
    firewall_ids: tuple[int, ...]
    firewall_rules: tuple[FirewallRuleRecord, ...]
    placement_group_id: int | None
    boots: int

    def admits(self, source: str, port: int | None = None, protocol: str = "tcp") -> bool:
        """Whether the firewalls let ``source`` reach a port of the public address.

        Without any firewall everything is let in; private traffic is never filtered.
        """
        if not self.firewall_ids:
            return True
        return any(rule.admits(source, protocol, port) for rule in self.firewall_rules)


@dataclass(frozen=True, kw_only=True)
class SubnetRecord:
    """A subnet; ``ip_range`` is a CIDR."""

    type: str
    ip_range: str
    network_zone: str


@dataclass(frozen=True, kw_only=True)
class NetworkRecord:
    """A private network; ``routes`` are (destination, gateway)."""

    id: int
    name: str
    ip_range: str
    labels: Mapping[str, str]
    subnets: tuple[SubnetRecord, ...]
    routes: tuple[tuple[str, str], ...]
    server_ids: tuple[int, ...]
    load_balancer_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class LoadBalancerRecord:
    """A load balancer; ``services`` are (listen port, destination port)."""

    id: int
    name: str
    public_ipv4: str | None
    labels: Mapping[str, str]
    attachments: tuple[NetworkAttachment, ...]
    services: tuple[tuple[int, int], ...]
    target_server_ids: tuple[int, ...]


class Lifecycle(StrEnum):
    """What can happen to a server, in the order in which it usually does."""

    CREATED = "created"
    BOOTED = "booted"
    ATTACHED = "attached"
    DETACHED = "detached"
    ALIASES_CHANGED = "aliases-changed"
    FIREWALL_CHANGED = "firewall-changed"
    POWERED_OFF = "powered-off"
    RESET = "reset"
    REBUILT = "rebuilt"
    DELETED = "deleted"


@dataclass(frozen=True, kw_only=True)
class ServerEvent:
    """One step of a server's life. ``server`` is the server right after it.

    ``network_id`` is set for ``ATTACHED``, ``DETACHED`` and ``ALIASES_CHANGED``.
    """

    kind: Lifecycle
    server: ServerRecord
    network_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request in the journal.

    ``body_summary`` is the body with ``user_data`` and private keys replaced by their length;
    ``status`` None means that the answer was withheld.
    """

    method: str
    path: str
    status: int | None
    body_summary: Mapping[str, object] | None
