"""A timeout for all requests to a service, and nothing else."""

from sovereign.mesh.checks import Checks
from sovereign.mesh.manifest import Manifest
from sovereign.mesh.resilience import envoy_config
from sovereign.mesh.resilience.route import ROUTE_TIMEOUT, TIMEOUT_BOUNDS


def route_timeout(
    *, service: str, timeout: str = ROUTE_TIMEOUT, port: int | None = None
) -> list[Manifest]:
    """A request that takes longer gets 504. Raises ConfigError."""
    checks = Checks("route-timeout")
    namespace, name = envoy_config.check_service(checks, service, port)
    checks.duration("timeout", timeout, *TIMEOUT_BOUNDS)
    checks.refuse()
    made = envoy_config.http_config(
        namespace=namespace,
        service=name,
        suffix="timeout",
        port=port,
        timeout=timeout,
        retries=None,
    )
    return [made]
