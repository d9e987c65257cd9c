"""Subnets of a network: inside its range, at least /30, disjoint from subnets and routes."""

from ipaddress import IPv4Address, IPv4Network
from typing import Literal

from rehearsal.hetzner.catalogue.locations import NETWORK_ZONES
from rehearsal.hetzner.core.addresses import private_range
from rehearsal.hetzner.core.bodies import Body
from rehearsal.hetzner.core.errors import ApiError, invalid_input
from rehearsal.hetzner.model import Network, Subnet

SUBNETS_PER_NETWORK = 50
SMALLEST_SUBNET = 30
DEFAULT_SUBNET = 24


class SubnetBody(Body):
    """A subnet to be; without ``ip_range`` it gets the first free /24."""

    type: Literal["cloud", "server", "vswitch"]
    network_zone: str
    ip_range: str | None = None
    vswitch_id: int | None = None


def checked_subnet(network: Network, body: SubnetBody) -> Subnet:
    """The subnet that the body asks for, or :class:`ApiError` why the network cannot have it."""
    if body.network_zone not in NETWORK_ZONES:
        raise invalid_input("network_zone", f"network zone {body.network_zone} not found")
    if body.type == "vswitch" and body.vswitch_id is None:
        raise invalid_input("vswitch_id", "is required for a subnet of type vswitch")
    if len(network.subnets) >= SUBNETS_PER_NETWORK:
        raise ApiError(
            "resource_limit_exceeded", f"a network has at most {SUBNETS_PER_NETWORK} subnets"
        )
    ip_range = body.ip_range or _first_free(network)
    range_ = private_range("ip_range", ip_range, longest=SMALLEST_SUBNET)
    if not range_.subnet_of(IPv4Network(network.ip_range)):
        raise invalid_input("ip_range", f"{ip_range} is not part of {network.ip_range}")
    if _overlaps(network, range_):
        raise ApiError("networks_overlap", "subnets overlap")
    return Subnet(
        type=body.type,
        ip_range=ip_range,
        network_zone=body.network_zone,
        vswitch_id=body.vswitch_id,
    )


def subnet_of(network: Network, ip: str) -> str | None:
    """The range of the subnet that holds the address."""
    ranges = (subnet.ip_range for subnet in network.subnets)
    return next((range_ for range_ in ranges if IPv4Address(ip) in IPv4Network(range_)), None)


def _overlaps(network: Network, range_: IPv4Network) -> bool:
    """The default route is the one destination that may cover a subnet."""
    taken = [subnet.ip_range for subnet in network.subnets]
    taken += [r.destination for r in network.routes if r.destination != "0.0.0.0/0"]
    return any(range_.overlaps(IPv4Network(other)) for other in taken)


def _first_free(network: Network) -> str:
    for range_ in IPv4Network(network.ip_range).subnets(new_prefix=DEFAULT_SUBNET):
        if not _overlaps(network, range_):
            return str(range_)
    raise invalid_input("ip_range", f"no free /{DEFAULT_SUBNET} is left in {network.ip_range}")
