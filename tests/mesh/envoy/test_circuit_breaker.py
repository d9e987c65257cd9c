"""The circuit breaker in a real Envoy: what it lets through, whom it ejects, when it takes back."""

import socket
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from sovereign.mesh import STANDARD_SERVICE, TIERS, ServiceSettings, circuit_breaker
from sovereign.mesh.resilience.tiers import TierName
from tests.mesh.envoy.agent import scaled
from tests.mesh.envoy.process import LIMIT_S, Envoy, running, wait
from tests.mesh.envoy.upstreams import Upstream, http_upstream

SHORT = 1 / 100
"""Ejection ends after 0.3 or 0.6 s, where a test waits for that."""
LONG = 100
"""No ejection ends while a test looks, however slow the machine."""
_OUT = "outlier_detection.ejections"
MORE = 5
"""Requests above the limits."""


def _upstreams(stack: ExitStack, count: int, *, status: int = 200) -> list[Upstream]:
    names = [f"pod-{number}" for number in range(count)]
    return [stack.enter_context(http_upstream(name, status=status)) for name in names]


def _ask_until(envoy: Envoy, happened: Callable[[], bool], what: str) -> None:
    """One request after another."""

    def asked() -> bool:
        envoy.request()
        return happened()

    wait(asked, what)


def _asked(envoy: Envoy, pods: list[Upstream]) -> set[str]:
    """Which of them a round of 40 requests reaches."""
    before = [pod.seen for pod in pods]
    for _ in range(40):
        envoy.request()
    return {pod.name for pod, seen in zip(pods, before, strict=True) if pod.seen > seen}


SMALL = ServiceSettings(max_connections=1, max_pending_requests=1)


@pytest.mark.parametrize(("settings", "limit"), [(STANDARD_SERVICE, 100), (SMALL, 1)])
def test_requests_above_connections_and_queue_get_503_at_once(
    settings: ServiceSettings, limit: int, tmp_path: Path
) -> None:
    """100 connections and 100 pending requests, the requirement's figures for a standard service:
    of 205 slow requests five are refused, marked as overload, and the others are answered. Other
    limits hold alike.
    """
    manifest = circuit_breaker(service="shop/api", settings=settings)[0]
    with ExitStack() as stack:
        (pod,) = _upstreams(stack, 1)
        pod.hold.clear()
        envoy = stack.enter_context(running(manifest, [pod.port], tmp_path))
        callers = [_caller(stack, envoy) for _ in range(limit)]
        wait(lambda: pod.seen == limit, f"{limit} requests to be under way")
        callers += [_caller(stack, envoy) for _ in range(limit + MORE)]
        envoy.wait_for("upstream_rq_pending_overflow", MORE)
        envoy.wait_for("upstream_rq_pending_active", limit)
        assert envoy.statistic("upstream_cx_active") == limit
        assert pod.seen == limit
        pod.hold.set()
        answers = [_read(caller) for caller in callers]
    refused = [answer for answer in answers if answer.startswith("HTTP/1.1 503")]
    assert len(refused) == MORE
    assert all("x-envoy-overloaded: true" in answer for answer in refused)
    assert sum(answer.startswith("HTTP/1.1 200") for answer in answers) == 2 * limit


def _caller(stack: ExitStack, envoy: Envoy) -> socket.socket:
    caller = socket.create_connection(("127.0.0.1", envoy.port), LIMIT_S)
    stack.enter_context(caller)
    caller.sendall(b"GET / HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n")
    return caller


def _read(caller: socket.socket) -> str:
    parts = []
    while part := caller.recv(65536):
        parts.append(part)
    return b"".join(parts).decode()


