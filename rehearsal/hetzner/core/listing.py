"""Lists: filters every kind has (``name``, ``label_selector``), sorting and pages."""

from collections.abc import Iterable
from typing import Any

from rehearsal.hetzner.core.errors import invalid_input
from rehearsal.hetzner.core.labels import matches, valid_selector
from rehearsal.hetzner.core.routing import Answer, Json, Request

DEFAULT_PER_PAGE = 25
MAX_PER_PAGE = 50


def listed(request: Request, plural: str, shown: Iterable[Json]) -> Answer:
    """One page of ``shown`` under the key ``plural``, with the ``meta`` of the API.

    ``name`` and ``label_selector`` filter, ``sort=field`` or ``sort=field:desc`` orders; a field
    that an entry does not have leaves it where it is.
    """
    entries = list(shown)
    if name := request.first("name"):
        entries = [entry for entry in entries if entry.get("name") == name]
    if selector := request.first("label_selector"):
        try:
            valid_selector(selector)
            entries = [entry for entry in entries if matches(selector, entry["labels"])]
        except ValueError as problem:
            raise invalid_input("label_selector", str(problem)) from None
    for order in reversed(request.query.get("sort", ())):
        field, _, direction = order.partition(":")
        entries.sort(key=lambda entry: _rank(entry.get(field)), reverse=direction == "desc")
    return _page(request, plural, entries)


def _rank(value: Any) -> tuple[int, float, str]:
    return (0, value, "") if isinstance(value, int | float) else (1, 0, str(value))


def _page(request: Request, plural: str, entries: list[Json]) -> Answer:
    page = _positive(request, "page", 1)
    per_page = min(_positive(request, "per_page", DEFAULT_PER_PAGE), MAX_PER_PAGE)
    last = max(1, -(-len(entries) // per_page))
    pagination = {
        "page": page,
        "per_page": per_page,
        "previous_page": page - 1 if page > 1 else None,
        "next_page": page + 1 if page < last else None,
        "last_page": last,
        "total_entries": len(entries),
    }
    shown = entries[(page - 1) * per_page : page * per_page]
    return Answer(200, {plural: shown, "meta": {"pagination": pagination}})


def _positive(request: Request, name: str, default: int) -> int:
    text = request.first(name)
    if text is None:
        return default
    if not text.isdigit() or int(text) < 1:
        raise invalid_input(name, "must be a positive number")
    return int(text)
