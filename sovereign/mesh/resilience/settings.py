"""How many connections and requests a service takes, and how long a connection may take to open.
The figures are the requirement's.
"""

from dataclasses import dataclass

from sovereign.mesh.checks import Checks

LIMIT = 1_000_000
"""Above every real service; keeps a slip of the keyboard from being no limit at all."""


@dataclass(frozen=True)
class ServiceSettings:
    """Limits of one service, each counted per node."""

    connect_timeout: str = "5s"
    max_connections: int = 100
    max_pending_requests: int = 100
    """Requests that wait for a connection; one more gets 503 at once."""
    max_requests: int | None = 1000
    """Requests under way over HTTP/2; None leaves Envoy's own 1024."""
    max_retries: int = 3
    """Retries under way at the same time."""
    interval: str = "10s"
    """How often ejected pods are looked at again."""

    def check(self, checks: Checks) -> None:
        """Add what is out of bounds."""
        checks.duration("settings.connect_timeout", self.connect_timeout, "10ms", "60s")
        checks.between("settings.max_connections", self.max_connections, 1, LIMIT)
        checks.between("settings.max_pending_requests", self.max_pending_requests, 1, LIMIT)
        if self.max_requests is not None:
            checks.between("settings.max_requests", self.max_requests, 1, LIMIT)
        checks.between("settings.max_retries", self.max_retries, 0, 1000)
        checks.duration("settings.interval", self.interval, "100ms", "10m")


STANDARD_SERVICE = ServiceSettings()
DATABASE_PROXY = ServiceSettings(
    connect_timeout="3s",
    max_connections=50,
    max_pending_requests=50,
    max_requests=None,
    max_retries=2,
    interval="5s",
)
"""The requirement's critical service."""
