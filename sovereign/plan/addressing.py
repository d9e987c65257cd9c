"""Addresses as functions of stable ids, and the checks that ranges do not meet.

10.0.1.0/24 inside 10.0.0.0/16: control planes at base + 1 + id (.2 for id 1), workers at base + 19
+ id, load balancers at the five addresses before the broadcast address. Hetzner reserves the
network's first address and each subnet's ends.
"""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Network, collapse_addresses, ip_network
from itertools import combinations

NETWORK_ZONES = {
    "nbg1": "eu-central",
    "fsn1": "eu-central",
    "hel1": "eu-central",
    "ash": "us-east",
    "hil": "us-west",
    "sin": "ap-southeast",
}
"""Location -> Hetzner network zone; all subnets and servers of a network are in one."""
CONTROL_PLANE_OFFSET = 1
WORKER_OFFSET = 19
LOAD_BALANCERS = 5
PRIVATE_RANGES = tuple(
    IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
)


def control_plane_ip(node_cidr: IPv4Network, node_id: int) -> str:
    """Private address of the control plane with that id (1-9)."""
    return str(node_cidr.network_address + CONTROL_PLANE_OFFSET + node_id)


def worker_ip(node_cidr: IPv4Network, node_id: int) -> str:
    """Private address of the worker with that id (1-230)."""
    return str(node_cidr.network_address + WORKER_OFFSET + node_id)


def load_balancer_addresses(node_cidr: IPv4Network) -> tuple[str, ...]:
    """The addresses kept for load balancers, ascending."""
    last = node_cidr.broadcast_address
    return tuple(str(last - offset) for offset in range(LOAD_BALANCERS, 0, -1))


def usable(node_cidr: IPv4Network, network: IPv4Network, address: str) -> bool:
    """Whether a node may have the address: in the subnet, not reserved by Hetzner, not a load
    balancer's.
    """
    ip = IPv4Address(address)
    reserved = (node_cidr.network_address, node_cidr.broadcast_address, network.network_address + 1)
    kept = load_balancer_addresses(node_cidr)
    return ip in node_cidr and ip not in reserved and address not in kept


def overlaps(ranges: Mapping[str, IPv4Network]) -> list[tuple[str, str]]:
    """Every pair of names whose ranges share an address."""
    return [(a, b) for a, b in combinations(ranges, 2) if ranges[a].overlaps(ranges[b])]


def parse_range(text: str) -> IPv4Network | None:
    """The IPv4 range, or None where the text is not one."""
    block = parse_block(text)
    return block if isinstance(block, IPv4Network) else None


def world_share(texts: Sequence[str]) -> dict[str, float]:
    """`IPv4` and `IPv6` -> how much of the internet the blocks are together, 0 to 1; halves add up.

    The IPv6 internet is 2000::/3. Texts that are no block count as nothing.
    """
    blocks = [block for block in map(parse_block, texts) if block is not None]
    four = collapse_addresses(b for b in blocks if isinstance(b, IPv4Network))
    six = collapse_addresses(b for b in blocks if isinstance(b, IPv6Network))
    return {
        "IPv4": sum(block.num_addresses for block in four) / 2**32,
        "IPv6": min(1.0, sum(block.num_addresses for block in six) / 2**125),
    }


def parse_block(text: str) -> IPv4Network | IPv6Network | None:
    """The CIDR block, or None where the text is not one: without prefix length, or host bits set.

    Hetzner and k3s take an address with its prefix length only, where Python takes more.
    """
    if not text.partition("/")[2].isdecimal():
        return None
    try:
        return ip_network(text)
    except ValueError:
        return None


def is_private(network: IPv4Network) -> bool:
    """Whether the range is within RFC 1918, as Hetzner's networks must be."""
    return any(network.subnet_of(private) for private in PRIVATE_RANGES)
