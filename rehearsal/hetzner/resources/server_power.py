"""A server's power: on, off, reboot, reset, rebuild, another type."""

from rehearsal.hetzner.catalogue.images import IMAGE
from rehearsal.hetzner.catalogue.server_types import SERVER_TYPE
from rehearsal.hetzner.core import actions
from rehearsal.hetzner.core.bodies import Body, IdOrName, parse
from rehearsal.hetzner.core.errors import ApiError, invalid_input
from rehearsal.hetzner.core.routing import Answer, Handler, Request, Route
from rehearsal.hetzner.model import Action, Server
from rehearsal.hetzner.project import Project
from rehearsal.hetzner.records import Lifecycle
from rehearsal.hetzner.relations import has_public_interface
from rehearsal.hetzner.resources import images, server_types
from rehearsal.hetzner.resources.servers import SERVERS


class Rebuild(Body):
    """``rebuild``; ``user_data`` stays as it is when it is not given."""

    image: IdOrName
    user_data: str | None = None


class ChangeType(Body):
    """``change_type``."""

    server_type: IdOrName
    upgrade_disk: bool


def boot(
    project: Project, server: Server, command: str = "start_server", *, after: Action | None = None
) -> Action:
    """Start the machine, which counts the boot and tells the listeners."""
    server.status = "running"
    server.boots += 1
    project.tell(Lifecycle.BOOTED, server)
    return project.start(command, ("server", server.id), after=after)


def _unlocked(project: Project, request: Request) -> Server:
    server = SERVERS.find(project, request.id)
    project.check_unlocked("server", server.id)
    return server


def _power_on(project: Project, request: Request) -> Answer:
    server = _unlocked(project, request)
    if server.status == "running":
        return actions.accepted(project, project.start("start_server", ("server", server.id)))
    if not server.attachments and not has_public_interface(project.state, server.id):
        raise invalid_input("server", "a server needs an interface to be started")
    return actions.accepted(project, boot(project, server))


def _off(command: str) -> Handler:
    def handler(project: Project, request: Request) -> Answer:
        server = _unlocked(project, request)
        if server.status == "running":
            server.status = "off"
            project.tell(Lifecycle.POWERED_OFF, server)
        return actions.accepted(project, project.start(command, ("server", server.id)))

    return handler


def _restart(command: str) -> Handler:
    def handler(project: Project, request: Request) -> Answer:
        server = _unlocked(project, request)
        if server.status != "running" and command == "reboot_server":
            raise ApiError("service_error", "server is off", status=422)
        project.tell(Lifecycle.RESET, server)
        return actions.accepted(project, boot(project, server, command))

    return handler


def _rebuild(project: Project, request: Request) -> Answer:
    """The disk is written anew from the image and the server starts from it."""
    server = _unlocked(project, request)
    if server.rebuild_protected:
        raise ApiError("protected", "server rebuild is protected")
    body = parse(Rebuild, request.body)
    server.image = images.chosen(body.image, SERVER_TYPE[server.server_type].architecture).id
    if body.user_data is not None:
        server.user_data = body.user_data
    project.tell(Lifecycle.REBUILT, server)
    action = boot(project, server, "rebuild_server")
    return Answer(201, {"action": actions.shown(project, action), "root_password": None})


def _change_type(project: Project, request: Request) -> Answer:
    """Needs a stopped server and starts it again (API description, ``change_type``)."""
    server = _unlocked(project, request)
    body = parse(ChangeType, request.body)
    if server.status != "off":
        raise ApiError("server_not_stopped", "server must be stopped")
    wanted = server_types.chosen(project, body.server_type, server.location)
    if wanted.architecture != IMAGE[server.image].architecture:
        raise ApiError("invalid_server_type", f"{wanted.name} has another architecture")
    if wanted.disk < server.primary_disk_size:
        raise ApiError(
            "invalid_server_type",
            f"the disk of {wanted.name} ({wanted.disk} GB) is smaller than the server's "
            f"({server.primary_disk_size} GB)",
        )
    server.server_type = wanted.name
    if body.upgrade_disk:
        server.primary_disk_size = wanted.disk
    return actions.accepted(project, boot(project, server, "change_server_type"))


_PATH = "/servers/{id}/actions"

ROUTES = (
    Route("POST", f"{_PATH}/poweron", _power_on),
    Route("POST", f"{_PATH}/poweroff", _off("stop_server")),
    Route("POST", f"{_PATH}/shutdown", _off("shutdown_server")),
    Route("POST", f"{_PATH}/reboot", _restart("reboot_server")),
    Route("POST", f"{_PATH}/reset", _restart("reset_server")),
    Route("POST", f"{_PATH}/rebuild", _rebuild),
    Route("POST", f"{_PATH}/change_type", _change_type),
)
