"""The lab's network: one namespace for the operator, one for the router, one per host, links
between them, and no link to anything else.
"""

import shutil
import threading
from collections.abc import Iterable
from ipaddress import IPv4Address
from pathlib import Path

from rehearsal.hetzner.records import NetworkAttachment, NetworkRecord, ServerRecord
from rehearsal.lab.fabric import links, namespaces, ruleset
from rehearsal.lab.fabric.capture import Capture
from rehearsal.lab.fabric.namespaces import FabricError, ip

__all__ = ["MEMORY", "SERVICES", "Capture", "Fabric", "FabricError"]

SERVICES = IPv4Address("198.18.0.1")
"""Where the lab's own services listen, in the operator's namespace (RFC 2544)."""
MEMORY = Path("/dev/shm")
"""Where hosts have their disks on a machine whose own files are on overlayfs."""
UPLINK = "uplink"
"""The operator's link to the router."""
ROUTER_SETTINGS = {
    "ipv4.ip_forward": "1",
    "ipv4.conf.all.rp_filter": "0",
    "ipv4.conf.default.rp_filter": "0",
    "ipv4.conf.default.arp_ignore": "1",
    "ipv4.conf.default.arp_announce": "2",
    "ipv4.conf.all.send_redirects": "0",
    "ipv4.conf.default.send_redirects": "0",
    "ipv6.conf.all.disable_ipv6": "1",
    "ipv6.conf.default.disable_ipv6": "1",
}
"""arp_ignore 1: a port answers for its own address, the gateway's, and no other."""


