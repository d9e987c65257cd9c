"""Load balancers: how they are shown and deleted, and their types."""

from rehearsal.hetzner.catalogue.load_balancer_types import (
    LOAD_BALANCER_TYPE,
    LOAD_BALANCER_TYPES,
    LoadBalancerType,
)
from rehearsal.hetzner.catalogue.locations import EVERYWHERE
from rehearsal.hetzner.catalogue.prices import INCLUDED_TRAFFIC, price_with_traffic
from rehearsal.hetzner.core import actions
from rehearsal.hetzner.core.errors import invalid_input, not_found
from rehearsal.hetzner.core.kind import Kind
from rehearsal.hetzner.core.listing import listed
from rehearsal.hetzner.core.routing import Answer, Json, Request, Route
from rehearsal.hetzner.model import LoadBalancer, Service, Target
from rehearsal.hetzner.project import Project
from rehearsal.hetzner.relations import servers_of_target
from rehearsal.hetzner.resources import locations


def _show_type(balancer_type: LoadBalancerType) -> Json:
    return {
        "id": balancer_type.id,
        "name": balancer_type.name,
        "description": balancer_type.name.upper(),
        "max_services": balancer_type.max_services,
        "max_targets": balancer_type.max_targets,
        "max_assigned_certificates": balancer_type.max_assigned_certificates,
        "max_connections": balancer_type.max_connections,
        "deprecated": None,
        "deprecation": None,
        "prices": [price_with_traffic(place, balancer_type.price) for place in EVERYWHERE],
    }


def chosen_type(wanted: int | str) -> LoadBalancerType:
    """The type a body names by id or name; ``invalid_input`` when there is none."""
    for balancer_type in LOAD_BALANCER_TYPES:
        if str(wanted) in (balancer_type.name, str(balancer_type.id)):
            return balancer_type
    raise invalid_input("load_balancer_type", f"load balancer type {wanted} not found")


def _show(project: Project, balancer: LoadBalancer) -> Json:
    return {
        "id": balancer.id,
        "name": balancer.name,
        "public_net": {
            "enabled": balancer.public_enabled,
            "ipv4": {"ip": balancer.ipv4, "dns_ptr": f"static.{balancer.ipv4}.example"},
            "ipv6": {"ip": f"{balancer.ipv6}1", "dns_ptr": None},
        },
        "private_net": [{"network": a.network, "ip": a.ip} for a in balancer.attachments],
        "location": locations.shown(balancer.location),
        "load_balancer_type": _show_type(LOAD_BALANCER_TYPE[balancer.load_balancer_type]),
        "protection": {"delete": balancer.protected},
        "labels": balancer.labels,
        "created": balancer.created,
        "services": [_show_service(service) for service in balancer.services],
        "targets": [_show_target(project, balancer, target) for target in balancer.targets],
        "algorithm": {"type": balancer.algorithm},
        "included_traffic": INCLUDED_TRAFFIC,
        "outgoing_traffic": None,
        "ingoing_traffic": None,
    }


def _show_service(service: Service) -> Json:
    shown = {
        "protocol": service.protocol,
        "listen_port": service.listen_port,
        "destination_port": service.destination_port,
        "proxyprotocol": service.proxyprotocol,
        "health_check": _without_none(vars(service.health_check)),
    }
    return {**shown, "http": service.http} if service.http else shown


def _show_target(project: Project, balancer: LoadBalancer, target: Target) -> Json:
    health = [
        {"listen_port": service.listen_port, "status": "unknown"} for service in balancer.services
    ]
    shown: Json = {"type": target.type, "use_private_ip": target.use_private_ip}
    if target.type == "label_selector":
        shown["label_selector"] = {"selector": target.selector}
        shown["targets"] = [
            {
                "type": "server",
                "server": {"id": server.id},
                "health_status": health,
                "use_private_ip": target.use_private_ip,
            }
            for server in servers_of_target(project.state, target)
        ]
        return shown
    shown["health_status"] = health
    if target.type == "ip":
        shown["ip"] = {"ip": target.ip}
    else:
        shown["server"] = {"id": target.server}
    return shown


def _without_none(fields: Json) -> Json:
    return {name: value for name, value in fields.items() if value is not None}


LOAD_BALANCERS = Kind("load_balancer", "load_balancers", lambda state: state.load_balancers, _show)


def _delete(project: Project, request: Request) -> Answer:
    """Answers 201 and an action since 2026-10-05 (hcloud-go v2.52.0)."""
    balancer = LOAD_BALANCERS.find(project, request.id)
    LOAD_BALANCERS.check_deletable(balancer)
    del project.state.load_balancers[balancer.id]
    action = project.start("delete_load_balancer", ("load_balancer", balancer.id))
    return actions.accepted(project, action)


def _list_types(_project: Project, request: Request) -> Answer:
    return listed(request, "load_balancer_types", map(_show_type, LOAD_BALANCER_TYPES))


def _get_type(_project: Project, request: Request) -> Answer:
    for balancer_type in LOAD_BALANCER_TYPES:
        if balancer_type.id == request.id:
            return Answer(200, {"load_balancer_type": _show_type(balancer_type)})
    raise not_found("load_balancer_type", request.id)


ROUTES = (
    *LOAD_BALANCERS.routes(),
    LOAD_BALANCERS.protection_route(),
    Route("DELETE", "/load_balancers/{id}", _delete),
    Route("GET", "/load_balancer_types", _list_types),
    Route("GET", "/load_balancer_types/{id}", _get_type),
)