@pytest.mark.parametrize("tier", TIERS)
def test_a_pod_is_ejected_after_the_tiers_failures(tier: TierName, tmp_path: Path) -> None:
    """3, 5 or 10 answers 5xx in a row, not one more: the pod is well again after them, and still
    only the other one is asked.
    """
    failures = {"critical": 3, "standard": 5, "background": 10}[tier]
    manifest = scaled(circuit_breaker(service="shop/api", tier=tier)[0], LONG)
    with ExitStack() as stack:
        good, bad = _upstreams(stack, 2)
        bad.failures_first = failures
        envoy = stack.enter_context(running(manifest, [good.port, bad.port], tmp_path))
        _ask_until(envoy, lambda: bad.seen == failures, f"{failures} failures")
        envoy.wait_for(f"{_OUT}_active", 1)
        wait(lambda: _asked(envoy, [good, bad]) == {good.name}, "the pod to be left out")
        assert envoy.statistic(f"{_OUT}_enforced_consecutive_5xx") == 1


@pytest.mark.parametrize("tier", TIERS)
def test_one_failure_less_ejects_nobody(tier: TierName, tmp_path: Path) -> None:
    """2, 4 or 9 failures, then a good answer, which starts the count anew."""
    manifest = circuit_breaker(service="shop/api", tier=tier)[0]
    with ExitStack() as stack:
        first, second = _upstreams(stack, 2)
        envoy = stack.enter_context(running(manifest, [first.port, second.port], tmp_path))
        first.status = 500
        fewer = TIERS[tier].consecutive_5xx - 1
        _ask_until(envoy, lambda: first.seen == fewer, f"{fewer} failures")
        first.status = 200
        for _ in range(10):
            envoy.request()
        assert first.seen > TIERS[tier].consecutive_5xx
        assert envoy.statistic(f"{_OUT}_total") == 0
        assert envoy.statistic(f"{_OUT}_enforced_total") == 0


@pytest.mark.parametrize("tier", TIERS)
def test_an_ejected_pod_comes_back_after_the_base_ejection_time(
    tier: TierName, tmp_path: Path
) -> None:
    """With all times divided by 100; a pod that answers again is asked again."""
    manifest = scaled(circuit_breaker(service="shop/api", tier=tier)[0], SHORT)
    with ExitStack() as stack:
        good, bad = _upstreams(stack, 2)
        bad.status = 500
        envoy = stack.enter_context(running(manifest, [good.port, bad.port], tmp_path))
        _ask_until(envoy, lambda: envoy.statistic(f"{_OUT}_enforced_total") >= 1, "an ejection")
        bad.status = 200
        envoy.wait_for(f"{_OUT}_active", 0)
        before = bad.seen
        _ask_until(envoy, lambda: bad.seen > before, "the pod to be asked again")
        assert envoy.request()[0] == 200


@pytest.mark.parametrize(
    ("tier", "pods", "share"),
    [
        ("critical", 4, 2),
        ("standard", 4, 2),
        ("background", 4, 3),
        ("standard", 3, 1),
        ("standard", 1, 0),
    ],
)
def test_never_more_than_the_allowed_share_is_ejected(
    tier: TierName, pods: int, share: int, tmp_path: Path
) -> None:
    """50 %, 50 % and 75 % of the pods, rounded down, even if all of them fail; and Envoy does not
    go back to ejected pods in a panic.
    """
    manifest = scaled(circuit_breaker(service="shop/api", tier=tier)[0], LONG)
    with ExitStack() as stack:
        failing = _upstreams(stack, pods, status=500)
        ports = [pod.port for pod in failing]
        envoy = stack.enter_context(running(manifest, ports, tmp_path))
        _ask_until(
            envoy,
            lambda: envoy.statistic(f"{_OUT}_overflow") > 0,
            "an ejection above the share to be refused",
        )
        envoy.wait_for(f"{_OUT}_active", share)
        left = pods - share
        wait(lambda: len(_asked(envoy, failing)) == left, f"{left} pods to be asked, not more")
        assert len(_asked(envoy, failing)) == left
        assert envoy.statistic(f"{_OUT}_active") == share
        assert envoy.statistic("lb_healthy_panic") == 0
