"""gRPC calls from a Gateway to a Service."""

import re
from collections.abc import Sequence
from typing import Any

from sovereign.mesh.checks import Checks
from sovereign.mesh.gateway.gateway import API_VERSION
from sovereign.mesh.gateway.route import backend, check_route, route_spec
from sovereign.mesh.manifest import Manifest, manifest

_SERVICE = re.compile(r"[A-Za-z_][A-Za-z_0-9]*(\.[A-Za-z_][A-Za-z_0-9]*)*")
_METHOD = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")


def grpc_route(
    *,
    service: str,
    port: int,
    gateway: str,
    name: str = "grpc-route",
    hostnames: Sequence[str] = (),
    grpc_service: str | None = None,
    grpc_method: str | None = None,
) -> list[Manifest]:
    """Calls go to `service` (`namespace/name`) on `port`; only those of `grpc_service` (with its
    package, `shop.v1.Orders`) and `grpc_method` where these are given. Raises ConfigError.
    """
    checks = Checks("grpc-route")
    namespace, backend_name = check_route(
        checks, name=name, service=service, port=port, gateway=gateway, hostnames=hostnames
    )
    if grpc_service is not None and not _SERVICE.fullmatch(grpc_service):
        rule = "must be a gRPC service with its package"
        checks.add("grpc_service", grpc_service, rule, "write for example shop.v1.Orders")
    if grpc_method is not None and not _METHOD.fullmatch(grpc_method):
        checks.add("grpc_method", grpc_method, "must be a method's name", "write for example Place")
    checks.refuse()
    match = {
        key: text
        for key, text in (("service", grpc_service), ("method", grpc_method))
        if text is not None
    }
    rule_spec: dict[str, Any] = {"backendRefs": backend(backend_name, port)}
    if match:
        rule_spec["matches"] = [{"method": {"type": "Exact", **match}}]
    spec = route_spec(gateway, hostnames, rule_spec)
    return [manifest(API_VERSION, "GRPCRoute", name, namespace=namespace, spec=spec)]
