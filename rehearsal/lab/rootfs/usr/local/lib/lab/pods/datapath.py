"""The pod network of one host, without eBPF: Cilium's interfaces by their names, VXLAN between
hosts, the pod ranges of all nodes as routes.

A pod's packet goes cilium_host -> cilium_vxlan (UDP 8472) -> cilium_wg0 (UDP 51871) -> private
network. The limit sits on the pod's route, as in cilium `pkg/mtu/mtu.go`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from . import commands, interfaces
from .commands import run

HOST, HOST_PEER, TUNNEL = "cilium_host", "cilium_net", "cilium_vxlan"
TUNNEL_PORT = 8472
TUNNEL_ID = 2
TUNNEL_OVERHEAD = 50
WIREGUARD_OVERHEAD = 95
ENCRYPTED_TABLE = 201
"""Routing table of packets that WireGuard takes [cilium `pkg/datapath/linux/linux_defaults`]."""
RULE = ("ipproto", "17", "dport", str(TUNNEL_PORT), "lookup", str(ENCRYPTED_TABLE))
"""Which packets: UDP (by its number, for the host has no /etc/protocols) to the tunnel's port."""


@dataclass(frozen=True)
class Datapath:
    """What one host is told of the network."""

    node_ip: IPv4Address
    pods: IPv4Network
    """The addresses of its own pods."""
    mtu: int
    """Base, in bytes."""
    encrypted: bool

    @property
    def route_mtu(self) -> int:
        """Bytes that a pod's packet to another node may have."""
        return self.mtu - TUNNEL_OVERHEAD - (WIREGUARD_OVERHEAD if self.encrypted else 0)

    def up(self) -> None:
        """Make the interfaces, anew where there were some."""
        down()
        run("ip", "link", "add", HOST, "mtu", str(self.mtu), "type", "veth", "peer", HOST_PEER)
        for name in (HOST, HOST_PEER):
            run("ip", "link", "set", name, "arp", "off", "mtu", str(self.mtu), "up")
        run("ip", "address", "add", f"{router(self.pods)}/32", "dev", HOST)
        run("ip", "link", "add", TUNNEL, "type", "vxlan", "id", str(TUNNEL_ID),
            "dstport", str(TUNNEL_PORT), "nolearning", "local", str(self.node_ip))  # fmt: skip
        run("ip", "link", "set", TUNNEL, "address", hardware(self.node_ip), "mtu", str(self.mtu),
            "up")  # fmt: skip
        run("ip", "route", "replace", str(self.pods), "dev", HOST)

    def encrypt(self, device: str) -> None:
        """Send what goes through the tunnel through `device` as well. Answers come out of it from
        addresses that are elsewhere by the routes: no filter may mind, as `cilium-sysctlfix` sees
        to on real nodes."""
        for name in ("all", device):
            Path(f"/proc/sys/net/ipv4/conf/{name}/rp_filter").write_text("0", encoding="ascii")
        run("ip", "rule", "add", *RULE)
        run("ip", "route", "replace", "default", "dev", device, "table", str(ENCRYPTED_TABLE))

    def connect(self, peers: Mapping[IPv4Address, IPv4Network]) -> None:
        """Routes to the pods of exactly these nodes (private address -> pod range)."""
        wanted = {str(pods): address for address, pods in peers.items()}
        for gone in set(remote_ranges()) - set(wanted):
            run("ip", "route", "delete", gone, "dev", TUNNEL)
        for pods, address in wanted.items():
            gateway = router(IPv4Network(pods))
            run("ip", "neighbor", "replace", str(gateway), "lladdr", hardware(address),
                "dev", TUNNEL, "nud", "permanent")  # fmt: skip
            run("bridge", "fdb", "replace", hardware(address), "dev", TUNNEL, "dst", str(address))
            run("ip", "route", "replace", pods, "via", str(gateway), "dev", TUNNEL, "onlink",
                "src", str(router(self.pods)), "mtu", str(self.route_mtu))  # fmt: skip


def down() -> None:
    """Nothing of it, whatever there was."""
    while commands.succeeds("ip", "rule", "delete", *RULE):
        pass
    for name in (HOST, TUNNEL):
        commands.succeeds("ip", "link", "delete", name)


def router(pods: IPv4Network) -> IPv4Address:
    """The host's own address among its pods: not the first one, which is a gateway's elsewhere."""
    return pods.broadcast_address - 1


def hardware(address: IPv4Address) -> str:
    """The tunnel's hardware address on the node with that private address."""
    return ":".join(f"{byte:02x}" for byte in (2, 0, *address.packed))


def swallowed(address: str) -> IPv4Network | None:
    """The pod range that this host takes `address` for, if any. Holds without the API."""
    wanted = IPv4Address(address)
    own = wanted.is_loopback or _is_own(address)
    blocks = (IPv4Network(text) for text in _ranges())
    return None if own else next((block for block in blocks if wanted in block), None)


def overlap(host: str) -> str:
    """Why this host's own routes keep it from the API at `host`, to follow a failure; or empty."""
    try:
        block = swallowed(host)
    except (ValueError, commands.Failed):  # a name instead of an address; no answer
        return ""
    return f": Cilium gave {block} to pods, and addresses of nodes are in it" if block else ""


def _is_own(address: str) -> bool:
    try:
        return bool(interfaces.holding(address))
    except commands.Failed:
        return False


def remote_ranges() -> Iterator[str]:
    """The pod ranges of other nodes for which there is a route."""
    return _routes(TUNNEL)


def _ranges() -> Iterator[str]:
    yield from _routes(HOST)
    yield from _routes(TUNNEL)


def _routes(device: str) -> Iterator[str]:
    if commands.succeeds("ip", "link", "show", device):
        for route in commands.ip("route", "show", "dev", device):
            if "/" in route["dst"]:
                yield route["dst"]
