"""What follows from the state: who is attached, applied, placed and assigned where. Pure."""

from collections.abc import Iterator

from rehearsal.hetzner.core.labels import matches
from rehearsal.hetzner.model import Attachment, Firewall, LoadBalancer, PrimaryIp, Server, Target
from rehearsal.hetzner.state import HetznerState


def servers_in_network(state: HetznerState, network: int) -> list[Server]:
    """Servers attached to the network."""
    return [s for s in state.servers.values() if attachment_of(s, network)]


def load_balancers_in_network(state: HetznerState, network: int) -> list[LoadBalancer]:
    """Load balancers attached to the network."""
    return [b for b in state.load_balancers.values() if attachment_of(b, network)]


def attachments_in_network(state: HetznerState, network: int) -> Iterator[Attachment]:
    """Every attachment to the network, of servers and load balancers alike."""
    machines: list[Server | LoadBalancer] = [
        *state.servers.values(),
        *state.load_balancers.values(),
    ]
    for machine in machines:
        yield from (a for a in machine.attachments if a.network == network)


def attachment_of(machine: Server | LoadBalancer, network: int) -> Attachment | None:
    """The machine's interface in the network."""
    return next((a for a in machine.attachments if a.network == network), None)


def firewalls_of(state: HetznerState, server: Server) -> list[Firewall]:
    """Firewalls applied to the server, directly or by a label selector."""
    return [
        firewall
        for firewall in state.firewalls.values()
        if server.id in firewall.servers
        or any(matches(selector, server.labels) for selector in firewall.selectors)
    ]


def servers_of_firewall(state: HetznerState, firewall: Firewall) -> list[Server]:
    """Servers that the firewall is applied to."""
    return [s for s in state.servers.values() if firewall in firewalls_of(state, s)]


def members_of_group(state: HetznerState, group: int) -> list[Server]:
    """Servers of a placement group."""
    return [s for s in state.servers.values() if s.placement_group == group]


def primary_ip_of(state: HetznerState, server: int, type_: str) -> PrimaryIp | None:
    """The server's public address of one type (``ipv4``, ``ipv6``)."""
    return next(
        (ip for ip in state.primary_ips.values() if ip.assignee == server and ip.type == type_),
        None,
    )


def has_public_interface(state: HetznerState, server: int) -> bool:
    """Whether the server has any public address."""
    return any(primary_ip_of(state, server, type_) for type_ in ("ipv4", "ipv6"))


def volumes_of(state: HetznerState, server: int) -> list[int]:
    """Ids of the volumes attached to the server."""
    return [volume.id for volume in state.volumes.values() if volume.server == server]


def servers_of_target(state: HetznerState, target: Target) -> list[Server]:
    """Servers that a load balancer's target stands for."""
    if target.selector is not None:
        selector = target.selector
        return [s for s in state.servers.values() if matches(selector, s.labels)]
    return [s for s in state.servers.values() if s.id == target.server]


def load_balancers_of(state: HetznerState, server: Server) -> list[int]:
    """Ids of the load balancers that have the server as a target."""
    return [
        balancer.id
        for balancer in state.load_balancers.values()
        if any(server in servers_of_target(state, target) for target in balancer.targets)
    ]
