"""What HTTP and gRPC routes have in common: which Gateway, which names, which Service."""

from collections.abc import Sequence
from typing import Any

from sovereign.mesh.checks import Checks

HOSTS_LIMIT = 16
"""Names of one route; `maxItems` of the CRD."""


def check_route(
    checks: Checks, *, name: str, service: str, port: int, gateway: str, hostnames: Sequence[str]
) -> tuple[str, str]:
    """Namespace and name of the Service; the route stands in the Service's namespace."""
    checks.name("name", name)
    checks.port("port", port)
    checks.service("gateway", gateway)
    if len(hostnames) > HOSTS_LIMIT:
        rule = f"must be at most {HOSTS_LIMIT} names"
        checks.add("hostnames", list(hostnames), rule, "make a second route")
    for number, host in enumerate(hostnames):
        checks.host(f"hostnames[{number}]", host)
    return checks.service("service", service)


def route_spec(gateway: str, hostnames: Sequence[str], rule: dict[str, Any]) -> dict[str, Any]:
    """One rule of a route attached to the Gateway `namespace/name`."""
    owner, _, name = gateway.partition("/")
    spec: dict[str, Any] = {"parentRefs": [{"name": name, "namespace": owner}]}
    if hostnames:
        spec["hostnames"] = list(hostnames)
    return {**spec, "rules": [rule]}


def backend(service: str, port: int) -> list[dict[str, Any]]:
    """The Service behind the route."""
    return [{"name": service, "port": port}]
