"""Timeouts, retries and raw TCP in a real Envoy."""

import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from sovereign.mesh import (
    Manifest,
    Retries,
    circuit_breaker,
    database_proxy,
    retries,
    route_timeout,
)
from tests.mesh.envoy.agent import scaled
from tests.mesh.envoy.process import LIMIT_S, running, validate, wait
from tests.mesh.envoy.upstreams import http_upstream, tcp_upstream

MADE = [
    *(circuit_breaker(service="shop/api", tier=tier)[0] for tier in ("critical", "background")),
    circuit_breaker(service="shop/api", port=8080, retries=Retries())[0],
    route_timeout(service="shop/api", timeout="1m30s")[0],
    retries(service="shop/api", policy=Retries(codes=()))[0],
    database_proxy(service="shop/database", port=5432)[0],
]


@pytest.mark.parametrize("manifest", MADE, ids=lambda made: made["metadata"]["name"])
def test_envoy_accepts_what_is_generated(manifest: Manifest, tmp_path: Path) -> None:
    """`--mode validate` of every kind of configuration."""
    done = validate(manifest, tmp_path)
    assert done.returncode == 0, done.stderr


def test_envoy_refuses_a_misspelt_field(tmp_path: Path) -> None:
    """The API server would not: it keeps any field of a resource."""
    manifest = circuit_breaker(service="shop/api")[0]
    detection = manifest["spec"]["resources"][2]["outlier_detection"]
    detection["consecutiveErrors"] = detection.pop("consecutive_5xx")
    done = validate(manifest, tmp_path)
    assert done.returncode != 0
    assert "consecutiveErrors" in done.stderr


@pytest.mark.parametrize(
    "made",
    [
        route_timeout(service="shop/api", timeout="200ms"),
        circuit_breaker(service="shop/api", timeout="200ms"),
    ],
    ids=["route-timeout", "circuit-breaker"],
)
def test_a_request_that_takes_too_long_gets_504(made: list[Manifest], tmp_path: Path) -> None:
    """Not before the bound, and the backend's late answer helps nobody."""
    with ExitStack() as stack:
        pod = stack.enter_context(http_upstream("pod"))
        envoy = stack.enter_context(running(made[0], [pod.port], tmp_path))
        assert envoy.request()[0] == 200
        pod.hold.clear()
        status, _ = envoy.request()
        assert status == 504
        assert envoy.statistic("upstream_rq_timeout") == 1


def test_a_route_waits_30_seconds_unless_told_otherwise(tmp_path: Path) -> None:
    """The requirement's figure, as Envoy has it."""
    with ExitStack() as stack:
        pod = stack.enter_context(http_upstream("pod"))
        made = circuit_breaker(service="shop/api")[0]
        envoy = stack.enter_context(running(made, [pod.port], tmp_path))
        dump = envoy.get("/config_dump?resource=dynamic_route_configs")["configs"]
        route = dump[0]["route_config"]["virtual_hosts"][0]["routes"][0]["route"]
    assert (route["cluster"], route["timeout"]) == ("shop/api", "30s")


@pytest.mark.parametrize("attempts", [1, 3])
def test_a_failing_request_is_tried_so_many_times_again(attempts: int, tmp_path: Path) -> None:
    """Each try reaches the backend; then the caller sees the failure."""
    made = retries(service="shop/api", policy=Retries(attempts=attempts, backoff="1ms"))[0]
    with ExitStack() as stack:
        pod = stack.enter_context(http_upstream("pod", status=503))
        envoy = stack.enter_context(running(made, [pod.port], tmp_path))
        assert envoy.request()[0] == 503
        assert pod.seen == attempts + 1
        assert envoy.statistic("upstream_rq_retry") == attempts


def test_a_caller_does_not_see_failures_that_a_retry_cures(tmp_path: Path) -> None:
    """Two answers 503, then 200: with three retries beside the circuit breaker that is a 200."""
    made = circuit_breaker(service="shop/api", retries=Retries(backoff="1ms"))[0]
    with ExitStack() as stack:
        pod = stack.enter_context(http_upstream("pod", failures_first=2))
        envoy = stack.enter_context(running(made, [pod.port], tmp_path))
        assert envoy.request()[0] == 200
        assert pod.seen == 3
        assert envoy.statistic("upstream_rq_retry_success") == 1


def test_other_codes_are_not_tried_again(tmp_path: Path) -> None:
    """500 may mean that something was done; only the named codes are repeated."""
    made = retries(service="shop/api")[0]
    with ExitStack() as stack:
        pod = stack.enter_context(http_upstream("pod", status=500))
        envoy = stack.enter_context(running(made, [pod.port], tmp_path))
        assert envoy.request()[0] == 500
        assert pod.seen == 1


def _greeting(port: int) -> str:
    with socket.create_connection(("127.0.0.1", port), LIMIT_S) as caller:
        try:
            return caller.recv(64).decode()
        except ConnectionError:
            return ""


def test_a_database_proxy_closes_the_51st_connection(tmp_path: Path) -> None:
    """50 connections: the requirement's figure for a critical service."""
    made = database_proxy(service="shop/database")[0]
    with ExitStack() as stack:
        pod = stack.enter_context(tcp_upstream("database"))
        envoy = stack.enter_context(running(made, [pod.port], tmp_path))
        callers = []
        for _ in range(50):
            caller = socket.create_connection(("127.0.0.1", envoy.port), LIMIT_S)
            callers.append(stack.enter_context(caller))
            assert caller.recv(64) == b"database"
        assert _greeting(envoy.port) == ""
        assert envoy.statistic("upstream_cx_overflow") == 1
        callers[0].close()
        envoy.wait_for("upstream_cx_active", 49)
        assert _greeting(envoy.port) == "database"


def test_a_database_that_takes_no_connection_is_left_out_after_three(tmp_path: Path) -> None:
    """Raw TCP has no 5xx: a failed connection counts as one."""
    made = scaled(database_proxy(service="shop/database")[0], 100)
    with ExitStack() as stack:
        good = stack.enter_context(tcp_upstream("database"))
        closed = stack.enter_context(socket.socket())
        closed.bind(("127.0.0.1", 0))
        ports = [good.port, closed.getsockname()[1]]
        envoy = stack.enter_context(running(made, ports, tmp_path))
        failed = "upstream_cx_connect_fail"
        wait(lambda: not _greeting(envoy.port) and envoy.statistic(failed) == 3, "three failures")
        envoy.wait_for("outlier_detection.ejections_active", 1)
        wait(lambda: [_greeting(envoy.port) for _ in range(10)] == ["database"] * 10, "a good run")
        assert envoy.statistic(failed) == 3
