"""The circuit breaker of an HTTP service, its route's timeout and its retries."""

from sovereign.mesh.checks import Checks
from sovereign.mesh.manifest import Manifest
from sovereign.mesh.resilience import envoy_config
from sovereign.mesh.resilience.route import ROUTE_TIMEOUT, TIMEOUT_BOUNDS, Retries
from sovereign.mesh.resilience.settings import STANDARD_SERVICE, ServiceSettings
from sovereign.mesh.resilience.tiers import TierName


def circuit_breaker(
    *,
    service: str,
    tier: TierName = "standard",
    port: int | None = None,
    settings: ServiceSettings = STANDARD_SERVICE,
    timeout: str = ROUTE_TIMEOUT,
    retries: Retries | None = None,
) -> list[Manifest]:
    """`service` is `namespace/name`; `port` for services with several. Over the limits a request
    gets 503 with `x-envoy-overloaded`, over `timeout` 504. Raises ConfigError.
    """
    checks = Checks("circuit-breaker")
    namespace, name = envoy_config.check_service(checks, service, port)
    chosen = envoy_config.check_tier(checks, tier)
    settings.check(checks)
    checks.duration("timeout", timeout, *TIMEOUT_BOUNDS)
    if retries is not None:
        retries.check(checks, "retries")
    checks.refuse()
    made = envoy_config.http_config(
        namespace=namespace,
        service=name,
        suffix="circuit-breaker",
        port=port,
        timeout=timeout,
        retries=retries,
        settings=settings,
        tier=chosen,
    )
    return [made]
