"""One entry of `spec.http` to rules of an HTTPRoute."""

from typing import Any

from sovereign.mesh.istio import shapes
from sovereign.mesh.istio.field import Field, Handler
from sovereign.mesh.istio.virtual_service import headers, rewrites
from sovereign.mesh.istio.virtual_service.backends import backends
from sovereign.mesh.istio.virtual_service.context import Context
from sovereign.mesh.istio.virtual_service.limits import limits
from sovereign.mesh.istio.virtual_service.match import EVERYTHING, matches

Rule = dict[str, Any]
LEFT_OUT = (
    "the rule is left out, for a part of it cannot be written; its requests now meet the next rules"
)
WITHOUT = {
    "mirror": "mirrors are not converted: the copies would no longer be sent",
    "mirrors": "mirrors are not converted: the copies would no longer be sent",
    "mirrorPercent": "mirrors are not converted",
    "mirrorPercentage": "mirrors are not converted",
    "fault": "faults are not converted: neither HTTPRoute nor Cilium injects any",
    "corsPolicy": "not converted: HTTPRoute has a CORS filter since 1.5, which this project has "
    "not seen run in Cilium 1.20",
}
"""Reported and left out; the rule itself stays."""
FATAL = {
    "directResponse": "HTTPRoute answers nothing itself",
    "delegate": "HTTPRoute delegates to no other route: put the rules of both together",
}
HANDLED = ("match", "route", "redirect", "rewrite", "headers", "timeout", "retries", "name")


def convert(rule: Field, context: Context) -> list[Rule]:
    """The rules; [] where the entry is left out."""
    handlers: dict[str, Handler] = {
        **{key: _tolerate(why) for key, why in WITHOUT.items()},
        **{key: _refuse(why) for key, why in FATAL.items()},
        **{key: lambda _: True for key in HANDLED},
    }
    good = rule.visit(handlers)
    found = matches(rule["match"])
    target = _target(rule, context)
    changes = headers.filters(rule["headers"])
    waits = limits(rule, context.settings)
    rewritten = rewrites.rewrite(rule["rewrite"], found or [{"path": dict(EVERYTHING)}])
    if not good or found is None or target is None or rewritten is None:
        rule.left_out(LEFT_OUT)
        return []
    made = []
    for part, change in rewritten:
        filters = [*changes, *([change] if change else []), *target.get("filters", [])]
        body = {**target, "filters": filters} if filters else target
        made.append({"matches": part, **body, **waits})
    _name(rule["name"], made[0], context)
    return made


def _target(rule: Field, context: Context) -> Rule | None:
    """Backends or a redirect; None where there is neither, or both."""
    route, redirect = rule["route"], rule["redirect"]
    if redirect.present and (route.present or rule["rewrite"].present):
        redirect.lost("a redirect beside a route or a rewrite, which Istio refuses too")
        return None
    if redirect.present:
        made = rewrites.redirect(redirect)
        return {"filters": [made]} if made else None
    found = backends(route, context) if route.present else None
    return {"backendRefs": found} if found else None


def _name(field: Field, first: Rule, context: Context) -> None:
    if field.text and shapes.object_name(field.text) and field.text not in context.names:
        context.names.add(field.text)
        first["name"] = field.text
        field.converted("name")
    else:
        field.differs("HTTPRoute takes lower-case names, each once: left out")


def _tolerate(why: str) -> Handler:
    def handler(field: Field) -> bool:
        field.lost(why)
        return True

    return handler


def _refuse(why: str) -> Handler:
    return lambda field: field.lost(why)
