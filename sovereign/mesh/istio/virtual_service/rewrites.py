"""Rewrites and redirects."""

from typing import Any

from sovereign.mesh.istio import shapes
from sovereign.mesh.istio.field import Field
from sovereign.mesh.istio.virtual_service.match import PREFIX, Match
from sovereign.mesh.istio.virtual_service.text_match import EXACT

Filter = dict[str, Any]
REDIRECT_CODES = (301, 302, 303, 307, 308)


def rewrite(field: Field, found: list[Match]) -> list[tuple[list[Match], Filter | None]] | None:
    """Matches with the filter for each; None where it cannot be written.

    A path is rewritten by the way it matched, and a prefix only in a rule with one match, so the
    matches go to a rule each.
    """
    if not field.present:
        return [(found, None)]
    base: Filter = {}
    good = field.visit(
        {
            "uri": lambda below: _uri(below, found),
            "authority": lambda below: _authority(below, base),
            "uriRegexRewrite": lambda below: below.lost("HTTPRoute rewrites without expressions"),
        }
    )
    if not good:
        return None
    target = field["uri"].text
    if target is None:
        return [(found, {"type": "URLRewrite", "urlRewrite": base} if base else None)]
    return [([match], _rewritten(match, target, base)) for match in found]


def _rewritten(match: Match, target: str, base: Filter) -> Filter:
    path = (
        {"type": "ReplacePrefixMatch", "replacePrefixMatch": target}
        if match["path"]["type"] == PREFIX
        else {"type": "ReplaceFullPath", "replaceFullPath": target}
    )
    return {"type": "URLRewrite", "urlRewrite": {**base, "path": path}}


def _uri(field: Field, found: list[Match]) -> bool:
    kinds = {match["path"]["type"] for match in found}
    if not shapes.path(field.text or ""):
        return field.lost("not a path that HTTPRoute takes")
    if not kinds <= {PREFIX, EXACT}:
        return field.lost("a path that matched an expression cannot be rewritten")
    if PREFIX in kinds:
        return field.differs(
            "Istio replaces the matched text, HTTPRoute whole path elements: no doubled slash",
            "urlRewrite",
        )
    return field.converted("urlRewrite")


def _authority(field: Field, base: Filter) -> bool:
    if not shapes.plain_host(field.text or ""):
        return field.lost("HTTPRoute rewrites to a host name without a port")
    base["hostname"] = field.text
    return field.converted("urlRewrite")


def redirect(field: Field) -> Filter | None:
    """The filter; None where it cannot be written."""
    made: Filter = {"statusCode": 301}
    good = field.visit(
        {
            "uri": lambda below: _full_path(below, made),
            "authority": lambda below: _host_and_port(below, made),
            "port": lambda below: _port(below, made),
            "derivePort": _derive_port,
            "scheme": lambda below: _scheme(below, made),
            "redirectCode": lambda below: _code(below, made),
        }
    )
    if not good:
        return None
    if field.value == {}:
        field.converted("requestRedirect")
    if not field["redirectCode"].present:
        field.aside("no code: Istio's 301, written out, for HTTPRoute's own default is 302")
    return {"type": "RequestRedirect", "requestRedirect": made}


def _full_path(field: Field, made: Filter) -> bool:
    if "%" in (field.text or "") or not shapes.path(field.text or ""):
        return field.lost("not a path that HTTPRoute takes")
    made["path"] = {"type": "ReplaceFullPath", "replaceFullPath": field.text}
    return field.converted("requestRedirect")


def _host_and_port(field: Field, made: Filter) -> bool:
    host, colon, port = (field.text or "").partition(":")
    number = int(port) if port.isdecimal() and port.isascii() else None
    if not shapes.plain_host(host) or (colon and not shapes.port(number)):
        return field.lost("must be a host name, with a port at most")
    made["hostname"] = host
    if number is not None:
        made["port"] = number
    return field.converted("requestRedirect")


def _port(field: Field, made: Filter) -> bool:
    if not shapes.port(field.whole):
        return field.lost("must be a port, 1 to 65535")
    made["port"] = field.whole
    return field.converted("requestRedirect")


def _derive_port(field: Field) -> bool:
    if field.text == "FROM_PROTOCOL_DEFAULT":
        return field.differs("HTTPRoute does so where a scheme is given and no port")
    return field.lost("HTTPRoute derives the port from the scheme or the listener")


def _scheme(field: Field, made: Filter) -> bool:
    if field.text not in ("http", "https"):
        return field.lost("must be http or https")
    made["scheme"] = field.text
    return field.converted("requestRedirect")


def _code(field: Field, made: Filter) -> bool:
    if field.whole not in REDIRECT_CODES:
        return field.lost(f"HTTPRoute redirects with {', '.join(map(str, REDIRECT_CODES))}")
    made["statusCode"] = field.whole
    return field.converted("requestRedirect")
