"""Circuit breakers as data: the requirement's figures, and what is refused."""

from typing import Any

import pytest

from sovereign.mesh import (
    Retries,
    ServiceSettings,
    circuit_breaker,
    database_proxy,
    retries,
    route_timeout,
)
from sovereign.mesh.resilience.tiers import TierName
from sovereign.problems import ConfigError
from tests.mesh.clusters import Accepts


def _resources(made: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {one["@type"].rpartition(".")[2]: one for one in made[0]["spec"]["resources"]}


@pytest.mark.parametrize(
    ("tier", "figures"),
    [("critical", (3, "30s", 50)), ("standard", (5, "30s", 50)), ("background", (10, "60s", 75))],
)
def test_the_tiers_have_the_requirements_figures(
    tier: TierName, figures: tuple[int, str, int]
) -> None:
    """Errors, ejection, share."""
    found = _resources(circuit_breaker(service="shop/api", tier=tier))["Cluster"]
    detection = found["outlier_detection"]
    assert figures == (
        detection["consecutive_5xx"],
        detection["base_ejection_time"],
        detection["max_ejection_percent"],
    )
    assert detection["enforcing_success_rate"] == 0
    assert found["common_lb_config"]["healthy_panic_threshold"] == {"value": 100 - figures[2]}


def test_a_standard_service_has_the_requirements_figures() -> None:
    """Connect 5 s; 100 connections, 100 pending, 1000 requests, 3 retries; 5xx x 5, every 10 s."""
    cluster = _resources(circuit_breaker(service="shop/api"))["Cluster"]
    assert cluster["connect_timeout"] == "5s"
    assert cluster["circuit_breakers"]["thresholds"] == [
        {
            "priority": "DEFAULT",
            "max_connections": 100,
            "max_pending_requests": 100,
            "max_requests": 1000,
            "max_retries": 3,
        }
    ]
    detection = cluster["outlier_detection"]
    assert (detection["consecutive_5xx"], detection["interval"]) == (5, "10s")


def test_a_database_proxy_has_the_requirements_figures() -> None:
    """Connect 3 s; 50 connections, 50 pending, 2 retries; 5xx x 3, every 5 s; raw TCP."""
    found = _resources(database_proxy(service="shop/database"))
    cluster = found["Cluster"]
    assert cluster["connect_timeout"] == "3s"
    assert cluster["circuit_breakers"]["thresholds"] == [
        {
            "priority": "DEFAULT",
            "max_connections": 50,
            "max_pending_requests": 50,
            "max_retries": 2,
        }
    ]
    detection = cluster["outlier_detection"]
    assert (detection["consecutive_5xx"], detection["interval"]) == (3, "5s")
    (proxy,) = found["Listener"]["filter_chains"][0]["filters"]
    assert proxy["name"] == "envoy.filters.network.tcp_proxy"
    assert proxy["typed_config"]["cluster"] == "shop/database"
    assert "RouteConfiguration" not in found


def test_listener_route_and_cluster_hang_together() -> None:
    """A cluster alone is accepted and inert: the listener names the route, the route the cluster,
    the cluster the endpoints that Cilium publishes; the service is redirected to it.
    """
    made = circuit_breaker(service="shop/api", port=8080)
    found = _resources(made)
    (manager,) = found["Listener"]["filter_chains"][0]["filters"]
    route = found["RouteConfiguration"]
    assert manager["typed_config"]["rds"] == {"route_config_name": route["name"]}
    assert route["virtual_hosts"][0]["routes"][0]["route"]["cluster"] == "shop/api"
    assert found["Cluster"]["name"] == "shop/api"
    assert found["Cluster"]["type"] == "EDS"
    assert found["Cluster"]["eds_cluster_config"] == {"service_name": "shop/api:8080"}
    assert made[0]["spec"]["services"] == [{"name": "api", "namespace": "shop", "ports": [8080]}]
    annotation = {"cec.cilium.io/use-original-source-address": "false"}
    assert made[0]["metadata"]["annotations"] == annotation


def test_timeouts_and_backoffs_are_written_as_envoy_reads_them() -> None:
    """Protobuf durations know seconds only."""
    route = _resources(
        circuit_breaker(service="shop/api", timeout="1m30s", retries=Retries(backoff="250ms"))
    )["RouteConfiguration"]
    action = route["virtual_hosts"][0]["routes"][0]["route"]
    assert action["timeout"] == "90s"
    assert action["retry_policy"]["retry_back_off"] == {
        "base_interval": "0.25s",
        "max_interval": "2.5s",
    }


def test_timeout_and_retries_alone_bring_no_ejection(accepts: Accepts) -> None:
    """What was not asked for is left to the agent's own settings."""
    for made in (route_timeout(service="shop/api"), retries(service="shop/api")):
        accepts(made)
        cluster = _resources(made)["Cluster"]
        assert "outlier_detection" not in cluster
        assert "circuit_breakers" not in cluster


@pytest.mark.parametrize(
    ("build", "arguments", "paths"),
    [
        (circuit_breaker, {"tier": "vip"}, ["circuit-breaker.tier"]),
        (circuit_breaker, {"timeout": "2h"}, ["circuit-breaker.timeout"]),
        (
            database_proxy,
            {"port": 0, "service": "db"},
            ["database-proxy.port", "database-proxy.service"],
        ),
        (route_timeout, {"timeout": "0s"}, ["route-timeout.timeout"]),
        (
            retries,
            {"policy": Retries(attempts=11, codes=(200,), backoff="x")},
            ["retries.policy.attempts", "retries.policy.backoff", "retries.policy.codes[0]"],
        ),
        (
            circuit_breaker,
            {"settings": ServiceSettings("0s", 0, 0, 0, -1, "1h"), "retries": Retries(0)},
            [
                *(f"circuit-breaker.settings.{name}" for name in vars(ServiceSettings())),
                "circuit-breaker.retries.attempts",
            ],
        ),
    ],
)
def test_figures_out_of_bounds_are_refused(
    build: Any, arguments: dict[str, Any], paths: list[str]
) -> None:
    """All at once; zero connections would be an outage, not a limit."""
    with pytest.raises(ConfigError) as refused:
        build(**{"service": "shop/api", **arguments})
    assert [problem.path for problem in refused.value.problems] == paths
