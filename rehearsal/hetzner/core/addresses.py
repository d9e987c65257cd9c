"""Addresses: which are valid, reserved, taken, and which one comes next."""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network

from rehearsal.hetzner.core.errors import ApiError, invalid_input
from rehearsal.hetzner.model import Network, Subnet
from rehearsal.hetzner.relations import attachments_in_network
from rehearsal.hetzner.state import HetznerState

PRIVATE = tuple(IPv4Network(r) for r in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
METADATA_GATEWAY = IPv4Address("172.31.1.1")
PUBLIC_POOLS = tuple(IPv4Network(r) for r in ("198.51.100.0/24", "192.0.2.0/24"))
"""Documentation ranges (RFC 5737): no packet to them ever leaves for a real host."""


def private_range(field: str, text: str, *, longest: int) -> IPv4Network:
    """A private IPv4 range without host bits and with a mask of at most ``longest`` bits."""
    try:
        range_ = IPv4Network(text)
    except ValueError as problem:
        raise invalid_input(field, str(problem)) from None
    if not any(range_.subnet_of(private) for private in PRIVATE):
        raise invalid_input(field, f"{text} is not a private range (RFC 1918)")
    if range_.prefixlen > longest:
        raise invalid_input(field, f"{text} is smaller than /{longest}")
    return range_


def ipv4(field: str, text: str) -> IPv4Address:
    """A single IPv4 address."""
    try:
        return IPv4Address(text)
    except ValueError as problem:
        raise invalid_input(field, str(problem)) from None


def allocate(
    state: HetznerState,
    network: Network,
    zone: str,
    *,
    ip: str | None = None,
    ip_range: str | None = None,
) -> str:
    """An address in the network for a machine in ``zone``.

    Without ``ip`` the first free one of the subnet ``ip_range``, or of the last subnet in the zone.
    ``no_subnet_available`` without a fitting subnet or a free address, ``ip_not_available`` for an
    address that is reserved, taken or outside the zone's subnets.
    """
    subnets = [s for s in network.subnets if s.network_zone == zone and s.type != "vswitch"]
    if ip_range is not None:
        subnets = [s for s in subnets if s.ip_range == ip_range]
    if not subnets:
        raise ApiError("no_subnet_available", "no subnet is available in the network")
    if ip is not None:
        return claim(state, network, subnets, ip)
    closed = _closed(state, network)
    for address in IPv4Network(subnets[-1].ip_range).hosts():
        if address not in closed:
            return str(address)
    raise ApiError("no_subnet_available", "no IP is available in the subnet")


def claim(state: HetznerState, network: Network, subnets: Iterable[Subnet], ip: str) -> str:
    """The address itself when it is free; ``ip_not_available`` otherwise."""
    address = ipv4("ip", ip)
    ranges = [IPv4Network(subnet.ip_range) for subnet in subnets]
    usable = any(address in range_ and address not in (range_[0], range_[-1]) for range_ in ranges)
    if not usable or address in _closed(state, network):
        raise ApiError("ip_not_available", f"{ip} is not available")
    return str(address)


def _closed(state: HetznerState, network: Network) -> set[IPv4Address]:
    return {gateway(network), METADATA_GATEWAY, *_taken(state, network)}


def gateway(network: Network) -> IPv4Address:
    """The first address of the whole network's range."""
    return IPv4Network(network.ip_range)[1]


def _taken(state: HetznerState, network: Network) -> Iterator[IPv4Address]:
    for attachment in attachments_in_network(state, network.id):
        yield from map(IPv4Address, (attachment.ip, *attachment.alias_ips))


def public_ipv4(state: HetznerState) -> str:
    """The next free public address; ``resource_limit_exceeded`` when the pools are empty."""
    taken = {ip.ip for ip in state.primary_ips.values()}
    taken |= {balancer.ipv4 for balancer in state.load_balancers.values()}
    for pool in PUBLIC_POOLS:
        for address in pool.hosts():
            if str(address) not in taken:
                return str(address)
    raise ApiError("resource_limit_exceeded", "Primary IP limit exceeded")


def public_ipv6(id_: int) -> str:
    """A /64 of the documentation range (RFC 3849) for the resource with this id."""
    return f"2001:db8:{id_ >> 16:x}:{id_ & 0xFFFF:x}::"


def mac_address(id_: int) -> str:
    """A locally administered address for the interface with this id."""
    octets = id_.to_bytes(4, "big")
    return "86:00:" + ":".join(f"{octet:02x}" for octet in octets)
