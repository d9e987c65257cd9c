"""Which HTTP requests a service answers, and to whom. Needs Envoy (`l7Proxy`, on by default)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from sovereign.mesh.checks import Checks
from sovereign.mesh.manifest import Manifest
from sovereign.mesh.policies import rules
from sovereign.mesh.workload import Workload

_METHOD = re.compile(r"[A-Z]+(\|[A-Z]+)*")


@dataclass(frozen=True)
class HttpRule:
    """One kind of request. Both texts are regular expressions that must match as a whole."""

    method: str
    """Upper case, for example `GET` or `GET|HEAD`."""
    path: str
    """For example `/api/v1/.*`; the query is not part of it."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """`GET /api/v1/.*`; ValueError otherwise."""
        method, blank, path = text.partition(" ")
        if not (method and blank and path):
            raise ValueError(f"{text!r} is no HTTP rule; write for example 'GET /api/v1/.*'")
        return cls(method, path)


def http_rules(
    *,
    to: Workload,
    callers: Sequence[Workload] = (),
    port: int,
    requests: Sequence[HttpRule],
    from_gateway: bool = False,
    name: str | None = None,
) -> list[Manifest]:
    """The named callers may make these requests; any other request gets 403, any other caller
    nothing. `from_gateway`: so may whoever comes through any of the cluster's Gateways; then nobody
    else need be named. Raises ConfigError.
    """
    checks = Checks("http-rules")
    rules.check_callers(checks, to, callers, (port,), "TCP", from_gateway=from_gateway)
    if not requests:
        checks.add("requests", [], "without one every request is refused", "name a request")
    for number, request in enumerate(requests):
        if not _METHOD.fullmatch(request.method):
            rule = "must be upper-case methods with '|' between"
            checks.add(f"requests[{number}].method", request.method, rule, "write for example GET")
        if not (request.path.startswith("/") and _compiles(request.path)):
            rule = "must be a regular expression that begins with '/'"
            checks.add(f"requests[{number}].path", request.path, rule, "write for example /v1/.*")
    chosen = f"{to.title()}-http" if name is None else name
    checks.name("name", chosen)
    checks.refuse()
    http = [{"method": request.method, "path": request.path} for request in requests]
    to_ports = {"ports": rules.port_list((port,)), "rules": {"http": http}}
    spec = {
        "endpointSelector": {"matchLabels": dict(to.labels)},
        "ingress": rules.ingress_rules(to, callers, to_ports, from_gateway=from_gateway),
    }
    return [rules.policy(chosen, str(to.namespace), spec)]


def _compiles(expression: str) -> bool:
    try:
        re.compile(expression)
    except re.error:
        return False
    return True
