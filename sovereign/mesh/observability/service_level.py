"""Service level rules of one service, from Hubble's HTTP metrics: availability, 95th percentile of
latency, error rate.

They need `hubble_metrics()` in Cilium's values, and traffic that Cilium sees as HTTP: an
`http_rules` policy or a circuit breaker on the service. Without requests there is no value, so
nothing fires.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sovereign.mesh import durations
from sovereign.mesh.checks import Checks
from sovereign.mesh.manifest import Manifest, manifest
from sovereign.mesh.observability import queries


@dataclass(frozen=True)
class Objective:
    """What is promised, and where people are called."""

    target: float
    """Shown on the dashboard and in the alert's text."""
    alert: float
    """The alert fires beyond it; on the bad side of the target."""


AVAILABILITY = Objective(99.9, 99.5)
"""Percent of requests that were answered with other than 5xx."""
LATENCY_P95 = Objective(0.5, 1.0)
"""Seconds."""
ERROR_RATE = Objective(0.1, 1.0)
"""Percent of requests that were answered with 5xx."""


def service_level_rules(
    *,
    service: str,
    availability: Objective = AVAILABILITY,
    latency_p95: Objective = LATENCY_P95,
    error_rate: Objective = ERROR_RATE,
    hold: str = "5m",
    window: str = "1m",
    reporter: Literal["server", "client"] = "server",
    labels: Mapping[str, str] | None = None,
) -> list[Manifest]:
    """One PrometheusRule. `service` is `namespace/workload`. An alert fires when its threshold has
    been crossed for `hold`; `window` is what rates are taken over, at least four scrapes. `labels`:
    what your Prometheus selects rules by. `reporter`: which side's proxy counts. Raises
    ConfigError.
    """
    checks = Checks("service-level-rules")
    namespace, workload = checks.service("service", service)
    _check(checks, "availability", availability, 100.0, higher_is_better=True)
    _check(checks, "latency_p95", latency_p95, 3600.0, higher_is_better=False)
    _check(checks, "error_rate", error_rate, 100.0, higher_is_better=False)
    checks.duration("hold", hold, "0s", "1h")
    checks.duration("window", window, "30s", "1h")
    checks.one_of("reporter", reporter, ("server", "client"))
    if labels is not None:
        checks.labels("labels", labels)
    checks.refuse()
    chosen = queries.Source(namespace, workload, reporter, durations.prometheus(window))
    alerts = [
        ("AvailabilityBelowObjective", queries.AVAILABILITY, "<", availability, "%", "critical"),
        ("LatencyP95AboveObjective", queries.LATENCY_P95, ">", latency_p95, "s", "warning"),
        ("ErrorRateAboveObjective", queries.ERROR_RATE, ">", error_rate, "%", "critical"),
    ]
    rules = [
        {"record": record, "expr": expression, "labels": chosen.labels()}
        for record, expression in chosen.recordings().items()
    ]
    rules += [
        _alert(name, chosen, record, sign, objective, unit, severity, durations.prometheus(hold))
        for name, record, sign, objective, unit, severity in alerts
    ]
    group = {"name": f"{namespace}-{workload}-service-level", "interval": "30s", "rules": rules}
    made = manifest(
        "monitoring.coreos.com/v1",
        "PrometheusRule",
        f"{workload}-service-level",
        namespace=namespace,
        labels=labels,
        spec={"groups": [group]},
    )
    return [made]


def _check(
    checks: Checks, argument: str, found: Objective, highest: float, *, higher_is_better: bool
) -> None:
    checks.between(f"{argument}.target", found.target, 0.0, highest)
    checks.between(f"{argument}.alert", found.alert, 0.0, highest)
    worse = found.alert < found.target if higher_is_better else found.alert > found.target
    if not worse:
        side = "below" if higher_is_better else "above"
        rule = f"must be {side} the target {found.target:g}, or it fires while all is well"
        checks.add(f"{argument}.alert", found.alert, rule, "choose the alert worse than the target")


def _alert(
    name: str,
    chosen: queries.Source,
    record: str,
    sign: str,
    objective: Objective,
    unit: str,
    severity: str,
    hold: str,
) -> dict[str, Any]:
    place = f"{chosen.namespace}/{chosen.workload}"
    side = "below" if sign == "<" else "above"
    summary = f"{record} of {place} is {{{{ $value | humanize }}}}{unit}"
    description = (
        f"{side} {objective.alert:g}{unit} for {hold}; the objective is {objective.target:g}{unit}"
    )
    return {
        "alert": name,
        "expr": f"{chosen.recorded(record)} {sign} {objective.alert:g}",
        "for": hold,
        "labels": {**chosen.labels(), "severity": severity},
        "annotations": {"summary": summary, "description": description},
    }
