"""A load balancer's targets: servers, label selectors, addresses outside the cloud."""

from typing import Literal

from rehearsal.hetzner.catalogue.load_balancer_types import LOAD_BALANCER_TYPE
from rehearsal.hetzner.core import actions
from rehearsal.hetzner.core.bodies import Body, Identity, LabelSelector, parse
from rehearsal.hetzner.core.errors import ApiError, invalid_input
from rehearsal.hetzner.core.routing import Answer, Request, Route
from rehearsal.hetzner.model import LoadBalancer, Target
from rehearsal.hetzner.project import Project
from rehearsal.hetzner.relations import attachment_of, primary_ip_of
from rehearsal.hetzner.resources.load_balancers import LOAD_BALANCERS
from rehearsal.hetzner.resources.servers import SERVERS
from rehearsal.hetzner.state import HetznerState


class TargetIp(Body):
    """``{"ip": "203.0.113.1"}``."""

    ip: str


class TargetBody(Body):
    """A target in ``POST /load_balancers``, ``add_target`` and ``remove_target``."""

    type: Literal["server", "label_selector", "ip"]
    server: Identity | None = None
    label_selector: LabelSelector | None = None
    ip: TargetIp | None = None
    use_private_ip: bool = False

    def target(self) -> Target:
        """The target; ``invalid_input`` when the field that the type needs is missing."""
        if getattr(self, self.type) is None:
            raise invalid_input(self.type, f"is required for a target of type {self.type}")
        return Target(
            type=self.type,
            use_private_ip=self.use_private_ip,
            server=self.server.id if self.server else None,
            selector=self.label_selector.selector if self.label_selector else None,
            ip=self.ip.ip if self.ip else None,
        )


def add_target(project: Project, balancer: LoadBalancer, body: TargetBody) -> None:
    """Add the target, or :class:`ApiError` why the load balancer cannot have it."""
    target = body.target()
    limit = LOAD_BALANCER_TYPE[balancer.load_balancer_type].max_targets
    if len(balancer.targets) >= limit:
        raise ApiError("resource_limit_exceeded", f"a load balancer has at most {limit} targets")
    if any(_same(target, other) for other in balancer.targets):
        raise ApiError("target_already_defined", "target already defined")
    if target.use_private_ip and not balancer.attachments:
        raise ApiError(
            "load_balancer_not_attached_to_network", "load balancer is not attached to a network"
        )
    if target.server is not None:
        _check_server(project, balancer, target.server, private=target.use_private_ip)
    if target.ip is not None and _is_cloud_address(project.state, target.ip):
        raise ApiError("cloud_resource_ip_not_allowed", f"{target.ip} is a cloud address")
    balancer.targets.append(target)


def _check_server(project: Project, balancer: LoadBalancer, id_: int, *, private: bool) -> None:
    server = SERVERS.referred(project, "server", id_)
    if private and not any(attachment_of(server, a.network) for a in balancer.attachments):
        raise ApiError(
            "server_not_attached_to_network", "server is not in the load balancer's network"
        )
    if not private and not primary_ip_of(project.state, id_, "ipv4"):
        raise ApiError("missing_ipv4", f"server {id_} has no public IPv4 address")


def _is_cloud_address(state: HetznerState, ip: str) -> bool:
    return any(primary_ip.ip == ip for primary_ip in state.primary_ips.values()) or any(
        balancer.ipv4 == ip for balancer in state.load_balancers.values()
    )


def _same(one: Target, other: Target) -> bool:
    def identity(target: Target) -> tuple[object, ...]:
        return (target.type, target.server, target.selector, target.ip)

    return identity(one) == identity(other)


def _add(project: Project, request: Request) -> Answer:
    balancer = LOAD_BALANCERS.find(project, request.id)
    add_target(project, balancer, parse(TargetBody, request.body))
    action = project.start("add_target", ("load_balancer", balancer.id))
    return actions.accepted(project, action)


def _remove(project: Project, request: Request) -> Answer:
    balancer = LOAD_BALANCERS.find(project, request.id)
    target = parse(TargetBody, request.body).target()
    left = [other for other in balancer.targets if not _same(target, other)]
    if len(left) == len(balancer.targets):
        raise ApiError("not_found", "target not found")
    balancer.targets = left
    action = project.start("remove_target", ("load_balancer", balancer.id))
    return actions.accepted(project, action)


_PATH = "/load_balancers/{id}/actions"

ROUTES = (
    Route("POST", f"{_PATH}/add_target", _add),
    Route("POST", f"{_PATH}/remove_target", _remove),
)
