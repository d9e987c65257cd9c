"""The CiliumEnvoyConfig around listener, route and cluster."""

from typing import Any

from sovereign.mesh.checks import Checks
from sovereign.mesh.manifest import Manifest, manifest
from sovereign.mesh.resilience.cluster import eds_cluster
from sovereign.mesh.resilience.listener import http_listener, tcp_listener
from sovereign.mesh.resilience.route import Retries, route_configuration
from sovereign.mesh.resilience.settings import STANDARD_SERVICE, ServiceSettings
from sovereign.mesh.resilience.tiers import TIERS, Tier

ORIGINAL_SOURCE = "cec.cilium.io/use-original-source-address"
"""Set to `false`, as traffic between services needs it: replies must come back to Envoy."""


def check_service(checks: Checks, service: str, port: int | None) -> tuple[str, str]:
    """Namespace and name of `namespace/name`, port included in the checks."""
    if port is not None:
        checks.port("port", port)
    return checks.service("service", service)


def check_tier(checks: Checks, tier: str) -> Tier:
    """The tier of that name; any one where the name is refused."""
    checks.one_of("tier", tier, TIERS)
    return TIERS.get(tier, TIERS["standard"])


def http_config(
    *,
    namespace: str,
    service: str,
    suffix: str,
    port: int | None,
    timeout: str,
    retries: Retries | None,
    settings: ServiceSettings | None = None,
    tier: Tier | None = None,
) -> Manifest:
    """Listener, route and cluster of an HTTP service."""
    cluster = f"{namespace}/{service}"
    connect = (settings or STANDARD_SERVICE).connect_timeout
    resources = [
        http_listener(f"{service}-listener", f"{service}-route"),
        route_configuration(f"{service}-route", cluster, timeout, retries),
        eds_cluster(cluster, port, connect, settings, tier),
    ]
    return _envoy_config(namespace, service, suffix, port, resources)


def tcp_config(
    *,
    namespace: str,
    service: str,
    suffix: str,
    port: int | None,
    settings: ServiceSettings,
    tier: Tier,
) -> Manifest:
    """Listener and cluster of a TCP service."""
    cluster = f"{namespace}/{service}"
    resources = [
        tcp_listener(f"{service}-listener", cluster),
        eds_cluster(cluster, port, settings.connect_timeout, settings, tier),
    ]
    return _envoy_config(namespace, service, suffix, port, resources)


def _envoy_config(
    namespace: str, service: str, suffix: str, port: int | None, resources: list[dict[str, Any]]
) -> Manifest:
    redirected: dict[str, Any] = {"name": service, "namespace": namespace}
    if port is not None:
        redirected["ports"] = [port]
    return manifest(
        "cilium.io/v2",
        "CiliumEnvoyConfig",
        f"{service}-{suffix}",
        namespace=namespace,
        annotations={ORIGINAL_SOURCE: "false"},
        spec={"services": [redirected], "resources": resources},
    )
