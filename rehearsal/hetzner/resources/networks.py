"""Private networks: RFC 1918, at least /24, 50 subnets, 100 routes, 100 attachments."""

from rehearsal.hetzner.core import actions
from rehearsal.hetzner.core.addresses import gateway, private_range
from rehearsal.hetzner.core.bodies import Body, Labels, Name, Update, parse
from rehearsal.hetzner.core.errors import ApiError, invalid_input
from rehearsal.hetzner.core.kind import Kind
from rehearsal.hetzner.core.listing import listed
from rehearsal.hetzner.core.routing import Answer, Json, Request, Route
from rehearsal.hetzner.model import LoadBalancer, Network, Server
from rehearsal.hetzner.project import Project
from rehearsal.hetzner.records import Lifecycle
from rehearsal.hetzner.relations import (
    attachments_in_network,
    load_balancers_in_network,
    servers_in_network,
)
from rehearsal.hetzner.resources.routes import RouteBody, checked_route
from rehearsal.hetzner.resources.subnets import SubnetBody, checked_subnet, subnet_of

ATTACHMENTS_PER_NETWORK = 100
SMALLEST_NETWORK = 24


class CreateNetwork(Body):
    """``POST /networks``."""

    name: Name
    ip_range: str
    labels: Labels = {}
    subnets: list[SubnetBody] = []
    routes: list[RouteBody] = []
    expose_routes_to_vswitch: bool = False


class UpdateNetwork(Update):
    """``PUT /networks/{id}``."""

    expose_routes_to_vswitch: bool | None = None


class ChangeIpRange(Body):
    """``change_ip_range``."""

    ip_range: str


def _show(project: Project, network: Network) -> Json:
    state = project.state
    return {
        "id": network.id,
        "name": network.name,
        "ip_range": network.ip_range,
        "subnets": [
            {
                "type": subnet.type,
                "ip_range": subnet.ip_range,
                "network_zone": subnet.network_zone,
                "gateway": str(gateway(network)),
                "vswitch_id": subnet.vswitch_id,
            }
            for subnet in network.subnets
        ],
        "routes": [{"destination": r.destination, "gateway": r.gateway} for r in network.routes],
        "servers": [server.id for server in servers_in_network(state, network.id)],
        "load_balancers": [b.id for b in load_balancers_in_network(state, network.id)],
        "protection": {"delete": network.protected},
        "labels": network.labels,
        "created": network.created,
        "expose_routes_to_vswitch": network.expose_routes_to_vswitch,
    }


def _expose(_project: Project, network: Network, update: Update) -> None:
    assert isinstance(update, UpdateNetwork)
    if update.expose_routes_to_vswitch is not None:
        network.expose_routes_to_vswitch = update.expose_routes_to_vswitch


NETWORKS = Kind(
    "network", "networks", lambda state: state.networks, _show, _expose, update=UpdateNetwork
)


def check_room(project: Project, network: Network) -> None:
    """``resource_limit_exceeded`` when 100 servers and load balancers are attached already."""
    attached = sum(1 for _ in attachments_in_network(project.state, network.id))
    if attached >= ATTACHMENTS_PER_NETWORK:
        raise ApiError(
            "resource_limit_exceeded",
            f"network {network.id} has {attached} attached resources, the limit is "
            f"{ATTACHMENTS_PER_NETWORK}",
        )


def _create(project: Project, request: Request) -> Answer:
    body = parse(CreateNetwork, request.body)
    NETWORKS.check_name(project, body.name)
    private_range("ip_range", body.ip_range, longest=SMALLEST_NETWORK)
    network = Network(
        id=project.state.new_id(),
        name=body.name,
        created=project.now(),
        labels=body.labels,
        ip_range=body.ip_range,
        expose_routes_to_vswitch=body.expose_routes_to_vswitch,
    )
    for subnet in body.subnets:
        network.subnets.append(checked_subnet(network, subnet))
    for route in body.routes:
        network.routes.append(checked_route(network, route))
    return Answer(201, NETWORKS.body(project, NETWORKS.add(project, network)))


def _delete(project: Project, request: Request) -> Answer:
    """What is attached is detached by that."""
    network = NETWORKS.find(project, request.id)
    NETWORKS.check_deletable(network)
    for server in servers_in_network(project.state, network.id):
        server.attachments = [a for a in server.attachments if a.network != network.id]
        project.tell(Lifecycle.DETACHED, server, network.id)
    for balancer in load_balancers_in_network(project.state, network.id):
        balancer.attachments = [a for a in balancer.attachments if a.network != network.id]
    del project.state.networks[network.id]
    return Answer(204)


