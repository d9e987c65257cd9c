"""Links of hosts to the router, with Hetzner's layer-3 manners.

A host holds its addresses as /32 and reaches everything through a gateway that is on no subnet of
its own. The router answers ARP for the gateway only, knows a route to allocated addresses only, and
drops everything else without a word.
"""

import json
from collections.abc import Callable
from ipaddress import IPv4Network
from typing import Any

from rehearsal.hetzner.records import NetworkAttachment, NetworkRecord
from rehearsal.lab.fabric.namespaces import FabricError, command, ip, set_kernel
from rehearsal.lab.fabric.ruleset import private_port, public_port

PUBLIC_GATEWAY = "172.31.1.1"
PUBLIC_NIC = "eth0"
PUBLIC_MTU = 1500
FIRST_SLOT = 7
"""Private interfaces are enp7s0, enp8s0, … on Hetzner's newer types."""
TABLE_BASE = 1000
"""A private network's routing table on the router is this plus its id."""
HOST_SETTINGS = {
    "ipv6.conf.default.disable_ipv6": "1",
    "ipv4.conf.all.rp_filter": "2",
    "ipv4.conf.default.rp_filter": "2",
}
"""IPv6 is on the loopback only: the lab does not show it."""
PLUGGED_IN = "plugged in"
"""The alias of a router's port whose host has its address and routes, given last of all: a link
without it was left by a run that was killed half-way.
"""


def pair(one: tuple[str, str], other: tuple[str, str], address: str = "") -> str:
    """The line for `ip` that makes a link between (name, namespace) and (name, namespace)."""
    (name, namespace), (peer, peers) = one, other
    hardware = f"address {address} " if address else ""
    return f"link add {name} netns {namespace} type veth peer name {peer} {hardware}netns {peers}"


def prepare_host(namespace: str) -> None:
    """A new namespace for a host: loopback, and nothing else yet."""
    ip([f"netns add {namespace}"])
    set_kernel(namespace, HOST_SETTINGS)
    ip(["link set lo up"], namespace)


def connect_public(router: str, namespace: str, server_id: int, address: str) -> None:
    """The server's public interface."""
    port = public_port(server_id)
    ip([pair((port, router), (PUBLIC_NIC, namespace))])
    ip(
        [
            f"link set {PUBLIC_NIC} mtu {PUBLIC_MTU} up",
            f"addr add {address}/32 dev {PUBLIC_NIC}",
            f"route add {PUBLIC_GATEWAY} dev {PUBLIC_NIC} scope link",
            f"route add default via {PUBLIC_GATEWAY} dev {PUBLIC_NIC}",
        ],
        namespace,
    )
    ip(
        [
            f"link set {port} mtu {PUBLIC_MTU} up",
            f"addr add {PUBLIC_GATEWAY}/32 dev {port}",
            f"route add {address}/32 dev {port}",
        ],
        router,
    )


def connect_private(
    router: str,
    namespace: str,
    server_id: int,
    network: NetworkRecord,
    attachment: NetworkAttachment,
    mtu: int,
) -> None:
    """The server's interface in a private network, under the first free name of its kind.

    Alias addresses are routed to the host; to hold them is the host's own business.
    """
    port = private_port(network.id, server_id)
    nic = _free_name(namespace)
    gateway = IPv4Network(network.ip_range)[1]
    ip([pair((port, router), (nic, namespace), attachment.mac_address)])
    ip(
        [
            f"link set {port} mtu {mtu} up",
            f"addr add {gateway}/32 dev {port}",
            f"route replace blackhole default table {TABLE_BASE + network.id}",
        ],
        router,
    )
    _choose_table(router, network.id)
    route_private(router, server_id, attachment)
    ip(
        [
            f"link set {nic} mtu {mtu} up",
            f"addr add {attachment.ip}/32 dev {nic}",
            f"route add {gateway} dev {nic} scope link",
            f"route add {network.ip_range} via {gateway} dev {nic}",
        ],
        namespace,
    )
    command(["ip", "-netns", router, "link", "set", port, "alias", PLUGGED_IN])


def route_private(router: str, server_id: int, attachment: NetworkAttachment) -> None:
    """Lead the attachment's addresses, and no others, to the server.

    Hosts are routed by their network's table, the router's own ICMP messages by the main one.
    """
    port = private_port(attachment.network_id, server_id)
    addresses = (attachment.ip, *attachment.alias_ips)
    for table in (str(TABLE_BASE + attachment.network_id), "main"):
        held = _listed(router, "route", "show", "dev", port, "table", table)
        gone = [str(route["dst"]) for route in held if route["dst"] not in addresses]
        ip(
            [f"route del {address} dev {port} table {table}" for address in gone]
            + [f"route replace {address}/32 dev {port} table {table}" for address in addresses],
            router,
        )


def disconnect(router: str, chosen: Callable[[str], bool]) -> None:
    """Remove the chosen links of the router; the hosts' ends go with them."""
    for port in filter(chosen, links(router)):
        try:
            ip([f"link delete {port}"], router)
        except FabricError:
            if port in links(router):  # or its other end went a moment ago
                raise


def links(namespace: str) -> list[str]:
    """Names of the links in the namespace."""
    return [str(link["ifname"]) for link in _listed(namespace, "link", "show")]


def plugged_in(router: str) -> list[str]:
    """The router's ports of private networks that are whole."""
    shown = _listed(router, "link", "show")
    return [str(link["ifname"]) for link in shown if link.get("ifalias") == PLUGGED_IN]


def _choose_table(router: str, network_id: int) -> None:
    """Packets that the ruleset has marked with the network's id use its table."""
    marks = {str(rule.get("fwmark")) for rule in _listed(router, "rule", "show")}
    if hex(network_id) not in marks:
        ip([f"rule add fwmark {network_id} lookup {TABLE_BASE + network_id}"], router)


def _free_name(namespace: str) -> str:
    taken = links(namespace)
    slot = FIRST_SLOT
    while f"enp{slot}s0" in taken:
        slot += 1
    return f"enp{slot}s0"


def _listed(namespace: str, *words: str) -> list[dict[str, Any]]:
    printed = command(["ip", "-netns", namespace, "-json", *words])
    found: list[dict[str, Any]] = json.loads(printed or "[]")
    return found