class Fabric:
    """The network of one lab. Every method may be called again; all need root.

    Calls may come from any thread, and from any network namespace of the machine's mount namespace.
    """

    def __init__(self, lab_id: str, operator: IPv4Address) -> None:
        """`lab_id` (6 hex digits) is in the name of everything that is made; `operator` is the
        address from which the rehearsal reaches hosts."""
        self.lab_id = lab_id
        self.prefix = f"sov-{lab_id}-"
        self.operator = operator
        self.operator_namespace = f"{self.prefix}operator"
        self.router_namespace = f"{self.prefix}router"
        self._stateful: bool | None = None
        self._lock = threading.RLock()

    def host_namespace(self, server_id: int) -> str:
        """The name of a host's network namespace, whether it is there or not."""
        return f"{self.prefix}h{server_id}"

    def up(self) -> None:
        """Make the operator's namespace and the router; hosts are connected later."""
        with self._lock:
            if self._is_up():
                return
            for name in (self.operator_namespace, self.router_namespace):
                namespaces.remove(name)
                ip([f"netns add {name}"])
            namespaces.set_kernel(self.router_namespace, ROUTER_SETTINGS)
            ip(
                [
                    links.pair(
                        (UPLINK, self.operator_namespace),
                        (ruleset.OPERATOR, self.router_namespace),
                    )
                ]
            )
            ip(
                [
                    "link set lo up",
                    f"addr add {SERVICES}/32 dev lo",
                    f"link set {UPLINK} up",
                    f"addr add {self.operator}/32 dev {UPLINK}",
                    f"route add {links.PUBLIC_GATEWAY} dev {UPLINK} scope link",
                    f"route add default via {links.PUBLIC_GATEWAY} src {self.operator}",
                ],
                self.operator_namespace,
            )
            ip(
                [
                    "link set lo up",
                    f"link set {ruleset.OPERATOR} up",
                    f"addr add {links.PUBLIC_GATEWAY}/32 dev {ruleset.OPERATOR}",
                    "route add blackhole default",
                    f"route add {self.operator}/32 dev {ruleset.OPERATOR}",
                    f"route add {SERVICES}/32 dev {ruleset.OPERATOR}",
                ],
                self.router_namespace,
            )
            self.filter(())

    def down(self) -> None:
        """Remove all that carries this lab's name; first goes what runs there, but for the caller.
        Nothing is fine."""
        with self._lock:
            self.remove_hosts()
            for name in (self.router_namespace, self.operator_namespace):
                if namespaces.exists(name):
                    namespaces.end_processes(name)
                namespaces.remove(name)

    def remove_hosts(self) -> None:
        """End all hosts, whoever made them, and what is kept of them in memory; the operator and
        the router stay."""
        with self._lock:
            for name in namespaces.names(f"{self.prefix}h"):
                self.disconnect(int(name.removeprefix(f"{self.prefix}h")))
            for directory in MEMORY.glob(f"{self.prefix}*"):
                shutil.rmtree(directory, ignore_errors=True)

    def connect(self, server: ServerRecord) -> None:
        """A namespace for the host with its public interface, if it has one. What was left of an
        earlier one goes first."""
        name = self.host_namespace(server.id)
        with self._lock:
            self.disconnect(server.id)
            links.prepare_host(name)
            if server.public_ipv4:
                links.connect_public(self.router_namespace, name, server.id, server.public_ipv4)

    def disconnect(self, server_id: int) -> None:
        """Remove the host's namespace and links; whatever still runs in it is killed."""
        name = self.host_namespace(server_id)
        with self._lock:
            if namespaces.exists(name):
                namespaces.end_processes(name)
            if namespaces.exists(self.router_namespace):
                suffix = f"-{server_id}"
                links.disconnect(
                    self.router_namespace,
                    lambda port: (
                        port == ruleset.public_port(server_id)
                        or (port.startswith(ruleset.PRIVATE) and port.endswith(suffix))
                    ),
                )
            namespaces.remove(name)

    def attach(
        self, server_id: int, network: NetworkRecord, attachment: NetworkAttachment, mtu: int
    ) -> None:
        """Plug in the host's interface of that network (MTU in bytes), unless it is there. One that
        a killed process left half done is made anew."""
        port = ruleset.private_port(network.id, server_id)
        with self._lock:
            if port in links.plugged_in(self.router_namespace):
                links.route_private(self.router_namespace, server_id, attachment)
                return
            self.detach(server_id, network.id)
            name = self.host_namespace(server_id)
            links.connect_private(self.router_namespace, name, server_id, network, attachment, mtu)

    def attached(self, server_id: int) -> set[int]:
        """The networks that the host has an interface in, half done or not."""
        ports = links.links(self.router_namespace)
        split = [port.removeprefix(ruleset.PRIVATE).partition("-") for port in ports]
        return {int(network) for network, _, server in split if server == str(server_id)}

    def detach(self, server_id: int, network_id: int) -> None:
        """Pull it out."""
        with self._lock:
            port = ruleset.private_port(network_id, server_id)
            links.disconnect(self.router_namespace, lambda name: name == port)

    def route(self, server_id: int, attachment: NetworkAttachment) -> None:
        """Lead the attachment's addresses, aliases included, to the host, and no others."""
        port = ruleset.private_port(attachment.network_id, server_id)
        with self._lock:
            if port in links.links(self.router_namespace):
                links.route_private(self.router_namespace, server_id, attachment)

    def filter(self, servers: Iterable[ServerRecord], closed_ports: Iterable[int] = ()) -> None:
        """Put the firewalls of all servers in force, in one transaction, and with them the
        addresses that each may use."""
        known, closed = list(servers), list(closed_ports)
        with self._lock:
            if self._stateful is None:
                self._stateful = self._tracks_connections()
            self._load(ruleset.render(known, closed, stateful=self._stateful))

    def capture(self) -> Capture:
        """Frames that hosts send into the private network, for the time of a `with` block."""
        return Capture(namespaces.path(self.router_namespace), prefix=ruleset.PRIVATE)

    def capture_outside(self) -> Capture:
        """Frames in the namespace that the caller is in: called outside the lab, none of the lab's
        may be among them."""
        return Capture(namespaces.CALLER, incoming_only=False)

    def _is_up(self) -> bool:
        both = (self.operator_namespace, self.router_namespace)
        return all(namespaces.exists(name) for name in both) and ruleset.OPERATOR in links.links(
            self.router_namespace
        )

    def _tracks_connections(self) -> bool:
        try:
            self._load(ruleset.render((), stateful=True))
        except FabricError:
            return False
        return True

    def _load(self, rules: str) -> None:
        router = namespaces.path(self.router_namespace)
        namespaces.command(["nsenter", f"--net={router}", "nft", "-f", "-"], rules)
