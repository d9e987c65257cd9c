"""The service level rules in the real promtool: what crosses a threshold for 5 minutes calls
somebody, 4 minutes do not.
"""

from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest

from sovereign.mesh import Objective, service_level_rules
from sovereign.problems import ConfigError
from tests.mesh.observability.promtool import STEP_S, check_rules, run_rules

GROUPS = service_level_rules(service="shop/api")[0]["spec"]["groups"]
PER_STEP = 10_000
"""Requests between two samples."""
BEGIN_MIN, END_MIN = 10, 25
"""The bad time begins here; the run ends here."""
LABELS = 'reporter="server",destination_namespace="shop",destination_workload="api"'
PLACE = {"namespace": "shop", "workload": "api"}


def _series(
    minutes: int, *, failing_percent: float = 0, slow: tuple[str, float] = ("1", 0)
) -> dict[str, Sequence[float]]:
    """Counters of a service that is well but for so many minutes. `slow`: the bucket into which so
    many percent of the requests fall then; the others take at most 0.1 s.
    """
    steps = range(END_MIN * 60 // STEP_S)
    bad = [BEGIN_MIN * 60 <= step * STEP_S < (BEGIN_MIN + minutes) * 60 for step in steps]
    failed = [PER_STEP * failing_percent / 100 if is_bad else 0 for is_bad in bad]
    late = [PER_STEP * slow[1] / 100 if is_bad else 0 for is_bad in bad]
    fast = [PER_STEP - number for number in late]
    upper = float(slow[0])
    buckets = {le: fast if float(le) < upper else [PER_STEP] * len(bad) for le in _BUCKETS}
    requests = "hubble_http_requests_total"
    rates: dict[str, Sequence[float]] = {
        f'{requests}{{{LABELS},status="200"}}': [PER_STEP - number for number in failed],
        f'{requests}{{{LABELS},status="503"}}': failed,
        f'{requests}{{{LABELS.replace("api", "other")},status="500"}}': [PER_STEP] * len(bad),
    }
    for le, numbers in buckets.items():
        rates[f'hubble_http_request_duration_seconds_bucket{{{LABELS},le="{le}"}}'] = numbers
    return {name: [0, *accumulate(numbers)] for name, numbers in rates.items()}


_BUCKETS = ("0.1", "0.5", "1", "2.5", "+Inf")


def _alert(name: str, severity: str, summary: str, description: str) -> dict[str, Any]:
    labels = {**PLACE, "severity": severity}
    texts = {"summary": summary, "description": description}
    return {"alertname": name, "exp_alerts": [{"exp_labels": labels, "exp_annotations": texts}]}


def _availability(value: str) -> dict[str, Any]:
    return _alert(
        "AvailabilityBelowObjective",
        "critical",
        f"service_level:availability:percent of shop/api is {value}%",
        "below 99.5% for 5m; the objective is 99.9%",
    )


def _error_rate(value: str) -> dict[str, Any]:
    return _alert(
        "ErrorRateAboveObjective",
        "critical",
        f"service_level:error_rate:percent of shop/api is {value}%",
        "above 1% for 5m; the objective is 0.1%",
    )


def _latency(value: str) -> dict[str, Any]:
    return _alert(
        "LatencyP95AboveObjective",
        "warning",
        f"service_level:latency_p95:seconds of shop/api is {value}s",
        "above 1s for 5m; the objective is 0.5s",
    )


NAMES = ("AvailabilityBelowObjective", "ErrorRateAboveObjective", "LatencyP95AboveObjective")
AFTER_FIVE = "15m30s"
"""Rules are evaluated every 30 s: first seen at 10m30s, five minutes later this is. Rates are taken
over a minute, so half of what is seen now is the good time after.
"""
IN_THE_SIXTH = "16m"
"""A whole minute of bad time behind, and five since the first."""


def _expected(time: str, *alerts: dict[str, Any]) -> list[dict[str, Any]]:
    """These alerts at that time, and no other one then."""
    quiet = set(NAMES) - {alert["alertname"] for alert in alerts}
    silent = [{"alertname": name, "exp_alerts": []} for name in sorted(quiet)]
    return [{"eval_time": time, **alert} for alert in (*alerts, *silent)]


def _silence() -> list[dict[str, Any]]:
    """No alert at any evaluation of the whole run."""
    times = range(0, END_MIN * 60, 30)
    return [
        {"eval_time": f"{time}s", "alertname": name, "exp_alerts": []}
        for time in times
        for name in NAMES
    ]


def test_five_minutes_of_failures_fire(tmp_path: Path) -> None:
    """Availability and error rate cross their thresholds for five minutes."""
    expected = _expected(AFTER_FIVE, _availability("50"), _error_rate("50"))
    assert run_rules(GROUPS, _series(5, failing_percent=100), expected, tmp_path) == ""


def test_four_minutes_of_failures_do_not(tmp_path: Path) -> None:
    """However bad they are."""
    assert run_rules(GROUPS, _series(4, failing_percent=100), _silence(), tmp_path) == ""


def test_just_beyond_the_thresholds_both_fire(tmp_path: Path) -> None:
    """1.1 % of failures: below 99.5 % available, above 1 % errors."""
    expected = _expected(IN_THE_SIXTH, _availability("98.9"), _error_rate("1.1"))
    assert run_rules(GROUPS, _series(6, failing_percent=1.1), expected, tmp_path) == ""


def test_between_the_two_thresholds_only_availability_fires(tmp_path: Path) -> None:
    """0.6 % of failures: 99.4 % available, and less than 1 % errors."""
    expected = _expected(IN_THE_SIXTH, _availability("99.4"))
    assert run_rules(GROUPS, _series(6, failing_percent=0.6), expected, tmp_path) == ""


def test_a_missed_objective_alone_calls_nobody(tmp_path: Path) -> None:
    """99.6 % misses the objective of 99.9 %, the alert is at 99.5 %."""
    assert run_rules(GROUPS, _series(10, failing_percent=0.4), _silence(), tmp_path) == ""


def test_five_slow_minutes_fire(tmp_path: Path) -> None:
    """All requests take 1 to 2.5 s; with half of them still in sight, 95 % take up to 2.35 s."""
    expected = _expected(AFTER_FIVE, _latency("2.35"))
    assert run_rules(GROUPS, _series(5, slow=("2.5", 100)), expected, tmp_path) == ""


def test_four_slow_minutes_do_not(tmp_path: Path) -> None:
    """The same for one minute less."""
    assert run_rules(GROUPS, _series(4, slow=("2.5", 100)), _silence(), tmp_path) == ""


def test_it_is_the_95th_percentile_that_counts(tmp_path: Path) -> None:
    """One request in ten above a second fires, one in twenty-five does not."""
    expected = _expected(IN_THE_SIXTH, _latency("1.75"))
    assert run_rules(GROUPS, _series(6, slow=("2.5", 10)), expected, tmp_path) == ""
    assert run_rules(GROUPS, _series(6, slow=("2.5", 4)), _silence(), tmp_path) == ""


def test_slower_than_the_objective_but_below_a_second_calls_nobody(tmp_path: Path) -> None:
    """The 95th percentile is 0.75 s: the objective is 0.5 s, the alert is at 1 s."""
    assert run_rules(GROUPS, _series(10, slow=("1", 10)), _silence(), tmp_path) == ""


def test_a_service_without_requests_calls_nobody(tmp_path: Path) -> None:
    """Neither without series nor with series that stand still."""
    still = {name: [7.0] * 100 for name in _series(0)}
    assert run_rules(GROUPS, still, _silence(), tmp_path) == ""
    assert run_rules(GROUPS, {}, _silence(), tmp_path) == ""


def test_a_service_that_never_failed_is_wholly_available(tmp_path: Path) -> None:
    """Before its first 5xx there is no such series; that is no reason to know nothing."""
    series = {name: values for name, values in _series(0).items() if "503" not in name}
    record = "service_level:availability:percent"
    sample = {"labels": f'{record}{{namespace="shop",workload="api"}}', "value": 100}
    value = {"expr": record, "eval_time": "10m", "exp_samples": [sample]}
    assert run_rules(GROUPS, series, _silence(), tmp_path, [value]) == ""


def test_a_wrong_expectation_is_noticed(tmp_path: Path) -> None:
    """promtool's own check: silence expected, alarm given, and the other way round."""
    loud = run_rules(GROUPS, _series(6, failing_percent=2), _silence(), tmp_path)
    assert "AvailabilityBelowObjective" in loud
    wrong = _expected(IN_THE_SIXTH, _error_rate("2"))
    quiet = run_rules(GROUPS, _series(4, failing_percent=2), wrong, tmp_path)
    assert "ErrorRateAboveObjective" in quiet


def test_other_figures_and_names_are_still_rules(tmp_path: Path) -> None:
    """Durations in any order of units become what Prometheus reads."""
    made = service_level_rules(
        service="shop/api",
        availability=Objective(99, 95),
        hold="90s",
        window="2m",
        reporter="client",
        labels={"release": "prometheus"},
    )[0]
    assert made["metadata"]["labels"] == {"release": "prometheus"}
    alert = made["spec"]["groups"][0]["rules"][3]
    assert (alert["for"], alert["expr"].split()[-1]) == ("1m30s", "95")
    assert check_rules(made["spec"]["groups"], tmp_path) == ""


def test_an_alert_on_the_good_side_of_its_objective_is_refused() -> None:
    """It would fire while all is well; all three at once."""
    swapped = Objective(99.5, 99.9)
    with pytest.raises(ConfigError) as refused:
        service_level_rules(
            service="shop/api",
            availability=swapped,
            latency_p95=Objective(1.0, 0.5),
            error_rate=Objective(1.0, 1.0),
        )
    paths = [problem.path for problem in refused.value.problems]
    assert paths == [f"service-level-rules.{n}.alert" for n in _ARGUMENTS]


_ARGUMENTS = ("availability", "latency_p95", "error_rate")
