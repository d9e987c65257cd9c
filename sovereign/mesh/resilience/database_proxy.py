"""The circuit breaker of a TCP service, a database's proxy above all."""

from sovereign.mesh.checks import Checks
from sovereign.mesh.manifest import Manifest
from sovereign.mesh.resilience import envoy_config
from sovereign.mesh.resilience.settings import DATABASE_PROXY, ServiceSettings
from sovereign.mesh.resilience.tiers import TierName


def database_proxy(
    *,
    service: str,
    port: int | None = None,
    tier: TierName = "critical",
    settings: ServiceSettings = DATABASE_PROXY,
) -> list[Manifest]:
    """`service` is `namespace/name`. Failed connections count as 5xx; connections above the limit
    are closed at once. Raises ConfigError.
    """
    checks = Checks("database-proxy")
    namespace, name = envoy_config.check_service(checks, service, port)
    chosen = envoy_config.check_tier(checks, tier)
    settings.check(checks)
    checks.refuse()
    made = envoy_config.tcp_config(
        namespace=namespace,
        service=name,
        suffix="database-proxy",
        port=port,
        settings=settings,
        tier=chosen,
    )
    return [made]
