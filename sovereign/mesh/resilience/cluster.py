"""The Envoy cluster of a service: endpoints from Cilium's agent (EDS), limits, ejection.

Its name is `namespace/service`, the name under which the agent publishes endpoints; under another
name it is accepted and inert (cilium `pkg/ciliumenvoyconfig`).
"""

from typing import Any

from sovereign.mesh import durations
from sovereign.mesh.resilience.settings import ServiceSettings
from sovereign.mesh.resilience.tiers import Tier

TYPE = "type.googleapis.com/envoy.config.cluster.v3.Cluster"


def eds_cluster(
    service: str,
    port: int | None,
    connect_timeout: str,
    settings: ServiceSettings | None = None,
    tier: Tier | None = None,
) -> dict[str, Any]:
    """`port` None takes the endpoints of all the service's ports. Without settings the agent's own
    limits hold; without a tier nothing is ejected.
    """
    cluster: dict[str, Any] = {
        "@type": TYPE,
        "name": service,
        "type": "EDS",
        "eds_cluster_config": {"service_name": service if port is None else f"{service}:{port}"},
        "connect_timeout": durations.envoy(connect_timeout),
        "lb_policy": "ROUND_ROBIN",
    }
    if settings is not None:
        cluster["circuit_breakers"] = {"thresholds": [_thresholds(settings)]}
    if settings is not None and tier is not None:
        cluster["outlier_detection"] = _outlier_detection(settings, tier)
        cluster["common_lb_config"] = {
            "healthy_panic_threshold": {"value": 100 - tier.max_ejection_percent}
        }
    return cluster


def _thresholds(settings: ServiceSettings) -> dict[str, Any]:
    limits = {
        "priority": "DEFAULT",
        "max_connections": settings.max_connections,
        "max_pending_requests": settings.max_pending_requests,
        "max_requests": settings.max_requests,
        "max_retries": settings.max_retries,
    }
    return {name: limit for name, limit in limits.items() if limit is not None}


def _outlier_detection(settings: ServiceSettings, tier: Tier) -> dict[str, Any]:
    """Only consecutive failures eject: Envoy's ejection by success rate is on by default and has
    figures of its own. The panic threshold beside it keeps Envoy from using ejected pods again
    while no more than the allowed share is out.
    """
    return {
        "consecutive_5xx": tier.consecutive_5xx,
        "interval": durations.envoy(settings.interval),
        "base_ejection_time": durations.envoy(tier.base_ejection),
        "max_ejection_percent": tier.max_ejection_percent,
        "enforcing_success_rate": 0,
    }
