"""Kinds that a Sovereign does not use: their lists exist and are empty."""

from rehearsal.hetzner.core.listing import listed
from rehearsal.hetzner.core.routing import Answer, Request, Route
from rehearsal.hetzner.project import Project


def _empty(_project: Project, request: Request) -> Answer:
    return listed(request, request.path.strip("/"), ())


ROUTES = tuple(
    Route("GET", f"/{plural}", _empty) for plural in ("isos", "certificates", "floating_ips")
)
