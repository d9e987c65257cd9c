"""Actions as the API shows them, and the calls that read them."""

from collections.abc import Callable

from rehearsal.hetzner.core.errors import invalid_input, not_found
from rehearsal.hetzner.core.listing import listed
from rehearsal.hetzner.core.routing import Answer, Json, Request, Route
from rehearsal.hetzner.model import Action
from rehearsal.hetzner.project import Project, iso


def shown(project: Project, action: Action) -> Json:
    """The action now: ``running`` until its time is over, then ``success`` or ``error``."""
    now = project.clock()
    over = now >= action.finishes
    error = None
    if over and action.error:
        error = {"code": action.error[0], "message": action.error[1]}
    span = action.finishes - action.started
    return {
        "id": action.id,
        "command": action.command,
        "status": ("error" if error else "success") if over else "running",
        "progress": 100 if over else int(100 * (now - action.started) / span),
        "started": iso(action.started),
        "finished": iso(action.finishes) if over else None,
        "resources": [{"id": id_, "type": kind} for kind, id_ in action.resources],
        "error": error,
    }


def accepted(project: Project, action: Action) -> Answer:
    """201 with the action, the answer of most ``/actions/...`` calls."""
    return Answer(201, {"action": shown(project, action)})


def routes(plural: str, singular: str) -> tuple[Route, ...]:
    """The four calls that read the actions of one kind of resource."""

    def of_kind(project: Project, request: Request) -> Answer:
        return _page(project, request, lambda action: _concerns(action, singular))

    def of_resource(project: Project, request: Request) -> Answer:
        id_ = request.id
        return _page(project, request, lambda action: (singular, id_) in action.resources)

    return (
        Route("GET", f"/{plural}/actions", of_kind),
        Route("GET", f"/{plural}/actions/{{id}}", _get),
        Route("GET", f"/{plural}/{{id}}/actions", of_resource),
        Route("GET", f"/{plural}/{{id}}/actions/{{id}}", _get),
    )


def _concerns(action: Action, singular: str) -> bool:
    return any(kind == singular for kind, _ in action.resources)


def _get(project: Project, request: Request) -> Answer:
    id_ = request.ids[-1]
    if not (action := project.state.actions.get(id_)):
        raise not_found("action", id_)
    return Answer(200, {"action": shown(project, action)})


def _page(project: Project, request: Request, wanted: Callable[[Action], bool]) -> Answer:
    entries = [shown(project, a) for a in project.state.actions.values() if wanted(a)]
    if statuses := request.query.get("status"):
        entries = [entry for entry in entries if entry["status"] in statuses]
    return listed(request, "actions", entries)


def _list(project: Project, request: Request) -> Answer:
    """``GET /actions?id=1&id=2``: only by ids."""
    wanted = request.query.get("id", ())
    if not wanted:
        raise invalid_input("id", "must name at least one action")
    return _page(project, request, lambda action: str(action.id) in wanted)


ROUTES = (Route("GET", "/actions", _list), Route("GET", "/actions/{id}", _get))
