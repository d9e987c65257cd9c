"""What is asked for: `to[].operation` to the ports and HTTP rules of a Cilium rule."""

import re
from typing import Any

from sovereign.mesh.istio import shapes
from sovereign.mesh.istio.field import Field, Handler
from sovereign.mesh.policies.rules import PORTS_LIMIT, port_list

QUERY = r"(\?.*)?"
"""Istio compares the path without the query; Cilium's expression must match both."""
REFUSED = {
    "notHosts": "a policy of Cilium says what is allowed, it cannot say all but some",
    "notPorts": "a policy of Cilium says what is allowed, it cannot say all but some",
    "notMethods": "a policy of Cilium says what is allowed, it cannot say all but some",
    "notPaths": "a policy of Cilium says what is allowed, it cannot say all but some",
}
NO_PORT = (
    "rules for HTTP need a port: add `ports`, or the manifest of the workload's Service to the "
    "directory"
)
DENIED = "Cilium denies by caller and port alone, not by method, path or host"


def operation(field: Field, known_ports: list[int], *, deny: bool) -> dict[str, Any] | None:
    """The entry of `toPorts`; None where it cannot be written. `known_ports`: of the workload's
    Services, for rules without ports.
    """
    ports: list[int] = []
    http: dict[str, list[str]] = {}
    web: Handler = _refuse(DENIED)
    good = field.visit(
        {
            "ports": lambda f: _ports(f, ports),
            "methods": web if deny else lambda f: _methods(f, http),
            "paths": web if deny else lambda f: _paths(f, http),
            "hosts": web if deny else lambda f: _hosts(f, http),
            **{key: _refuse(why) for key, why in REFUSED.items()},
        }
    )
    if not good:
        return None
    if not ports and not http:
        field.lost("asks for nothing")
        return None
    chosen = ports or known_ports
    if not chosen or len(chosen) > PORTS_LIMIT:
        field.lost(f"a rule has at most {PORTS_LIMIT} ports" if chosen else NO_PORT)
        return None
    if not ports:
        field.aside(f"no ports: those of the workload's Services, {', '.join(map(str, chosen))}")
    made: dict[str, Any] = {"ports": port_list(chosen)}
    if http:
        made["rules"] = {"http": _combined(http)}
    return made


def _combined(http: dict[str, list[str]]) -> list[dict[str, str]]:
    """Every combination; one of each list must hold."""
    rules: list[dict[str, str]] = [{}]
    for key, texts in http.items():
        rules = [{**rule, key: text} for rule in rules for text in texts]
    return rules


def _ports(field: Field, found: list[int]) -> bool:
    numbers = [
        int(text) if text.isdecimal() and text.isascii() and len(text) <= 5 else None
        for text in field.texts() or []
    ]
    if not numbers or not all(map(shapes.port, numbers)):
        return field.lost("must be a list of ports as texts, 1 to 65535")
    found += [number for number in numbers if number is not None]
    return field.converted("toPorts")


def _methods(field: Field, http: dict[str, list[str]]) -> bool:
    texts = field.texts()
    if not texts or not all(text == "*" or text in shapes.METHODS for text in texts):
        return field.lost(f"must be of {', '.join(shapes.METHODS)}")
    if "*" in texts:
        return field.differs("every method, so none is named")
    http["method"] = texts
    return field.converted("rules.http.method")


def _paths(field: Field, http: dict[str, list[str]]) -> bool:
    texts = field.texts()
    if not texts or any("{" in text or not text for text in texts):
        return field.lost("must be a list of texts; templates in braces are not converted")
    if "*" in texts:
        return field.differs("every path, so none is named")
    http["path"] = [_expression(text) for text in texts]
    return field.differs("written as expressions that take any query", "rules.http.path")


def _expression(text: str) -> str:
    if text.endswith("*"):
        return re.escape(text[:-1]) + ".*"
    if text.startswith("*"):
        return ".*" + re.escape(text[1:]) + QUERY
    return re.escape(text) + QUERY


def _hosts(field: Field, http: dict[str, list[str]]) -> bool:
    texts = field.texts()
    if not texts or not all(map(shapes.plain_host, texts)):
        return field.lost("must be a list of host names without wildcards and ports")
    http["host"] = [re.escape(text) + "(:[0-9]+)?" for text in texts]
    return field.converted("rules.http.host")


def _refuse(why: str) -> Handler:
    return lambda below: below.lost(why)
