"""Locations, and the data centers that are gone."""

from dataclasses import asdict

from rehearsal.hetzner.catalogue.locations import LOCATION, LOCATIONS, Location
from rehearsal.hetzner.core.errors import ApiError, invalid_input, not_found
from rehearsal.hetzner.core.listing import listed
from rehearsal.hetzner.core.routing import Answer, Json, Request, Route
from rehearsal.hetzner.project import Project


def shown(name: str) -> Json:
    """The location with this name as the API writes it."""
    return asdict(LOCATION[name])


def chosen(field: str, wanted: int | str) -> Location:
    """The location a body names by id or name; ``invalid_input`` when there is none."""
    for location in LOCATIONS:
        if str(wanted) in (location.name, str(location.id)):
            return location
    raise invalid_input(field, f"location {wanted} not found")


def _list(_project: Project, request: Request) -> Answer:
    return listed(request, "locations", map(asdict, LOCATIONS))


def _get(_project: Project, request: Request) -> Answer:
    for location in LOCATIONS:
        if location.id == request.id:
            return Answer(200, {"location": asdict(location)})
    raise not_found("location", request.id)


def _gone(_project: Project, _request: Request) -> Answer:
    """``/datacenters`` answers 410 since 2026-10-01 (facts/hetzner.md §6)."""
    raise ApiError("deprecated_api_endpoint", "datacenters were removed, use locations")


ROUTES = (
    Route("GET", "/locations", _list),
    Route("GET", "/locations/{id}", _get),
    Route("GET", "/datacenters", _gone),
    Route("GET", "/datacenters/{id}", _gone),
)
