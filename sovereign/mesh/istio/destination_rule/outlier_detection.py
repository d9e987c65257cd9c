"""Outlier detection: when a pod is left out for a while.

Envoy checks consecutive gateway failures and local failures without enforcing them unless told to,
so what Istio enforces is written out (`enforcing_...: 100`). Ejection by success rate, which Envoy
has on by default and Istio off, is switched off.
"""

from collections.abc import Callable
from typing import Any

from sovereign.mesh import durations
from sovereign.mesh.istio import shapes
from sovereign.mesh.istio.field import Field, Handler

COUNTS = {
    "consecutive5xxErrors": "consecutive_5xx",
    "consecutiveGatewayErrors": "consecutive_gateway_failure",
    "consecutiveErrors": "consecutive_gateway_failure",
    "consecutiveLocalOriginFailures": "consecutive_local_origin_failure",
}
TIMES = {"interval": "interval", "baseEjectionTime": "base_ejection_time"}
MAX_EJECTION_PERCENT = 10
"""Istio's default, and Envoy's."""


def outlier_detection(field: Field, cluster: dict[str, Any]) -> None:
    """Write `outlierDetection` into the cluster."""
    made: dict[str, Any] = {
        "enforcing_success_rate": 0,
        "max_ejection_percent": MAX_EJECTION_PERCENT,
    }
    common: dict[str, Any] = {}
    field.visit(
        {
            **{key: _to(_count, made, to) for key, to in COUNTS.items()},
            **{key: _to(_time, made, to) for key, to in TIMES.items()},
            "maxEjectionPercent": lambda f: _percent(f, made, "max_ejection_percent"),
            "minHealthPercent": lambda f: _health(f, common),
            "splitExternalLocalOriginErrors": lambda f: _split(f, made),
        }
    )
    if field.value == {}:
        field.converted("outlier_detection")
    cluster["outlier_detection"] = made
    # Istio: panic is off unless minHealthPercent is set; Envoy's own default is 50 %.
    cluster["common_lb_config"] = {"healthy_panic_threshold": {"value": 0}, **common}


def _to(
    write: Callable[[Field, dict[str, Any], str], bool], made: dict[str, Any], to: str
) -> Handler:
    return lambda field: write(field, made, to)


def _count(field: Field, made: dict[str, Any], to: str) -> bool:
    number = field.whole
    if number is None or number > 2**32 - 1:
        return field.lost("must be a whole number")
    if number == 0:
        made[f"enforcing_{to}"] = 0
        return field.converted(f"enforcing_{to}: 0")
    made[to] = number
    if to != "consecutive_5xx":
        made[f"enforcing_{to}"] = 100
    if field.path[-1] == "consecutiveErrors":
        return field.differs("an old name of consecutiveGatewayErrors", f"outlier_detection.{to}")
    return field.converted(f"outlier_detection.{to}")


def _time(field: Field, made: dict[str, Any], to: str) -> bool:
    found = shapes.duration(field.text)
    if found is None or not durations.milliseconds(found):
        return field.lost("not a duration of whole milliseconds above 0")
    made[to] = durations.envoy(found)
    return field.converted(f"outlier_detection.{to}")


def _percent(field: Field, made: dict[str, Any], to: str) -> bool:
    if field.whole is None or field.whole > 100:
        return field.lost("must be from 0 to 100")
    made[to] = field.whole
    return field.converted(f"outlier_detection.{to}")


def _health(field: Field, common: dict[str, Any]) -> bool:
    if field.whole is None or field.whole > 100:
        return field.lost("must be from 0 to 100")
    common["healthy_panic_threshold"] = {"value": field.whole}
    return field.converted("common_lb_config.healthy_panic_threshold")


def _split(field: Field, made: dict[str, Any]) -> bool:
    if field.flag is None:
        return field.lost("must be true or false")
    made["split_external_local_origin_errors"] = field.flag
    return field.converted("outlier_detection.split_external_local_origin_errors")