def _members(project: Project, request: Request) -> Answer:
    """What is attached, with its addresses (hcloud-go v2.49.0)."""
    network = NETWORKS.find(project, request.id)
    attached: list[tuple[str, Server | LoadBalancer]] = [
        *(("server", s) for s in servers_in_network(project.state, network.id)),
        *(("load_balancer", b) for b in load_balancers_in_network(project.state, network.id)),
    ]
    return listed(
        request,
        "members",
        [
            {
                "type": type_,
                "id": machine.id,
                "ip": attachment.ip,
                "alias_ips": attachment.alias_ips,
                "subnet": subnet_of(network, attachment.ip),
                "status": "ok",
            }
            for type_, machine in attached
            for attachment in machine.attachments
            if attachment.network == network.id
        ],
    )


def _add_subnet(project: Project, request: Request) -> Answer:
    network = NETWORKS.find(project, request.id)
    project.check_unlocked("network", network.id)
    network.subnets.append(checked_subnet(network, parse(SubnetBody, request.body)))
    return actions.accepted(project, project.start("add_subnet", ("network", network.id)))


def _delete_subnet(project: Project, request: Request) -> Answer:
    """Refused as the real provider knows it: ``service_error`` (TF ``resource_subnet.go``)."""
    network = NETWORKS.find(project, request.id)
    project.check_unlocked("network", network.id)
    ip_range = parse(ChangeIpRange, request.body).ip_range
    subnet = next((s for s in network.subnets if s.ip_range == ip_range), None)
    if subnet is None:
        raise invalid_input("ip_range", f"subnet {ip_range} not found")
    range_ = private_range("ip_range", ip_range, longest=32)
    for attachment in attachments_in_network(project.state, network.id):
        if private_range("ip", attachment.ip, longest=32).subnet_of(range_):
            raise ApiError("service_error", "network has attached resources", status=422)
    network.subnets.remove(subnet)
    return actions.accepted(project, project.start("delete_subnet", ("network", network.id)))


def _add_route(project: Project, request: Request) -> Answer:
    network = NETWORKS.find(project, request.id)
    project.check_unlocked("network", network.id)
    network.routes.append(checked_route(network, parse(RouteBody, request.body)))
    return actions.accepted(project, project.start("add_route", ("network", network.id)))


def _delete_route(project: Project, request: Request) -> Answer:
    network = NETWORKS.find(project, request.id)
    project.check_unlocked("network", network.id)
    body = parse(RouteBody, request.body)
    wanted = (body.destination, body.gateway)
    route = next((r for r in network.routes if (r.destination, r.gateway) == wanted), None)
    if route is None:
        raise invalid_input("destination", f"route {body.destination} not found")
    network.routes.remove(route)
    return actions.accepted(project, project.start("delete_route", ("network", network.id)))


def _change_ip_range(project: Project, request: Request) -> Answer:
    """A range can only grow, and only by a shorter mask on the same first address."""
    network = NETWORKS.find(project, request.id)
    project.check_unlocked("network", network.id)
    text = parse(ChangeIpRange, request.body).ip_range
    wider = private_range("ip_range", text, longest=SMALLEST_NETWORK)
    current = private_range("ip_range", network.ip_range, longest=SMALLEST_NETWORK)
    if wider[0] != current[0] or not current.subnet_of(wider):
        raise invalid_input("ip_range", f"{text} does not extend {network.ip_range}")
    network.ip_range = text
    return actions.accepted(project, project.start("change_ip_range", ("network", network.id)))


ROUTES = (
    *NETWORKS.routes(),
    NETWORKS.protection_route(),
    Route("GET", "/networks/{id}/members", _members),
    Route("POST", "/networks", _create),
    Route("DELETE", "/networks/{id}", _delete),
    Route("POST", "/networks/{id}/actions/add_subnet", _add_subnet),
    Route("POST", "/networks/{id}/actions/delete_subnet", _delete_subnet),
    Route("POST", "/networks/{id}/actions/add_route", _add_route),
    Route("POST", "/networks/{id}/actions/delete_route", _delete_route),
    Route("POST", "/networks/{id}/actions/change_ip_range", _change_ip_range),
)
