"""StringMatch: `exact`, `prefix` or `regex`."""

import re

from sovereign.mesh.istio.field import Field

EXACT, REGEX = "Exact", "RegularExpression"


def one_kind(field: Field) -> tuple[str, str] | None:
    """Kind and text; None (and lost) where it is neither, or not exactly one."""
    entries = field.entries()
    if len(entries) == 1 and entries[0][0] in ("exact", "prefix", "regex"):
        text = entries[0][1].text
        if text:
            return entries[0][0], text
    field.lost("must be one of exact, prefix and regex, with a text")
    return None


def value_match(field: Field) -> dict[str, str] | None:
    """Type and value of a header's or query parameter's match; an empty one asks for presence."""
    if field.value in ({}, None):
        field.differs("presence: written as the expression `.*`", "value")
        return {"type": REGEX, "value": ".*"}
    found = one_kind(field)
    if found is None:
        return None
    kind, text = found
    if kind == "exact":
        field.converted("value")
        return {"type": EXACT, "value": text}
    if kind == "prefix":
        field.differs("a prefix: written as an expression", "value")
        return {"type": REGEX, "value": f"{re.escape(text)}.*"}
    field.converted("value")
    return {"type": REGEX, "value": text}
