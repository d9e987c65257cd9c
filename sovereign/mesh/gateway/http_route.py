"""HTTP requests from a Gateway to a Service, with a timeout and, where it is real, with retries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sovereign.mesh import durations
from sovereign.mesh.checks import Checks
from sovereign.mesh.gateway.gateway import API_VERSION
from sovereign.mesh.gateway.route import backend, check_route, route_spec
from sovereign.mesh.manifest import Manifest, manifest

Channel = Literal["standard", "experimental"]
RETRY_FLOOR = (1, 20)
"""The first chart line that does anything with `retry`."""


@dataclass(frozen=True)
class RouteRetry:
    """Retries by the Gateway; a field of the experimental channel."""

    attempts: int = 3
    backoff: str = "100ms"
    codes: Sequence[int] = (502, 503, 504)
    """Without codes Cilium 1.20 repeats failed connections only."""


def http_route(
    *,
    service: str,
    port: int,
    gateway: str,
    name: str = "app-route",
    path: str = "/",
    hostnames: Sequence[str] = (),
    timeout: str = "30s",
    backend_timeout: str | None = None,
    retry: RouteRetry | None = None,
    channel: Channel = "standard",
    cilium_line: str = "1.20",
) -> list[Manifest]:
    """Requests whose path begins with `path` go to `service` (`namespace/name`) on `port`.

    `gateway` is `namespace/name`. `timeout` bounds the whole request, `backend_timeout` each try.
    `retry` needs a cluster with the experimental `channel` of Gateway API and Cilium 1.20. Raises
    ConfigError.
    """
    checks = Checks("http-route")
    namespace, backend_name = check_route(
        checks, name=name, service=service, port=port, gateway=gateway, hostnames=hostnames
    )
    checks.path("path", path)
    checks.one_of("channel", channel, ("standard", "experimental"))
    checks.duration("timeout", timeout, "1ms", "1h")
    if backend_timeout is not None:
        checks.duration("backend_timeout", backend_timeout, "1ms", "1h")
    if retry is not None:
        _check_retry(checks, retry, channel, cilium_line)
    checks.refuse()
    if backend_timeout is not None and _longer(backend_timeout, timeout):
        rule = f"one try cannot take longer than the whole request, {timeout}"
        checks.add("backend_timeout", backend_timeout, rule, f"write at most {timeout}")
        checks.refuse()
    timeouts = {"request": timeout}
    if backend_timeout is not None:
        timeouts["backendRequest"] = backend_timeout
    rule_spec: dict[str, Any] = {
        "matches": [{"path": {"type": "PathPrefix", "value": path}}],
        "backendRefs": backend(backend_name, port),
        "timeouts": timeouts,
    }
    if retry is not None:
        rule_spec["retry"] = {
            "codes": list(retry.codes),
            "attempts": retry.attempts,
            "backoff": retry.backoff,
        }
    spec = route_spec(gateway, hostnames, rule_spec)
    return [manifest(API_VERSION, "HTTPRoute", name, namespace=namespace, spec=spec)]


def _longer(one: str, other: str) -> bool:
    return durations.milliseconds(one) > durations.milliseconds(other)


def _check_retry(checks: Checks, retry: RouteRetry, channel: str, line: str) -> None:
    if channel != "experimental":
        rule = "the standard HTTPRoute has no `retry`: the API server drops it without a word"
        fix = (
            "install the experimental channel and say so, or use retries of the mesh's "
            "circuit-breaker"
        )
        checks.add("retry", channel, rule, fix)
    if not _at_least(line, RETRY_FLOOR):
        rule = "Cilium reads `retry` from 1.20 on, 1.19 ignores it"
        checks.add("cilium_line", line, rule, "use Cilium 1.20")
    if not retry.codes:
        rule = "without codes only failed connections are tried again"
        checks.add("retry.codes", [], rule, "write for example 502, 503 and 504")
    for number, code in enumerate(retry.codes):
        checks.between(f"retry.codes[{number}]", code, 400, 599, "a status code")
    checks.between("retry.attempts", retry.attempts, 1, 10)
    checks.duration("retry.backoff", retry.backoff, "1ms", "10s")


def _at_least(line: str, floor: tuple[int, int]) -> bool:
    parts = line.split(".")
    return len(parts) == 2 and all(map(str.isdigit, parts)) and tuple(map(int, parts)) >= floor
