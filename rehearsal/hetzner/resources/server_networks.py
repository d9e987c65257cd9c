"""A server in private networks: attach, detach, alias IPs."""

from collections import Counter
from ipaddress import IPv4Network

from rehearsal.hetzner.catalogue.locations import LOCATION
from rehearsal.hetzner.core import actions
from rehearsal.hetzner.core.addresses import allocate, claim, mac_address
from rehearsal.hetzner.core.bodies import Body, parse
from rehearsal.hetzner.core.errors import ApiError, invalid_input
from rehearsal.hetzner.core.routing import Answer, Request, Route
from rehearsal.hetzner.model import Action, Attachment, Network, Server
from rehearsal.hetzner.project import Project
from rehearsal.hetzner.records import Lifecycle
from rehearsal.hetzner.relations import attachment_of
from rehearsal.hetzner.resources.networks import NETWORKS, check_room
from rehearsal.hetzner.resources.servers import SERVERS

NETWORKS_PER_SERVER = 3
ALIAS_IPS_PER_SERVER = 5


class AttachToNetwork(Body):
    """``attach_to_network``; without ``ip`` the API chooses one."""

    network: int
    ip: str | None = None
    ip_range: str | None = None
    alias_ips: list[str] = []


class DetachFromNetwork(Body):
    """``detach_from_network``."""

    network: int


class ChangeAliasIps(Body):
    """``change_alias_ips``: the given addresses replace those there are."""

    network: int
    alias_ips: list[str]


def check_attachable(project: Project, networks: list[int], zone: str) -> None:
    """Whether a new server in ``zone`` can be put into all of these networks."""
    if len(networks) > NETWORKS_PER_SERVER:
        raise invalid_input("networks", f"a server is in at most {NETWORKS_PER_SERVER} networks")
    found = [NETWORKS.referred(project, "networks", id_) for id_ in networks]
    if repeated := [id_ for id_, times in Counter(networks).items() if times > 1]:
        raise ApiError("server_already_attached", f"network {repeated[0]} was given twice")
    for position, network in enumerate(found):
        _check_disjoint(network, found[:position])
        check_room(project, network)
        allocate(project.state, network, zone)


def attach(
    project: Project,
    server: Server,
    id_: int,
    wanted: AttachToNetwork | None = None,
    *,
    after: Action | None = None,
) -> Action:
    """Put the server into the network; :class:`ApiError` when that is not possible."""
    wanted = wanted or AttachToNetwork(network=id_)
    state = project.state
    network = NETWORKS.referred(project, "network", id_)
    if attachment_of(server, id_):
        raise ApiError("server_already_attached", "server is already attached to the network")
    if len(server.attachments) >= NETWORKS_PER_SERVER:
        raise invalid_input("network", f"a server is in at most {NETWORKS_PER_SERVER} networks")
    _check_disjoint(network, [state.networks[a.network] for a in server.attachments])
    check_room(project, network)
    zone = LOCATION[server.location].network_zone
    attachment = Attachment(
        network=id_,
        ip=allocate(state, network, zone, ip=wanted.ip, ip_range=wanted.ip_range),
        mac_address=mac_address(state.new_id()),
        after_boot=server.status == "running",
    )
    attachment.alias_ips = _aliases(project, network, attachment, wanted.alias_ips)
    server.attachments.append(attachment)
    project.tell(Lifecycle.ATTACHED, server, id_)
    resources = (("server", server.id), ("network", id_))
    return project.start("attach_to_network", *resources, after=after)


def _check_disjoint(network: Network, others: list[Network]) -> None:
    for other in others:
        if IPv4Network(network.ip_range).overlaps(IPv4Network(other.ip_range)):
            raise ApiError("networks_overlap", f"{network.ip_range} overlaps {other.ip_range}")


def _aliases(
    project: Project, network: Network, attachment: Attachment, wanted: list[str]
) -> list[str]:
    if len(wanted) > ALIAS_IPS_PER_SERVER:
        raise invalid_input("alias_ips", f"a server has at most {ALIAS_IPS_PER_SERVER} alias IPs")
    if attachment.ip in wanted or len(set(wanted)) < len(wanted):
        raise ApiError("ip_not_available", "an alias IP was given twice or is the server's own")
    kept = attachment.alias_ips
    return [
        ip if ip in kept else claim(project.state, network, network.subnets, ip) for ip in wanted
    ]


def _attach(project: Project, request: Request) -> Answer:
    server = SERVERS.find(project, request.id)
    project.check_unlocked("server", server.id)
    wanted = parse(AttachToNetwork, request.body)
    return actions.accepted(project, attach(project, server, wanted.network, wanted))


def _attached(server: Server, network: int) -> Attachment:
    if not (attachment := attachment_of(server, network)):
        raise ApiError("not_found", f"server is not attached to network {network}")
    return attachment


def _detach(project: Project, request: Request) -> Answer:
    server = SERVERS.find(project, request.id)
    project.check_unlocked("server", server.id)
    network = parse(DetachFromNetwork, request.body).network
    server.attachments.remove(_attached(server, network))
    project.tell(Lifecycle.DETACHED, server, network)
    action = project.start("detach_from_network", ("server", server.id), ("network", network))
    return actions.accepted(project, action)


def _change_alias_ips(project: Project, request: Request) -> Answer:
    server = SERVERS.find(project, request.id)
    project.check_unlocked("server", server.id)
    body = parse(ChangeAliasIps, request.body)
    attachment = _attached(server, body.network)
    network = NETWORKS.find(project, body.network)
    attachment.alias_ips = _aliases(project, network, attachment, body.alias_ips)
    project.tell(Lifecycle.ALIASES_CHANGED, server, network.id)
    action = project.start("change_alias_ips", ("server", server.id), ("network", network.id))
    return actions.accepted(project, action)


ROUTES = (
    Route("POST", "/servers/{id}/actions/attach_to_network", _attach),
    Route("POST", "/servers/{id}/actions/detach_from_network", _detach),
    Route("POST", "/servers/{id}/actions/change_alias_ips", _change_alias_ips),
)
