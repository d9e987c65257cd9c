"""Volumes: 10 GB to 10 TB, in the location of their server."""

from rehearsal.hetzner.core import actions
from rehearsal.hetzner.core.bodies import Body, IdOrName, Labels, Name, parse
from rehearsal.hetzner.core.errors import ApiError, invalid_input
from rehearsal.hetzner.core.kind import Kind
from rehearsal.hetzner.core.routing import Answer, Json, Request, Route
from rehearsal.hetzner.model import Server, Volume
from rehearsal.hetzner.project import Project
from rehearsal.hetzner.resources import locations

SMALLEST_GB = 10
LARGEST_GB = 10240


class CreateVolume(Body):
    """``POST /volumes``: with a server, or with a location."""

    name: Name
    size: int
    labels: Labels = {}
    format: str | None = None
    location: IdOrName | None = None
    server: int | None = None


class AttachVolume(Body):
    """``attach``."""

    server: int


class ResizeVolume(Body):
    """``resize``, in GB."""

    size: int


def _show(_project: Project, volume: Volume) -> Json:
    return {
        "id": volume.id,
        "name": volume.name,
        "size": volume.size,
        "format": volume.format,
        "server": volume.server,
        "location": locations.shown(volume.location),
        "linux_device": f"/dev/disk/by-id/scsi-0HC_Volume_{volume.id}",
        "status": "available",
        "protection": {"delete": volume.protected},
        "labels": volume.labels,
        "created": volume.created,
    }


VOLUMES = Kind("volume", "volumes", lambda state: state.volumes, _show)


def check_volume(volume: Volume, location: str) -> None:
    """Whether the volume can be attached to a server in ``location``."""
    if volume.server is not None:
        raise ApiError("volume_already_attached", f"volume {volume.id} is already attached")
    if volume.location != location:
        raise invalid_input("volume", f"volume {volume.id} is in another location")


def _check_size(size: int, smallest: int) -> None:
    if not smallest <= size <= LARGEST_GB:
        raise invalid_input("size", f"must be within {smallest} and {LARGEST_GB} GB")


def _server(project: Project, id_: int) -> Server:
    if not (server := project.state.servers.get(id_)):
        raise invalid_input("server", f"server {id_} not found")
    return server


def _create(project: Project, request: Request) -> Answer:
    body = parse(CreateVolume, request.body)
    VOLUMES.check_name(project, body.name)
    _check_size(body.size, SMALLEST_GB)
    if body.server is not None:
        location = _server(project, body.server).location
    elif body.location is not None:
        location = locations.chosen("location", body.location).name
    else:
        raise invalid_input("location", "is required without a server")
    volume = Volume(
        id=project.state.new_id(),
        name=body.name,
        created=project.now(),
        labels=body.labels,
        size=body.size,
        location=location,
        format=body.format,
        server=body.server,
    )
    VOLUMES.add(project, volume)
    action = project.start("create_volume", ("volume", volume.id))
    following = []
    if body.server is not None:
        resources = (("volume", volume.id), ("server", body.server))
        following.append(project.start("attach_volume", *resources, after=action))
    return Answer(
        201,
        {
            **VOLUMES.body(project, volume),
            "action": actions.shown(project, action),
            "next_actions": [actions.shown(project, next_) for next_ in following],
        },
    )


def _delete(project: Project, request: Request) -> Answer:
    volume = VOLUMES.find(project, request.id)
    VOLUMES.check_deletable(volume)
    if volume.server is not None:
        raise ApiError("resource_in_use", f"volume {volume.id} is attached")
    del project.state.volumes[volume.id]
    return Answer(204)


def _attach(project: Project, request: Request) -> Answer:
    volume = VOLUMES.find(project, request.id)
    server = _server(project, parse(AttachVolume, request.body).server)
    check_volume(volume, server.location)
    volume.server = server.id
    action = project.start("attach_volume", ("volume", volume.id), ("server", server.id))
    return actions.accepted(project, action)


def _detach(project: Project, request: Request) -> Answer:
    volume = VOLUMES.find(project, request.id)
    volume.server = None
    return actions.accepted(project, project.start("detach_volume", ("volume", volume.id)))


def _resize(project: Project, request: Request) -> Answer:
    volume = VOLUMES.find(project, request.id)
    size = parse(ResizeVolume, request.body).size
    _check_size(size, volume.size)
    volume.size = size
    return actions.accepted(project, project.start("resize_volume", ("volume", volume.id)))


ROUTES = (
    *VOLUMES.routes(),
    VOLUMES.protection_route(),
    Route("POST", "/volumes", _create),
    Route("DELETE", "/volumes/{id}", _delete),
    Route("POST", "/volumes/{id}/actions/attach", _attach),
    Route("POST", "/volumes/{id}/actions/detach", _detach),
    Route("POST", "/volumes/{id}/actions/resize", _resize),
)
