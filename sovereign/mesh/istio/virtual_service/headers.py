"""Header changes as filters. One that cannot be written is reported; the request still flows."""

from typing import Any

from sovereign.mesh.istio import shapes
from sovereign.mesh.istio.field import Field

Filter = dict[str, Any]
LIMIT = 16
"""Entries of one list of a filter."""


def filters(field: Field) -> list[Filter]:
    """The filters for `headers: {request: ..., response: ...}`."""
    made = []
    for side, kind in (
        ("request", "RequestHeaderModifier"),
        ("response", "ResponseHeaderModifier"),
    ):
        change = _change(field[side])
        if change:
            made.append({"type": kind, kind[0].lower() + kind[1:]: change})
    return made


def _change(field: Field) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if field.value == {}:
        field.converted("filters")
    for operation in ("set", "add"):
        pairs = [pair for name, f in field[operation].entries() if (pair := _pair(name, f))]
        if len(pairs) > LIMIT:
            field[operation].lost(f"a filter has at most {LIMIT} of them")
        elif pairs:
            made[operation] = pairs
    names = [name for f in field["remove"].each() if (name := _name(f))]
    if len(names) > LIMIT or len({name.lower() for name in names}) < len(names):
        field["remove"].lost(f"a filter has at most {LIMIT} names, each once")
    elif names:
        made["remove"] = names
    return made


def _pair(name: str, field: Field) -> dict[str, str] | None:
    value = field.text
    if name.lower() in ("host", ":authority"):
        field.lost("a filter must not set the host: use rewrite.authority")
    elif not shapes.header_name(name) or value is None or not shapes.header_value(value):
        field.lost("not of the form that a header filter takes")
    elif "%" in value:
        field.lost("a variable of Envoy (%...%), which Gateway API does not have")
    else:
        field.converted("filters")
        return {"name": name, "value": value}
    return None


def _name(field: Field) -> str | None:
    name = field.text
    if name is None or not shapes.header_name(name):
        field.lost("not a header's name")
        return None
    field.converted("filters")
    return name
