"""A project as the resources see it: its state, its clock, its stock, its running actions."""

from collections.abc import Callable
from datetime import UTC, datetime

from rehearsal.hetzner.core.errors import ApiError
from rehearsal.hetzner.latency import LatencyProfile
from rehearsal.hetzner.model import Action, Server
from rehearsal.hetzner.records import Lifecycle, ServerEvent
from rehearsal.hetzner.state import HetznerState
from rehearsal.hetzner.views import server_record


class Project:
    """Handed to every handler. ``clock`` gives seconds since the epoch."""

    def __init__(
        self, state: HetznerState, latency: LatencyProfile, clock: Callable[[], float]
    ) -> None:
        self.state = state
        self.latency = latency
        self.clock = clock
        self.sold_out: set[tuple[str, str]] = set()
        """(server type, location) pairs that cannot be ordered at the moment."""
        self.events: list[ServerEvent] = []
        """What happened to servers in the current call."""

    def now(self) -> str:
        """The time as the API writes it."""
        return iso(self.clock())

    def start(
        self, command: str, *resources: tuple[str, int], after: Action | None = None
    ) -> Action:
        """Begin an action; ``after`` makes it wait for another one."""
        started = self.clock()
        begins = max(started, after.finishes) if after else started
        action = Action(
            id=self.state.new_id(),
            command=command,
            resources=list(resources),
            started=started,
            finishes=begins + self.latency.duration_s(command),
        )
        self.state.actions[action.id] = action
        return action

    def running(self, kind: str, id_: int) -> list[Action]:
        """Actions on a resource that are not over, oldest first."""
        now = self.clock()
        return [
            action
            for action in self.state.actions.values()
            if action.finishes > now and (kind, id_) in action.resources
        ]

    def check_unlocked(self, kind: str, id_: int) -> None:
        """Raise ``locked`` while an action runs on the resource."""
        if self.running(kind, id_):
            raise ApiError("locked", f"{kind} is locked")

    def tell(self, kind: Lifecycle, server: Server, network: int | None = None) -> None:
        """Note a step of a server's life for the listeners."""
        record = server_record(self.state, server)
        self.events.append(ServerEvent(kind=kind, server=record, network_id=network))


def iso(seconds: float) -> str:
    """A moment as the API writes it: ``2026-11-22T10:00:00Z``."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
