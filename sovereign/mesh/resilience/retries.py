"""Retries of requests to a service, inside its route's timeout."""

from sovereign.mesh.checks import Checks
from sovereign.mesh.manifest import Manifest
from sovereign.mesh.resilience import envoy_config
from sovereign.mesh.resilience.route import RETRIES, ROUTE_TIMEOUT, TIMEOUT_BOUNDS, Retries


def retries(
    *,
    service: str,
    policy: Retries = RETRIES,
    timeout: str = ROUTE_TIMEOUT,
    port: int | None = None,
) -> list[Manifest]:
    """Failed connections and the policy's codes are tried again. Raises ConfigError."""
    checks = Checks("retries")
    namespace, name = envoy_config.check_service(checks, service, port)
    policy.check(checks, "policy")
    checks.duration("timeout", timeout, *TIMEOUT_BOUNDS)
    checks.refuse()
    made = envoy_config.http_config(
        namespace=namespace,
        service=name,
        suffix="retries",
        port=port,
        timeout=timeout,
        retries=policy,
    )
    return [made]
