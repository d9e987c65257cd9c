"""A load balancer's creation, network, public interface, type and algorithm."""

from typing import Literal

from rehearsal.hetzner.catalogue.locations import LOCATION, LOCATIONS
from rehearsal.hetzner.core import actions
from rehearsal.hetzner.core.addresses import allocate, mac_address, public_ipv4, public_ipv6
from rehearsal.hetzner.core.bodies import Body, IdOrName, Labels, Name, parse
from rehearsal.hetzner.core.errors import ApiError, invalid_input
from rehearsal.hetzner.core.routing import Answer, Request, Route
from rehearsal.hetzner.model import Attachment, LoadBalancer
from rehearsal.hetzner.project import Project
from rehearsal.hetzner.relations import attachment_of
from rehearsal.hetzner.resources import locations
from rehearsal.hetzner.resources.load_balancer_services import ServiceBody, add_service
from rehearsal.hetzner.resources.load_balancer_targets import TargetBody, add_target
from rehearsal.hetzner.resources.load_balancers import LOAD_BALANCERS, chosen_type
from rehearsal.hetzner.resources.networks import NETWORKS, check_room

LOAD_BALANCERS_PER_PROJECT = 20


class Algorithm(Body):
    """``change_algorithm``."""

    type: Literal["round_robin", "least_connections"]


class CreateLoadBalancer(Body):
    """``POST /load_balancers``: in a location, or anywhere in a network zone.

    ``public_net`` (existing primary IPs, since 2026-10-05) is not simulated and refused.
    """

    name: Name
    load_balancer_type: IdOrName
    location: IdOrName | None = None
    network_zone: str | None = None
    network: int | None = None
    public_interface: bool = True
    algorithm: Algorithm = Algorithm(type="round_robin")
    labels: Labels = {}
    services: list[ServiceBody] = []
    targets: list[TargetBody] = []
    public_net: object = None


class AttachToNetwork(Body):
    """``attach_to_network``."""

    network: int
    ip: str | None = None
    ip_range: str | None = None


class DetachFromNetwork(Body):
    """``detach_from_network``."""

    network: int


class ChangeType(Body):
    """``change_type``."""

    load_balancer_type: IdOrName


def _attach_to(project: Project, balancer: LoadBalancer, wanted: AttachToNetwork) -> None:
    network = NETWORKS.referred(project, "network", wanted.network)
    if balancer.attachments:
        raise ApiError("load_balancer_already_attached", "load balancer is already attached")
    check_room(project, network)
    zone = LOCATION[balancer.location].network_zone
    attachment = Attachment(
        network=network.id,
        ip=allocate(project.state, network, zone, ip=wanted.ip, ip_range=wanted.ip_range),
        mac_address=mac_address(project.state.new_id()),
    )
    balancer.attachments.append(attachment)


def _location(body: CreateLoadBalancer) -> str:
    if body.location is not None:
        return locations.chosen("location", body.location).name
    for location in LOCATIONS:
        if location.network_zone == body.network_zone:
            return location.name
    raise invalid_input("location", "or a known network_zone is required")


def _create(project: Project, request: Request) -> Answer:
    """The load balancer joins the project after its network, services and targets are checked."""
    body = parse(CreateLoadBalancer, request.body)
    if body.public_net is not None:
        raise ApiError("unsupported_error", "existing primary IPs are not simulated")
    LOAD_BALANCERS.check_name(project, body.name)
    if len(project.state.load_balancers) >= LOAD_BALANCERS_PER_PROJECT:
        raise ApiError("resource_limit_exceeded", "load balancer limit exceeded")
    id_ = project.state.new_id()
    balancer = LoadBalancer(
        id=id_,
        name=body.name,
        created=project.now(),
        labels=body.labels,
        load_balancer_type=chosen_type(body.load_balancer_type).name,
        location=_location(body),
        ipv4=public_ipv4(project.state),
        ipv6=public_ipv6(id_),
        public_enabled=body.public_interface,
        algorithm=body.algorithm.type,
    )
    if body.network is not None:
        _attach_to(project, balancer, AttachToNetwork(network=body.network))
    for service in body.services:
        add_service(balancer, service)
    for target in body.targets:
        add_target(project, balancer, target)
    LOAD_BALANCERS.add(project, balancer)
    action = project.start("create_load_balancer", ("load_balancer", id_))
    shown = actions.shown(project, action)
    return Answer(201, {**LOAD_BALANCERS.body(project, balancer), "action": shown})


def _accepted(project: Project, command: str, balancer: LoadBalancer) -> Answer:
    return actions.accepted(project, project.start(command, ("load_balancer", balancer.id)))


def _attach(project: Project, request: Request) -> Answer:
    balancer = LOAD_BALANCERS.find(project, request.id)
    project.check_unlocked("load_balancer", balancer.id)
    _attach_to(project, balancer, parse(AttachToNetwork, request.body))
    return _accepted(project, "attach_to_network", balancer)


def _detach(project: Project, request: Request) -> Answer:
    balancer = LOAD_BALANCERS.find(project, request.id)
    network = parse(DetachFromNetwork, request.body).network
    if not (attachment := attachment_of(balancer, network)):
        raise ApiError("not_found", f"load balancer is not attached to network {network}")
    balancer.attachments.remove(attachment)
    return _accepted(project, "detach_from_network", balancer)


def _enable_public(project: Project, request: Request) -> Answer:
    balancer = LOAD_BALANCERS.find(project, request.id)
    balancer.public_enabled = True
    return _accepted(project, "enable_public_interface", balancer)


def _disable_public(project: Project, request: Request) -> Answer:
    balancer = LOAD_BALANCERS.find(project, request.id)
    if not balancer.attachments:
        raise ApiError(
            "load_balancer_not_attached_to_network", "load balancer is not attached to a network"
        )
    if any(not target.use_private_ip for target in balancer.targets):
        raise ApiError("targets_without_use_private_ip", "a target uses the public IP")
    balancer.public_enabled = False
    return _accepted(project, "disable_public_interface", balancer)


def _change_type(project: Project, request: Request) -> Answer:
    balancer = LOAD_BALANCERS.find(project, request.id)
    wanted = chosen_type(parse(ChangeType, request.body).load_balancer_type)
    too_many = len(balancer.services) > wanted.max_services
    if too_many or len(balancer.targets) > wanted.max_targets:
        raise ApiError("invalid_load_balancer_type", f"{wanted.name} is too small")
    balancer.load_balancer_type = wanted.name
    return _accepted(project, "change_load_balancer_type", balancer)


def _change_algorithm(project: Project, request: Request) -> Answer:
    balancer = LOAD_BALANCERS.find(project, request.id)
    balancer.algorithm = parse(Algorithm, request.body).type
    return _accepted(project, "change_algorithm", balancer)


_PATH = "/load_balancers/{id}/actions"

ROUTES = (
    Route("POST", "/load_balancers", _create),
    Route("POST", f"{_PATH}/attach_to_network", _attach),
    Route("POST", f"{_PATH}/detach_from_network", _detach),
    Route("POST", f"{_PATH}/enable_public_interface", _enable_public),
    Route("POST", f"{_PATH}/disable_public_interface", _disable_public),
    Route("POST", f"{_PATH}/change_type", _change_type),
    Route("POST", f"{_PATH}/change_algorithm", _change_algorithm),
)
