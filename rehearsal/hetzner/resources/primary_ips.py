"""Primary IPs: public addresses that outlive a server, or go with it (``auto_delete``)."""

from typing import Literal

from rehearsal.hetzner.core import actions
from rehearsal.hetzner.core.addresses import public_ipv4, public_ipv6
from rehearsal.hetzner.core.bodies import Body, IdOrName, Labels, Name, Update, parse
from rehearsal.hetzner.core.errors import ApiError, invalid_input
from rehearsal.hetzner.core.kind import Kind
from rehearsal.hetzner.core.routing import Answer, Json, Request, Route
from rehearsal.hetzner.model import PrimaryIp, Server
from rehearsal.hetzner.project import Project
from rehearsal.hetzner.relations import primary_ip_of
from rehearsal.hetzner.resources import locations


class CreatePrimaryIp(Body):
    """``POST /primary_ips``; the location follows from the assignee where there is one."""

    name: Name
    type: Literal["ipv4", "ipv6"]
    labels: Labels = {}
    auto_delete: bool = False
    location: IdOrName | None = None
    assignee_id: int | None = None


class UpdatePrimaryIp(Update):
    """``PUT /primary_ips/{id}``."""

    auto_delete: bool | None = None


class Assign(Body):
    """``assign``."""

    assignee_id: int
    assignee_type: Literal["server"]


class ChangeDnsPtr(Body):
    """``change_dns_ptr``; None resets it."""

    ip: str
    dns_ptr: str | None


def _show(_project: Project, primary_ip: PrimaryIp) -> Json:
    """``assignee_type`` is ``unassigned`` without one, since 2026-08-01 (facts/hetzner.md §6)."""
    return {
        "id": primary_ip.id,
        "name": primary_ip.name,
        "ip": primary_ip.ip if primary_ip.type == "ipv4" else primary_ip.ip + "/64",
        "type": primary_ip.type,
        "assignee_id": primary_ip.assignee,
        "assignee_type": "unassigned" if primary_ip.assignee is None else "server",
        "auto_delete": primary_ip.auto_delete,
        "blocked": False,
        "created": primary_ip.created,
        "dns_ptr": [{"ip": ip, "dns_ptr": name} for ip, name in primary_ip.dns_ptr.items()],
        "labels": primary_ip.labels,
        "location": locations.shown(primary_ip.location),
        "protection": {"delete": primary_ip.protected},
    }


def _keep(_project: Project, primary_ip: PrimaryIp, update: Update) -> None:
    assert isinstance(update, UpdatePrimaryIp)
    if update.auto_delete is not None:
        primary_ip.auto_delete = update.auto_delete


PRIMARY_IPS = Kind(
    "primary_ip",
    "primary_ips",
    lambda state: state.primary_ips,
    _show,
    _keep,
    update=UpdatePrimaryIp,
)


def new(
    project: Project, type_: str, location: str, *, name: str = "", auto_delete: bool = False
) -> PrimaryIp:
    """A new address in the project; unnamed ones are called ``primary_ip-<id>``."""
    id_ = project.state.new_id()
    primary_ip = PrimaryIp(
        id=id_,
        name=name or f"primary_ip-{id_}",
        created=project.now(),
        type=type_,
        ip=public_ipv4(project.state) if type_ == "ipv4" else public_ipv6(id_),
        location=location,
        auto_delete=auto_delete,
    )
    return PRIMARY_IPS.add(project, primary_ip)


def check_assignable(project: Project, server: Server, type_: str, location: str) -> None:
    """A server that is off, in the same location, without an address of this type."""
    if server.status != "off":
        raise ApiError("server_not_stopped", f"server {server.id} must be off")
    if primary_ip_of(project.state, server.id, type_):
        raise ApiError(f"server_has_{type_}", f"server {server.id} has an {type_} address")
    if server.location != location:
        raise ApiError("primary_ip_datacenter_mismatch", "server is in another location")


def _create(project: Project, request: Request) -> Answer:
    body = parse(CreatePrimaryIp, request.body)
    PRIMARY_IPS.check_name(project, body.name)
    server = project.state.servers.get(body.assignee_id or 0)
    if body.assignee_id is not None and server is None:
        raise invalid_input("assignee_id", f"server {body.assignee_id} not found")
    if server:
        check_assignable(project, server, body.type, server.location)
        location = server.location
    elif body.location is not None:
        location = locations.chosen("location", body.location).name
    else:
        raise invalid_input("location", "is required without an assignee")
    primary_ip = new(project, body.type, location, name=body.name, auto_delete=body.auto_delete)
    primary_ip.labels = body.labels
    primary_ip.assignee = body.assignee_id
    action = project.start("create_primary_ip", ("primary_ip", primary_ip.id))
    shown = actions.shown(project, action)
    return Answer(201, {**PRIMARY_IPS.body(project, primary_ip), "action": shown})


def _delete(project: Project, request: Request) -> Answer:
    """An assigned address cannot be deleted since 2026-05-01."""
    primary_ip = PRIMARY_IPS.find(project, request.id)
    PRIMARY_IPS.check_deletable(primary_ip)
    if primary_ip.assignee is not None:
        raise ApiError("must_be_unassigned", f"primary IP {primary_ip.id} is still assigned")
    del project.state.primary_ips[primary_ip.id]
    return Answer(204)


def _assign(project: Project, request: Request) -> Answer:
    primary_ip = PRIMARY_IPS.find(project, request.id)
    body = parse(Assign, request.body)
    if not (server := project.state.servers.get(body.assignee_id)):
        raise invalid_input("assignee_id", f"server {body.assignee_id} not found")
    if primary_ip.assignee is not None:
        raise ApiError("primary_ip_already_assigned", f"{primary_ip.ip} is assigned already")
    check_assignable(project, server, primary_ip.type, primary_ip.location)
    primary_ip.assignee = server.id
    return _accepted(project, "assign_primary_ip", primary_ip)


def _unassign(project: Project, request: Request) -> Answer:
    primary_ip = PRIMARY_IPS.find(project, request.id)
    server = project.state.servers.get(primary_ip.assignee or 0)
    if server and server.status != "off":
        raise ApiError("server_not_stopped", f"server {server.id} must be off")
    primary_ip.assignee = None
    return _accepted(project, "unassign_primary_ip", primary_ip)


def _change_dns_ptr(project: Project, request: Request) -> Answer:
    primary_ip = PRIMARY_IPS.find(project, request.id)
    set_dns_ptr(primary_ip, parse(ChangeDnsPtr, request.body))
    return _accepted(project, "change_dns_ptr", primary_ip)


def set_dns_ptr(primary_ip: PrimaryIp, body: ChangeDnsPtr) -> None:
    """Write or, with None, take away the reverse name of an address."""
    primary_ip.dns_ptr.pop(body.ip, None)
    if body.dns_ptr is not None:
        primary_ip.dns_ptr[body.ip] = body.dns_ptr


def _accepted(project: Project, command: str, primary_ip: PrimaryIp) -> Answer:
    return actions.accepted(project, project.start(command, ("primary_ip", primary_ip.id)))


ROUTES = (
    *PRIMARY_IPS.routes(),
    PRIMARY_IPS.protection_route(),
    Route("POST", "/primary_ips", _create),
    Route("DELETE", "/primary_ips/{id}", _delete),
    Route("POST", "/primary_ips/{id}/actions/assign", _assign),
    Route("POST", "/primary_ips/{id}/actions/unassign", _unassign),
    Route("POST", "/primary_ips/{id}/actions/change_dns_ptr", _change_dns_ptr),
)
