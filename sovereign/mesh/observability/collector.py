"""The OpenTelemetry collector that applications send to: traces to Tempo, metrics to Mimir, logs to
Loki, all over OTLP/HTTP.
"""

from typing import Any

from sovereign.mesh.checks import Checks
from sovereign.mesh.manifest import Manifest, manifest
from sovereign.mesh.observability.instrumentation import NAMESPACE, OTLP_HTTP_PORT


def collector(
    *,
    namespace: str = NAMESPACE,
    name: str = "otel",
    observability: str = "observability",
    replicas: int = 2,
) -> list[Manifest]:
    """A collector whose Service is `<name>-collector`; `observability` is the namespace of the
    Grafana stack. Raises ConfigError.
    """
    checks = Checks("collector")
    checks.label("namespace", namespace)
    checks.label("name", name)
    checks.label("observability", observability)
    checks.between("replicas", replicas, 1, 20)
    checks.refuse()
    exporters = {
        "traces": ("otlphttp/tempo", f"http://tempo.{observability}:{OTLP_HTTP_PORT}"),
        "metrics": ("otlphttp/mimir", f"http://mimir-gateway.{observability}/otlp"),
        "logs": ("otlphttp/loki", f"http://loki-gateway.{observability}/otlp"),
    }
    config: dict[str, Any] = {
        "receivers": {"otlp": {"protocols": {"http": {"endpoint": f"0.0.0.0:{OTLP_HTTP_PORT}"}}}},
        "processors": {
            "memory_limiter": {
                "check_interval": "1s",
                "limit_percentage": 75,
                "spike_limit_percentage": 20,
            },
            "batch": {},
        },
        "exporters": {exporter: {"endpoint": url} for exporter, url in exporters.values()},
        "service": {
            "pipelines": {
                signal: {
                    "receivers": ["otlp"],
                    "processors": ["memory_limiter", "batch"],
                    "exporters": [exporter],
                }
                for signal, (exporter, _) in exporters.items()
            }
        },
    }
    spec = {
        "mode": "deployment",
        "replicas": replicas,
        "resources": {"limits": {"memory": "512Mi"}, "requests": {"memory": "128Mi"}},
        "config": config,
    }
    return [
        manifest(
            "opentelemetry.io/v1beta1",
            "OpenTelemetryCollector",
            name,
            namespace=namespace,
            spec=spec,
        )
    ]
