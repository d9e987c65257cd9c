"""Health probes: the requirement's figures, and bounds."""

import pytest

from sovereign.mesh import Probe, probes
from sovereign.problems import ConfigError


def test_the_requirements_figures() -> None:
    """Startup 10 s, then every 5 s 30 times; readiness every 10 s, liveness every 20 s, 3 times."""
    found = probes()
    assert found == {
        "startupProbe": {
            "httpGet": {"path": "/health", "port": 8080},
            "initialDelaySeconds": 10,
            "periodSeconds": 5,
            "timeoutSeconds": 1,
            "failureThreshold": 30,
        },
        "readinessProbe": {
            "httpGet": {"path": "/health/ready", "port": 8080},
            "periodSeconds": 10,
            "timeoutSeconds": 1,
            "failureThreshold": 3,
        },
        "livenessProbe": {
            "httpGet": {"path": "/health/live", "port": 8080},
            "periodSeconds": 20,
            "timeoutSeconds": 1,
            "failureThreshold": 3,
        },
    }


def test_one_probe_can_be_another_and_the_others_stay() -> None:
    """Port and probe are arguments."""
    found = probes(port=9000, liveness=Probe("/live", period_s=30, failures=5, timeout_s=3))
    assert found["livenessProbe"] == {
        "httpGet": {"path": "/live", "port": 9000},
        "periodSeconds": 30,
        "timeoutSeconds": 3,
        "failureThreshold": 5,
    }
    assert found["readinessProbe"]["httpGet"]["path"] == "/health/ready"


def test_probes_out_of_bounds_are_refused_all_at_once() -> None:
    """A timeout above the period, no failures, a query in the path."""
    with pytest.raises(ConfigError) as refused:
        probes(
            port=0,
            startup=Probe("/a?b=c", period_s=0, failures=0, delay_s=601),
            readiness=Probe("/ready", period_s=5, failures=3, timeout_s=6),
        )
    assert [problem.path for problem in refused.value.problems] == [
        "probes.port",
        "probes.startup.path",
        "probes.startup.period_s",
        "probes.startup.failures",
        "probes.startup.delay_s",
        "probes.readiness.timeout_s",
    ]
