"""The router's rules, as a pure function of the project: Hetzner's firewalls before public ports,
and which sources every port may use. Private traffic is never filtered.
"""

from collections.abc import Iterable, Iterator

from rehearsal.hetzner.records import FirewallRuleRecord, ServerRecord

TABLE = "lab"
PUBLIC = "w"
PRIVATE = "n"
OPERATOR = "op"
"""The router's link to the operator's namespace."""
REPLIES = "ct state established,related accept"
STATELESS_REPLIES = (
    "tcp flags & (syn | ack) != syn accept",
    "icmp type { echo-reply, destination-unreachable, time-exceeded } accept",
)
"""Without connection tracking: what cannot open a connection passes. Answers over UDP do not."""
BEFORE_REASSEMBLY = -450
"""Connection tracking would put fragments together before anybody could drop them (at -400)."""
NUMBERS = {"icmp": 1, "tcp": 6, "udp": 17, "gre": 47, "esp": 50}
"""Protocols that a Hetzner firewall knows."""


def public_port(server_id: int) -> str:
    """The router's link to the server's public interface."""
    return f"{PUBLIC}{server_id}"


def private_port(network_id: int, server_id: int) -> str:
    """The router's link to the server's interface in that network."""
    return f"{PRIVATE}{network_id}-{server_id}"


def render(
    servers: Iterable[ServerRecord], closed_ports: Iterable[int] = (), *, stateful: bool = True
) -> str:
    """The whole ruleset for `nft -f`, which replaces the one there is in one transaction.

    `closed_ports` are TCP ports dropped before every public address, whatever the firewalls say.
    """
    known = sorted(servers, key=lambda server: server.id)
    lines = [
        f"table ip {TABLE} {{}}",
        f"delete table ip {TABLE}",
        f"table ip {TABLE} {{",
        *_sources(known),
        *_prerouting(known, stateful=stateful),
        *_forward(known, sorted(closed_ports), stateful=stateful),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _sources(servers: list[ServerRecord]) -> Iterator[str]:
    """A port may use the addresses that the API gave it and no other."""
    pairs = [(public_port(s.id), s.public_ipv4) for s in servers if s.public_ipv4]
    for server in servers:
        for attachment in server.attachments:
            port = private_port(attachment.network_id, server.id)
            pairs += [(port, address) for address in (attachment.ip, *attachment.alias_ips)]
    yield "set sources {"
    yield "type ifname . ipv4_addr"
    if pairs:
        listed = ", ".join(f'"{port}" . {address}' for port, address in pairs)
        yield f"elements = {{ {listed} }}"
    yield "}"


def _prerouting(servers: list[ServerRecord], *, stateful: bool) -> Iterator[str]:
    """Marks choose the routing table of a private network; -300 is before connection tracking.

    Packets too large for the private network vanish on Hetzner (KH#2286, H8#450): no host is saved
    by sending them in fragments.
    """
    networks = sorted({a.network_id for server in servers for a in server.attachments})
    yield "chain fragments {"
    yield f"type filter hook prerouting priority {BEFORE_REASSEMBLY}; policy accept;"
    yield f'iifname "{PRIVATE}*" ip frag-off & 0x3fff != 0 drop'
    yield "}"
    yield "chain prerouting {"
    yield "type filter hook prerouting priority -300; policy accept;"
    yield f'iifname "{OPERATOR}" accept'
    yield "iifname . ip saddr != @sources drop"
    if stateful:
        yield f'iifname "{PRIVATE}*" notrack'
    for network in networks:
        yield f'iifname "{PRIVATE}{network}-*" meta mark set {network}'
    yield "}"


def _forward(
    servers: list[ServerRecord], closed_ports: list[int], *, stateful: bool
) -> Iterator[str]:
    yield "chain forward {"
    yield "type filter hook forward priority 0; policy accept;"
    yield f'iifname "{PRIVATE}*" oifname "{PRIVATE}*" accept'
    yield f'iifname "{PRIVATE}*" drop'
    yield f'oifname "{PRIVATE}*" drop'
    if closed_ports:
        ports = ", ".join(str(port) for port in closed_ports)
        yield f'oifname "{PUBLIC}*" tcp dport {{ {ports} }} drop'
    yield from (REPLIES,) if stateful else STATELESS_REPLIES
    for server in servers:
        if server.firewall_ids:
            yield f'iifname "{public_port(server.id)}" jump out{server.id}'
            yield f'oifname "{public_port(server.id)}" jump in{server.id}'
    yield "}"
    for server in servers:
        if server.firewall_ids:
            yield from _firewall(server)


def _firewall(server: ServerRecord) -> Iterator[str]:
    """Inward everything is dropped but what a rule admits; outward only once there is a rule."""
    for direction in ("in", "out"):
        rules = [rule for rule in server.firewall_rules if rule.direction == direction]
        yield f"chain {direction}{server.id} {{"
        for rule in rules:
            yield from _rule(rule)
        if rules or direction == "in":
            yield "drop"
        yield "}"


def _rule(rule: FirewallRuleRecord) -> Iterator[str]:
    """Blocks of IPv6 concern addresses that the lab does not have."""
    blocks = rule.source_ips if rule.direction == "in" else rule.destination_ips
    listed = [block for block in blocks if ":" not in block]
    side = "saddr" if rule.direction == "in" else "daddr"
    match = f"ip protocol {NUMBERS[rule.protocol]}"
    if rule.protocol in ("tcp", "udp") and rule.port not in (None, "any"):
        match = f"{rule.protocol} dport {rule.port}"
    for block in listed:
        yield f"ip {side} {block} {match} accept"
