"""System images."""

from dataclasses import asdict

from rehearsal.hetzner.catalogue.images import IMAGE, IMAGES, Image
from rehearsal.hetzner.core import actions
from rehearsal.hetzner.core.errors import invalid_input, not_found
from rehearsal.hetzner.core.listing import listed
from rehearsal.hetzner.core.routing import Answer, Json, Request, Route
from rehearsal.hetzner.project import Project


def shown(image: Image) -> Json:
    """The image as the API writes it."""
    return {
        "id": image.id,
        "type": "system",
        "status": "available",
        "name": image.name,
        "description": image.description,
        "image_size": None,
        "disk_size": 5,
        "created": "2024-04-25T13:26:27Z",
        "created_from": None,
        "bound_to": None,
        "os_flavor": image.os_flavor,
        "os_version": image.os_version,
        "architecture": image.architecture,
        "rapid_deploy": True,
        "protection": {"delete": False},
        "deprecated": image.deprecation.announced if image.deprecation else None,
        "deprecation": asdict(image.deprecation) if image.deprecation else None,
        "deleted": None,
        "labels": {},
    }


def chosen(wanted: int | str, architecture: str) -> Image:
    """The image a body names by id or name, for the architecture; ``invalid_input`` otherwise."""
    named = [image for image in IMAGES if str(wanted) in (image.name, str(image.id))]
    if not named:
        raise invalid_input("image", f"image {wanted} not found")
    for image in named:
        if image.architecture == architecture:
            return image
    raise invalid_input("image", f"image {wanted} is not compatible with {architecture}")


def _list(_project: Project, request: Request) -> Answer:
    shown_images = [shown(image) for image in IMAGES]
    if request.first("include_deprecated") != "true":
        shown_images = [image for image in shown_images if image["deprecated"] is None]
    for field in ("architecture", "type", "status"):
        if wanted := request.query.get(field):
            shown_images = [image for image in shown_images if image[field] in wanted]
    return listed(request, "images", shown_images)


def _get(_project: Project, request: Request) -> Answer:
    if not (image := IMAGE.get(request.id)):
        raise not_found("image", request.id)
    return Answer(200, {"image": shown(image)})


ROUTES = (
    Route("GET", "/images", _list),
    Route("GET", "/images/{id}", _get),
    *actions.routes("images", "image"),
)
