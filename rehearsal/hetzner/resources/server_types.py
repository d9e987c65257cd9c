"""Server types with their locations, stock and prices."""

from dataclasses import asdict

from rehearsal.hetzner.catalogue.locations import LOCATION
from rehearsal.hetzner.catalogue.prices import price_with_traffic
from rehearsal.hetzner.catalogue.server_types import SERVER_TYPES, ServerType
from rehearsal.hetzner.core.errors import ApiError, invalid_input, not_found
from rehearsal.hetzner.core.listing import listed
from rehearsal.hetzner.core.routing import Answer, Json, Request, Route
from rehearsal.hetzner.project import Project, iso


def shown(project: Project, server_type: ServerType) -> Json:
    """The type as the API writes it, with what can be ordered right now."""
    deprecation = asdict(server_type.deprecation) if server_type.deprecation else None
    return {
        "id": server_type.id,
        "name": server_type.name,
        "description": server_type.name.upper(),
        "category": server_type.category,
        "cores": server_type.cores,
        "memory": server_type.memory,
        "disk": server_type.disk,
        "storage_type": "local",
        "cpu_type": server_type.cpu_type,
        "architecture": server_type.architecture,
        "deprecated": deprecation is not None,
        "deprecation": deprecation,
        "prices": [price_with_traffic(name, server_type.price) for name in server_type.locations],
        "locations": [
            {
                "id": LOCATION[name].id,
                "name": name,
                "available": is_available(project, server_type, name),
                "recommended": is_available(project, server_type, name),
                "deprecation": deprecation,
            }
            for name in server_type.locations
        ],
    }


def is_removed(project: Project, server_type: ServerType) -> bool:
    """Whether Hetzner no longer sells the type at all."""
    deprecation = server_type.deprecation
    return deprecation is not None and deprecation.unavailable_after <= iso(project.clock())


def is_available(project: Project, server_type: ServerType, location: str) -> bool:
    """Whether a server of this type can be ordered in the location right now."""
    return (
        location in server_type.locations
        and (server_type.name, location) not in project.sold_out
        and not is_removed(project, server_type)
    )


def chosen(project: Project, wanted: int | str, location: str) -> ServerType:
    """The type a body names by id or name, if it can be ordered in the location.

    Otherwise ``invalid_input`` (unknown, or not offered there), ``invalid_server_type`` (removed)
    or ``resource_unavailable`` (sold out).
    """
    found = [t for t in SERVER_TYPES if str(wanted) in (t.name, str(t.id))]
    if not found:
        raise invalid_input("server_type", f"server type {wanted} not found")
    server_type = found[0]
    if is_removed(project, server_type):
        raise ApiError("invalid_server_type", f"server type {server_type.name} is deprecated")
    if location not in server_type.locations:
        raise invalid_input("location", f"unsupported location for server type {server_type.name}")
    if not is_available(project, server_type, location):
        raise ApiError("resource_unavailable", "error during placement")
    return server_type


def _list(project: Project, request: Request) -> Answer:
    return listed(request, "server_types", (shown(project, t) for t in SERVER_TYPES))


def _get(project: Project, request: Request) -> Answer:
    for server_type in SERVER_TYPES:
        if server_type.id == request.id:
            return Answer(200, {"server_type": shown(project, server_type)})
    raise not_found("server_type", request.id)


ROUTES = (Route("GET", "/server_types", _list), Route("GET", "/server_types/{id}", _get))
