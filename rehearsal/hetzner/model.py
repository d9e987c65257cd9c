"""What a simulated project holds: plain data.

Relations are kept on one side only (a server's attachments, a firewall's servers, a primary IP's
assignee); the other side is derived in :mod:`rehearsal.hetzner.relations`.
"""

from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Resource:
    """What every resource has. ``created`` is ISO 8601 in UTC."""

    id: int
    name: str
    created: str
    labels: dict[str, str] = field(default_factory=dict)
    protected: bool = False


@dataclass(kw_only=True)
class Subnet:
    """``ip_range`` is a CIDR inside its network's range."""

    type: str
    ip_range: str
    network_zone: str
    vswitch_id: int | None = None


@dataclass(kw_only=True)
class StaticRoute:
    """A route of a network."""

    destination: str
    gateway: str


@dataclass(kw_only=True)
class Network(Resource):
    """A private network."""

    ip_range: str
    expose_routes_to_vswitch: bool = False
    subnets: list[Subnet] = field(default_factory=list)
    routes: list[StaticRoute] = field(default_factory=list)


@dataclass(kw_only=True)
class Attachment:
    """A server or load balancer in a network.

    ``after_boot``: the machine was already running when the interface appeared.
    """

    network: int
    ip: str
    mac_address: str
    alias_ips: list[str] = field(default_factory=list)
    after_boot: bool = False


@dataclass(kw_only=True)
class Server(Resource):
    """``status`` is ``running`` or ``off``; passing statuses follow from running actions."""

    status: str
    server_type: str
    image: int
    location: str
    primary_disk_size: int
    user_data: str = field(default="", repr=False)
    public_keys: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    placement_group: int | None = None
    rebuild_protected: bool = False
    backup_window: str | None = None
    boots: int = 0


@dataclass(kw_only=True)
class FirewallRule:
    """One rule; ``port`` None for protocols without ports."""

    direction: str
    protocol: str
    port: str | None = None
    source_ips: list[str] = field(default_factory=list)
    destination_ips: list[str] = field(default_factory=list)
    description: str | None = None


@dataclass(kw_only=True)
class Firewall(Resource):
    """Applied to the servers it lists and to those that a selector matches."""

    rules: list[FirewallRule] = field(default_factory=list)
    servers: list[int] = field(default_factory=list)
    selectors: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class PlacementGroup(Resource):
    """A spread group."""


@dataclass(kw_only=True)
class SshKey(Resource):
    """``fingerprint`` is the MD5 form the API shows."""

    public_key: str
    fingerprint: str


@dataclass(kw_only=True)
class PrimaryIp(Resource):
    """A public address; ``assignee`` is a server's id."""

    type: str
    ip: str
    location: str
    auto_delete: bool = False
    assignee: int | None = None
    dns_ptr: dict[str, str] = field(default_factory=dict)


@dataclass(kw_only=True)
class Volume(Resource):
    """``size`` in GB."""

    size: int
    location: str
    format: str | None = None
    server: int | None = None


@dataclass(kw_only=True)
class HealthCheck:
    """``interval`` and ``timeout`` in seconds; ``http`` as the API writes it."""

    protocol: str
    port: int
    interval: int = 15
    timeout: int = 10
    retries: int = 3
    http: dict[str, object] | None = None


@dataclass(kw_only=True)
class Service:
    """A load balancer's service; ``listen_port`` is its identity."""

    protocol: str
    listen_port: int
    destination_port: int
    proxyprotocol: bool
    health_check: HealthCheck
    http: dict[str, object] | None = None


@dataclass(kw_only=True)
class Target:
    """``type`` says which one of ``server``, ``selector`` and ``ip`` is set."""

    type: str
    use_private_ip: bool = False
    server: int | None = None
    selector: str | None = None
    ip: str | None = None


@dataclass(kw_only=True)
class LoadBalancer(Resource):
    """A load balancer."""

    load_balancer_type: str
    location: str
    ipv4: str
    ipv6: str
    public_enabled: bool = True
    algorithm: str = "round_robin"
    attachments: list[Attachment] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)


@dataclass(kw_only=True)
class Action:
    """``resources`` are (kind, id); times in seconds since the epoch; ``error`` is (code, text)."""

    id: int
    command: str
    resources: list[tuple[str, int]]
    started: float
    finishes: float
    error: tuple[str, str] | None = None
