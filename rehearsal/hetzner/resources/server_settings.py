"""A server's other settings: placement group, protection, backups, reverse DNS."""

from rehearsal.hetzner.core import actions
from rehearsal.hetzner.core.bodies import Body, parse
from rehearsal.hetzner.core.errors import ApiError, invalid_input
from rehearsal.hetzner.core.routing import Answer, Request, Route
from rehearsal.hetzner.model import Server
from rehearsal.hetzner.project import Project
from rehearsal.hetzner.resources.placement_groups import check_room
from rehearsal.hetzner.resources.primary_ips import ChangeDnsPtr, set_dns_ptr
from rehearsal.hetzner.resources.servers import SERVERS

BACKUP_WINDOW = "22-02"


class AddToPlacementGroup(Body):
    """``add_to_placement_group``."""

    placement_group: int


class ChangeProtection(Body):
    """``change_protection``; both must be equal in the end (facts/hetzner.md §8, 13)."""

    delete: bool | None = None
    rebuild: bool | None = None


def _accepted(project: Project, command: str, server: Server) -> Answer:
    return actions.accepted(project, project.start(command, ("server", server.id)))


def _unlocked(project: Project, request: Request) -> Server:
    server = SERVERS.find(project, request.id)
    project.check_unlocked("server", server.id)
    return server


def _add_to_placement_group(project: Project, request: Request) -> Answer:
    server = _unlocked(project, request)
    group = parse(AddToPlacementGroup, request.body).placement_group
    if server.status != "off":
        raise ApiError("server_not_stopped", "server must be stopped")
    if server.placement_group is not None:
        raise ApiError("conflict", "server is already in a placement group")
    check_room(project, group)
    server.placement_group = group
    return _accepted(project, "add_to_placement_group", server)


def _remove_from_placement_group(project: Project, request: Request) -> Answer:
    server = _unlocked(project, request)
    if server.placement_group is None:
        raise ApiError("conflict", "server is in no placement group")
    server.placement_group = None
    return _accepted(project, "remove_from_placement_group", server)


def _change_protection(project: Project, request: Request) -> Answer:
    server = SERVERS.find(project, request.id)
    body = parse(ChangeProtection, request.body)
    delete = server.protected if body.delete is None else body.delete
    rebuild = server.rebuild_protected if body.rebuild is None else body.rebuild
    if delete != rebuild:
        raise invalid_input("rebuild", "delete and rebuild protection must be equal")
    server.protected, server.rebuild_protected = delete, rebuild
    return _accepted(project, "change_protection", server)


def _enable_backup(project: Project, request: Request) -> Answer:
    server = _unlocked(project, request)
    server.backup_window = BACKUP_WINDOW
    return _accepted(project, "enable_backup", server)


def _disable_backup(project: Project, request: Request) -> Answer:
    server = _unlocked(project, request)
    server.backup_window = None
    return _accepted(project, "disable_backup", server)


def _change_dns_ptr(project: Project, request: Request) -> Answer:
    server = SERVERS.find(project, request.id)
    body = parse(ChangeDnsPtr, request.body)
    for primary_ip in project.state.primary_ips.values():
        if primary_ip.assignee == server.id and body.ip.startswith(primary_ip.ip):
            set_dns_ptr(primary_ip, body)
            return _accepted(project, "change_dns_ptr", server)
    raise invalid_input("ip", f"{body.ip} is not an address of the server")


_PATH = "/servers/{id}/actions"

ROUTES = (
    Route("POST", f"{_PATH}/add_to_placement_group", _add_to_placement_group),
    Route("POST", f"{_PATH}/remove_from_placement_group", _remove_from_placement_group),
    Route("POST", f"{_PATH}/change_protection", _change_protection),
    Route("POST", f"{_PATH}/enable_backup", _enable_backup),
    Route("POST", f"{_PATH}/disable_backup", _disable_backup),
    Route("POST", f"{_PATH}/change_dns_ptr", _change_dns_ptr),
)
