"""The conditions of one rule.

A condition that cannot be written makes its whole match unusable: without it the match would catch
requests that were not meant.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sovereign.mesh.istio import shapes
from sovereign.mesh.istio.field import Field, Handler
from sovereign.mesh.istio.virtual_service.text_match import EXACT, REGEX, one_kind, value_match

Match = dict[str, Any]
PREFIX = "PathPrefix"
EVERYTHING = {"type": PREFIX, "value": "/"}
MATCHES_LIMIT = 64
"""Of one rule (HTTPRoute)."""
LEFT_OUT = (
    "the match is left out, for without one of its conditions it would catch other requests; "
    "what only it meant now meets the next rules"
)
REFUSED: Mapping[str, str] = {
    "scheme": "HTTPRoute matches no scheme: attach the route to the HTTP or HTTPS listener",
    "authority": "HTTPRoute has host names for the whole route: write a route of its own",
    "port": "Cilium's gateway cannot match a port: attach the route to a listener",
    "sourceLabels": "HTTPRoute does not see the caller: write a CiliumNetworkPolicy",
    "sourceNamespace": "HTTPRoute does not see the caller: write a CiliumNetworkPolicy",
    "gateways": "a match for some of the gateways needs a route of its own",
    "withoutHeaders": "HTTPRoute cannot match the absence of a header",
}


def matches(field: Field) -> list[Match] | None:
    """The matches of a rule; [] means everything; None: nothing of it could be written."""
    if not field.present:
        return []
    if field.value == []:
        field.converted("matches")
        return []
    made = [match for below in field.each() if (match := _match(below)) is not None]
    if len(made) > MATCHES_LIMIT:
        field.lost(f"a rule of an HTTPRoute has at most {MATCHES_LIMIT} matches")
        return None
    return made or None


def _match(field: Field) -> Match | None:
    made: Match = {"path": dict(EVERYTHING)}
    handlers: dict[str, Handler] = {
        "uri": lambda below: _uri(below, made),
        "method": lambda below: _method(below, made),
        "headers": lambda below: _named(below, made, "headers", shapes.header_value),
        "queryParams": lambda below: _named(below, made, "queryParams", _query_value),
        "ignoreUriCase": _ignore_case,
        "name": lambda below: below.differs("stood in Envoy's logs alone"),
        "statPrefix": lambda below: below.differs("stood in Envoy's statistics alone"),
        **{key: _refuse(why) for key, why in REFUSED.items()},
    }
    if not field.visit(handlers):
        field.left_out(LEFT_OUT)
        return None
    if field.value == {}:
        field.converted("matches")
    return made


def _refuse(why: str) -> Handler:
    return lambda below: below.lost(why)


def _uri(field: Field, made: Match) -> bool:
    found = one_kind(field)
    if found is None:
        return False
    kind, text = found
    if kind == "regex":
        if len(text) > 1024:
            return field.lost("longer than the 1024 characters that HTTPRoute takes")
        made["path"] = {"type": REGEX, "value": text}
        return field.differs(
            "expressions are implementation-specific in Gateway API; Cilium has them (RE2)", "path"
        )
    if not shapes.path(text):
        return field.lost("not a path that HTTPRoute takes (absolute, without // and /../)")
    made["path"] = {"type": EXACT if kind == "exact" else PREFIX, "value": text}
    if kind == "exact" or text == "/":
        return field.converted("path")
    return field.differs(
        f"Istio's prefix is text: {text} also caught {text}x; PathPrefix matches whole elements, "
        "and a trailing / counts for nothing",
        "path",
    )


def _method(field: Field, made: Match) -> bool:
    found = one_kind(field)
    if found is None:
        return False
    kind, text = found
    if kind != "exact" or text not in shapes.METHODS:
        return field.lost(f"HTTPRoute matches one of {', '.join(shapes.METHODS)}, exactly")
    made["method"] = text
    return field.converted("method")


def _ignore_case(field: Field) -> bool:
    if field.flag is False:
        return field.converted()
    return field.lost("HTTPRoute matches case: write the path as an expression, `(?i)...`")


def _query_value(text: str) -> bool:
    return 1 <= len(text) <= 1024


def _named(field: Field, made: Match, to: str, fits: Callable[[str], bool]) -> bool:
    entries = field.entries()
    if not entries:
        return field.converted(to) if field.value == {} else field.lost("must be a mapping")
    if len(entries) > 16:
        return field.lost(f"a match has at most 16 {to}")
    good = True
    for name, below in entries:
        match = value_match(below)
        if match is None or not shapes.header_name(name) or not fits(match["value"]):
            good = below.lost(f"not of the form that {to} takes")
            continue
        made.setdefault(to, []).append({"name": name, **match})
    return good
