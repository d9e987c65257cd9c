"""The route of a service: how long a request may take, and what is tried again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sovereign.mesh import durations
from sovereign.mesh.checks import Checks

TYPE = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration"
ROUTE_TIMEOUT = "30s"
"""The requirement's figure."""
TIMEOUT_BOUNDS = ("1ms", "1h")
RETRY_ON = "connect-failure,refused-stream,retriable-status-codes"


@dataclass(frozen=True)
class Retries:
    """What is tried again, inside the route's timeout. A request is repeated whatever its method:
    choose codes that say that nothing was done.
    """

    attempts: int = 3
    """After the first try."""
    codes: Sequence[int] = (502, 503, 504)
    """Answers that are tried again, beside failed connections."""
    backoff: str = "100ms"
    """Pause before the first repetition; later ones are longer, at most ten times."""

    def check(self, checks: Checks, argument: str) -> None:
        """Add what is out of bounds."""
        checks.between(f"{argument}.attempts", self.attempts, 1, 10)
        checks.duration(f"{argument}.backoff", self.backoff, "1ms", "10s")
        for number, code in enumerate(self.codes):
            checks.between(f"{argument}.codes[{number}]", code, 400, 599, "a status code")


RETRIES = Retries()
"""Three repetitions, as the requirement has them."""


def route_configuration(
    name: str, cluster: str, timeout: str, retries: Retries | None
) -> dict[str, Any]:
    """Every request of every host goes to the cluster."""
    action: dict[str, Any] = {"cluster": cluster, "timeout": durations.envoy(timeout)}
    if retries is not None:
        action["retry_policy"] = _retry_policy(retries)
    routes = [{"match": {"prefix": "/"}, "route": action}]
    hosts = [{"name": name, "domains": ["*"], "routes": routes}]
    return {"@type": TYPE, "name": name, "virtual_hosts": hosts}


def _retry_policy(retries: Retries) -> dict[str, Any]:
    longest = 10 * durations.milliseconds(retries.backoff)
    policy: dict[str, Any] = {
        "retry_on": RETRY_ON,
        "num_retries": retries.attempts,
        "retry_back_off": {
            "base_interval": durations.envoy(retries.backoff),
            "max_interval": f"{longest / 1000:g}s",
        },
    }
    if retries.codes:
        policy["retriable_status_codes"] = list(retries.codes)
    return policy
