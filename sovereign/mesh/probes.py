"""The three health probes of a container, with the requirement's figures."""

from dataclasses import dataclass
from typing import Any

from sovereign.mesh.checks import Checks


@dataclass(frozen=True)
class Probe:
    """One probe: an HTTP GET that must answer 200 to 399."""

    path: str
    period_s: int
    """Seconds between two tries."""
    failures: int
    """Tries in a row that fail before Kubernetes acts."""
    delay_s: int = 0
    """Seconds before the first try."""
    timeout_s: int = 1
    """Seconds a try may take; at most the period."""

    def check(self, checks: Checks, argument: str) -> None:
        """Add what is out of bounds."""
        checks.path(f"{argument}.path", self.path)
        checks.between(f"{argument}.period_s", self.period_s, 1, 300, "seconds")
        checks.between(f"{argument}.failures", self.failures, 1, 120, "tries")
        checks.between(f"{argument}.delay_s", self.delay_s, 0, 600, "seconds")
        if isinstance(self.period_s, int):
            longest = max(1, self.period_s)
            checks.between(f"{argument}.timeout_s", self.timeout_s, 1, longest, "seconds")

    def content(self, port: int) -> dict[str, Any]:
        """As it stands in a container."""
        found: dict[str, Any] = {"httpGet": {"path": self.path, "port": port}}
        if self.delay_s:
            found["initialDelaySeconds"] = self.delay_s
        return {
            **found,
            "periodSeconds": self.period_s,
            "timeoutSeconds": self.timeout_s,
            "failureThreshold": self.failures,
        }


STARTUP = Probe("/health", period_s=5, failures=30, delay_s=10)
READINESS = Probe("/health/ready", period_s=10, failures=3)
LIVENESS = Probe("/health/live", period_s=20, failures=3)


def probes(
    *,
    port: int = 8080,
    startup: Probe = STARTUP,
    readiness: Probe = READINESS,
    liveness: Probe = LIVENESS,
) -> dict[str, Any]:
    """`startupProbe`, `readinessProbe` and `livenessProbe` of a container that listens on `port`.

    Until the startup probe succeeds the other two wait: with the figures here an application has
    160 seconds. Raises ConfigError.
    """
    checks = Checks("probes")
    checks.port("port", port)
    chosen = {"startup": startup, "readiness": readiness, "liveness": liveness}
    for name, probe in chosen.items():
        probe.check(checks, name)
    checks.refuse()
    return {f"{name}Probe": probe.content(port) for name, probe in chosen.items()}
