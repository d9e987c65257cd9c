"""How long the simulated API takes: a profile of seconds per request and per action."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class LatencyProfile:
    """Seconds. ``actions`` maps a command (``create_server``) to its duration.

    While an action runs its server is locked and shows a passing status (``initializing``); what
    the action does to the project's data is visible at once.
    """

    name: str
    request_s: float = 0.0
    action_s: float = 0.0
    actions: Mapping[str, float] = field(default_factory=dict)

    def duration_s(self, command: str) -> float:
        """How long an action with this command runs."""
        return self.actions.get(command, self.action_s)

    def scaled(self, factor: float) -> "LatencyProfile":
        """The same profile with every time multiplied, for benchmarks that cannot wait."""
        return LatencyProfile(
            name=f"{self.name} x{factor:g}",
            request_s=self.request_s * factor,
            action_s=self.action_s * factor,
            actions={command: seconds * factor for command, seconds in self.actions.items()},
        )


NONE = LatencyProfile("none")
"""Every request and every action is over at once."""

HETZNER_LIKE = LatencyProfile(
    "hetzner-like",
    request_s=0.15,
    action_s=1.0,
    actions={
        "create_server": 8.0,
        "start_server": 4.0,
        "stop_server": 2.0,
        "shutdown_server": 5.0,
        "delete_server": 2.0,
        "change_server_type": 30.0,
        "rebuild_server": 15.0,
        "attach_to_network": 3.0,
        "detach_from_network": 2.0,
        "create_load_balancer": 5.0,
    },
)
"""Sample values of the right order of magnitude for benchmarks; not measured."""
