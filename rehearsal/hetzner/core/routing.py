"""Requests, answers and the table that leads from one to the other."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rehearsal.hetzner.core.errors import ApiError
from rehearsal.hetzner.project import Project

Json = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """One call. ``path`` begins after ``/v1``; ``body`` is decoded JSON or None."""

    method: str
    path: str
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    body: Any = None
    ids: tuple[int, ...] = ()

    @property
    def id(self) -> int:
        """The id in ``/servers/4711/...``."""
        return self.ids[0]

    def first(self, name: str) -> str | None:
        """The first value of a query parameter."""
        values = self.query.get(name)
        return values[0] if values else None


@dataclass(frozen=True)
class Answer:
    """``body`` None is an empty answer (204)."""

    status: int
    body: Json | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Project, Request], Answer]


@dataclass(frozen=True)
class Route:
    """``path`` with ``{id}`` for every number in it."""

    method: str
    path: str
    handler: Handler


class Router:
    """Finds the handler of a call by method and path."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes: list[tuple[re.Pattern[str], Route]] = [
            (re.compile(route.path.replace("{id}", r"(\d+)")), route) for route in routes
        ]

    def find(self, method: str, path: str) -> tuple[Handler, tuple[int, ...]]:
        """The handler and the ids in the path; ``not_found`` or ``method_not_allowed``."""
        other_method = False
        for pattern, route in self._routes:
            if not (match := pattern.fullmatch(path)):
                continue
            if route.method == method:
                return route.handler, tuple(int(number) for number in match.groups())
            other_method = True
        if other_method:
            raise ApiError("method_not_allowed", f"{method} is not allowed here")
        raise ApiError("not_found", f"no resource at {path}")
