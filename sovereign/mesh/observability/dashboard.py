"""A Grafana dashboard of one service: its objectives, its requests, what the network dropped."""

import json
from collections.abc import Sequence
from typing import Any

from sovereign.mesh.checks import Checks
from sovereign.mesh.manifest import Manifest, manifest
from sovereign.mesh.observability import queries
from sovereign.mesh.observability.service_level import (
    AVAILABILITY,
    ERROR_RATE,
    LATENCY_P95,
    Objective,
)

SCHEMA_VERSION = 39
"""Of the dashboard's JSON; Grafana migrates older ones when it opens them."""
SIDECAR_LABEL = {"grafana_dashboard": "1"}
"""By which the Grafana chart's sidecar finds dashboards."""
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
_PANEL_HEIGHT = 8
_PANEL_WIDTH = 12


def dashboard(*, service: str, namespace: str = "observability") -> list[Manifest]:
    """A ConfigMap in `namespace`, where Grafana's sidecar takes it from. `service` is
    `namespace/workload`. Raises ConfigError.
    """
    checks = Checks("dashboard")
    place, workload = checks.service("service", service)
    checks.label("namespace", namespace)
    checks.refuse()
    name = f"{place}-{workload}"
    text = json.dumps(dashboard_json(service=service), indent=2, sort_keys=True) + "\n"
    made = manifest(
        "v1",
        "ConfigMap",
        f"dashboard-{name}",
        namespace=namespace,
        labels=SIDECAR_LABEL,
        data={f"{name}.json": text},
    )
    return [made]


def dashboard_json(*, service: str) -> dict[str, Any]:
    """The dashboard itself, as Grafana imports it. Raises ConfigError."""
    checks = Checks("dashboard")
    place, workload = checks.service("service", service)
    checks.refuse()
    source = queries.Source(place, workload, "server", "$__rate_interval")
    panels = [
        _objective("Availability", source, queries.AVAILABILITY, "percent", AVAILABILITY),
        _objective("Latency, 95th percentile", source, queries.LATENCY_P95, "s", LATENCY_P95),
        _objective("Error rate", source, queries.ERROR_RATE, "percent", ERROR_RATE),
        _panel(
            "Requests by status",
            [(f"sum by (status) ({source.rate(queries.REQUESTS)})", "{{status}}")],
            "reqps",
        ),
        _panel(
            "Requests by caller",
            [
                (
                    f"sum by (source_workload) ({source.rate(queries.REQUESTS)})",
                    "{{source_workload}}",
                )
            ],
            "reqps",
        ),
        _panel(
            "Dropped packets of the cluster",
            [("sum by (reason) (rate(hubble_drop_total[$__rate_interval]))", "{{reason}}")],
            "pps",
        ),
    ]
    return {
        "uid": f"sovereign-{place}-{workload}"[:40],
        "title": f"{service}: service level",
        "tags": ["sovereign", "service-level"],
        "schemaVersion": SCHEMA_VERSION,
        "version": 1,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "utc",
        "annotations": {"list": []},
        "templating": {"list": [_datasource_variable()]},
        "panels": [_placed(number, panel) for number, panel in enumerate(panels)],
    }


def _datasource_variable() -> dict[str, Any]:
    return {"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Metrics"}


def _objective(
    title: str, source: queries.Source, record: str, unit: str, objective: Objective
) -> dict[str, Any]:
    """A panel with the target and the alert's threshold as lines."""
    panel = _panel(title, [(source.recorded(record), title)], unit)
    worse_is_higher = objective.alert > objective.target
    first, second = sorted((objective.target, objective.alert))
    colors = ("green", "orange", "red") if worse_is_higher else ("red", "orange", "green")
    steps = [
        {"color": color, "value": value}
        for color, value in zip(colors, (None, first, second), strict=True)
    ]
    defaults = panel["fieldConfig"]["defaults"]
    defaults["thresholds"] = {"mode": "absolute", "steps": steps}
    defaults["custom"] = {"thresholdsStyle": {"mode": "line"}}
    return panel


def _panel(title: str, targets: Sequence[tuple[str, str]], unit: str) -> dict[str, Any]:
    return {
        "title": title,
        "type": "timeseries",
        "datasource": _SOURCE,
        "fieldConfig": {"defaults": {"unit": unit}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}},
        "targets": [
            {"refId": chr(65 + number), "datasource": _SOURCE, "expr": expr, "legendFormat": legend}
            for number, (expr, legend) in enumerate(targets)
        ],
    }


def _placed(number: int, panel: dict[str, Any]) -> dict[str, Any]:
    row, column = divmod(number, 2)
    place = {
        "x": column * _PANEL_WIDTH,
        "y": row * _PANEL_HEIGHT,
        "w": _PANEL_WIDTH,
        "h": _PANEL_HEIGHT,
    }
    return {"id": number + 1, "gridPos": place, **panel}
