"""The path between pods on different nodes: address ranges, packet sizes, routes, encryption.

Sources: cilium `pkg/mtu/mtu.go`, `Documentation/network/concepts/ipam/cluster-pool.rst`; Hetzner's
private network
carries 1450 bytes and routes only what it allocated.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, ip_network
from itertools import islice

from rehearsal.nodes.cilium import DEFAULT_POOL, ENCRYPTIONS
from rehearsal.nodes.helm_values import HelmValues

VXLAN_BYTES = 50
WIREGUARD_BYTES = 95
"""Since Cilium 1.19.5 (cilium PR#45940)."""


def pod_ranges(values: HelmValues, cluster_cidr: str, nodes: int) -> tuple[IPv4Network, ...]:
    """The pod range of each node, in the order of registration."""
    if values.get("ipam.mode", "cluster-pool") == "kubernetes":
        pool, mask = cluster_cidr, 24
    else:
        pools = values.get("ipam.operator.clusterPoolIPv4PodCIDRList", [DEFAULT_POOL])
        pool = str(pools[0]) if isinstance(pools, list) else str(pools)
        mask = int(values.get("ipam.operator.clusterPoolIPv4MaskSize", 24))
    network = IPv4Network(pool, strict=False)
    return tuple(islice(network.subnets(new_prefix=max(mask, network.prefixlen)), nodes))


def swallowed(address: str, ranges: Sequence[IPv4Network]) -> IPv4Network | None:
    """The pod range that takes `address` for a pod: every node then sends its packets to
    cilium_host."""
    own = IPv4Address(address)
    return next((block for block in ranges if own in block), None)


def swallow_reason(block: IPv4Network) -> str:
    """Why an address in `block` does not answer."""
    return f"Cilium gave {block} to pods, and addresses of nodes are in it"


def mtu_problem(values: HelmValues, nic_mtu: int) -> str:
    """Why large packets between nodes would be lost, or empty."""
    base = int(values.get("MTU", 0)) or nic_mtu
    if base <= nic_mtu:
        return ""
    encrypted = values.on("encryption.enabled") and values.get("encryption.type") == "wireguard"
    overhead = WIREGUARD_BYTES if encrypted else 0
    if values.get("routingMode", "tunnel") == "tunnel":
        overhead += VXLAN_BYTES
    return (
        f"small packets pass, bulk stalls: MTU {base} lets pods send {base - overhead} bytes, "
        f"{base} with overhead, and the private network carries {nic_mtu}"
    )


def route_problem(values: HelmValues, network_ranges: Sequence[str], pod_cidr: str) -> str:
    """Why pods would have no route to pods on other nodes, or empty."""
    if values.get("routingMode", "tunnel") != "native":
        return ""
    pods = ip_network(pod_cidr, strict=False)
    if any(
        pods.version == 4 and IPv4Network(str(pods)).subnet_of(IPv4Network(block))
        for block in network_ranges
    ):
        return ""
    return (
        f"no route to {pod_cidr} from other nodes: native routing needs a pod range inside "
        "the private network"
    )


def encryption_problem(values: HelmValues) -> str:
    """Why traffic is in clear text although encryption was asked for, or empty."""
    kind = values.get("encryption.type", "ipsec")
    if not values.on("encryption.enabled") or kind in ENCRYPTIONS:
        return ""
    return (
        f"encryption.type {kind!r} is unknown to the chart, which renders no encryption: "
        "pods talk in clear text"
    )
