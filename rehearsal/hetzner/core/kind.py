"""One kind of resource: what list, get, update, protect and the name rules share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from rehearsal.hetzner.core import actions
from rehearsal.hetzner.core.bodies import Protection, Update, parse
from rehearsal.hetzner.core.errors import ApiError, invalid_input, not_found
from rehearsal.hetzner.core.listing import listed
from rehearsal.hetzner.core.routing import Answer, Json, Request, Route
from rehearsal.hetzner.model import Resource
from rehearsal.hetzner.project import Project
from rehearsal.hetzner.state import HetznerState

R = TypeVar("R", bound=Resource)


@dataclass(frozen=True)
class Kind(Generic[R]):
    """``singular`` and ``plural`` as in paths and bodies (``placement_group``)."""

    singular: str
    plural: str
    table: Callable[[HetznerState], dict[int, R]]
    show: Callable[[Project, R], Json]
    changed: Callable[[Project, R, Update], None] | None = None
    """Called after a ``PUT``, for what follows from it."""
    update: type[Update] = Update
    has_actions: bool = True

    def find(self, project: Project, id_: int) -> R:
        """The resource; ``not_found`` otherwise."""
        if not (resource := self.table(project.state).get(id_)):
            raise not_found(self.singular, id_)
        return resource

    def referred(self, project: Project, field: str, id_: int) -> R:
        """A resource that a body names in ``field``; ``invalid_input`` when it does not exist."""
        if not (resource := self.table(project.state).get(id_)):
            raise invalid_input(field, f"{self.singular} {id_} not found")
        return resource

    def check_name(self, project: Project, name: str, *, own: int | None = None) -> None:
        """``uniqueness_error`` when another resource of this kind has the name."""
        if any(r.name == name and r.id != own for r in self.table(project.state).values()):
            raise ApiError("uniqueness_error", f"{self.singular} name is already used")

    def check_deletable(self, resource: R) -> None:
        """``protected`` when the resource is protected from deletion."""
        if resource.protected:
            raise ApiError("protected", f"{self.singular} deletion is protected")

    def add(self, project: Project, resource: R) -> R:
        """Put a new resource into the project."""
        self.table(project.state)[resource.id] = resource
        return resource

    def body(self, project: Project, resource: R) -> Json:
        """``{"server": {...}}``."""
        return {self.singular: self.show(project, resource)}

    def routes(self) -> tuple[Route, ...]:
        """List, get, update and, where there are any, the reading of actions."""
        path = f"/{self.plural}"
        return (
            Route("GET", path, self._list),
            Route("GET", f"{path}/{{id}}", self._get),
            Route("PUT", f"{path}/{{id}}", self._put),
            *(actions.routes(self.plural, self.singular) if self.has_actions else ()),
        )

    def protection_route(self) -> Route:
        """``change_protection`` for kinds that can only be protected from deletion."""
        return Route("POST", f"/{self.plural}/{{id}}/actions/change_protection", self._protect)

    def _list(self, project: Project, request: Request) -> Answer:
        shown = [self.show(project, r) for r in self.table(project.state).values()]
        for field in ("status", "type", "ip"):
            if wanted := request.query.get(field):
                shown = [entry for entry in shown if entry.get(field) in wanted]
        return listed(request, self.plural, shown)

    def _get(self, project: Project, request: Request) -> Answer:
        return Answer(200, self.body(project, self.find(project, request.id)))

    def _put(self, project: Project, request: Request) -> Answer:
        resource = self.find(project, request.id)
        update = parse(self.update, request.body)
        if update.name is not None:
            self.check_name(project, update.name, own=resource.id)
            resource.name = update.name
        if update.labels is not None:
            resource.labels = update.labels
        if self.changed:
            self.changed(project, resource, update)
        return Answer(200, self.body(project, resource))

    def _protect(self, project: Project, request: Request) -> Answer:
        resource = self.find(project, request.id)
        wanted = parse(Protection, request.body)
        if wanted.delete is not None:
            resource.protected = wanted.delete
        action = project.start("change_protection", (self.singular, resource.id))
        return actions.accepted(project, action)
