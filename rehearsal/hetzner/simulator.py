"""The simulator: takes calls, answers as the Hetzner Cloud API would, and can be watched."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from rehearsal.hetzner import views
from rehearsal.hetzner.catalogue.locations import LOCATION
from rehearsal.hetzner.catalogue.server_types import SERVER_TYPE
from rehearsal.hetzner.core.errors import ApiError
from rehearsal.hetzner.core.rate_limit import RateLimit
from rehearsal.hetzner.core.routing import Answer, Request, Router
from rehearsal.hetzner.faults import Fault, Faults
from rehearsal.hetzner.latency import NONE, LatencyProfile
from rehearsal.hetzner.project import Project
from rehearsal.hetzner.records import (
    Call,
    LoadBalancerRecord,
    NetworkRecord,
    ServerEvent,
    ServerRecord,
)
from rehearsal.hetzner.resources import ROUTES
from rehearsal.hetzner.state import HetznerState

Listener = Callable[[ServerEvent], None]

_CONFIDENTIAL = frozenset({"user_data", "private_key"})
"""Fields of a body of which the journal keeps the length only."""


class HetznerSimulator:
    """One project of the Hetzner Cloud API, in memory.

    Thread-safe: calls are carried out one after the other. ``clock`` gives seconds since the epoch
    and rules actions, time stamps and the request budget; ``sleep`` takes the seconds that the
    latency profile asks for per request. With ``saved_to`` the project is saved there after every
    call that may have changed it and before it is answered, so that a killed run loses nothing.
    """

    def __init__(
        self,
        state: HetznerState,
        latency: LatencyProfile = NONE,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        saved_to: Path | None = None,
        read_only_tokens: frozenset[str] = frozenset(),
    ) -> None:
        self.state = state
        self._read_only_tokens = read_only_tokens
        self._faults = Faults()
        self._saved_to = saved_to
        self._latency = latency
        self._sleep = sleep
        self._project = Project(state, latency, clock)
        self._budget = RateLimit(clock)
        self._router = Router(ROUTES)
        self._journal: list[Call] = []
        self._listeners: list[Listener] = []
        self._lock = threading.RLock()

    def handle(self, request: Request, token: str | None) -> Answer | None:
        """Carry out one call and note it in the journal.

        Any token that is not empty is good, a read-only one for reading. None means that the
        answer got lost (a withheld one).
        """
        if self._latency.request_s:
            self._sleep(self._latency.request_s)
        with self._lock:
            answer = self._answer(request, token)
            events, self._project.events = self._project.events, []
            status = answer.status if answer else None
            body = _summary(request.body)
            self._journal.append(
                Call(method=request.method, path=request.path, status=status, body_summary=body)
            )
            if self._saved_to and request.method != "GET":
                self.state.save(self._saved_to)
        for event in events:
            for listener in self._listeners:
                listener(event)
        return answer

    def _answer(self, request: Request, token: str | None) -> Answer | None:
        headers: Mapping[str, str] = {}
        try:
            if not token:
                raise ApiError("unauthorized", "unable to authenticate")
            allowed = self._budget.spend()
            headers = self._budget.headers()
            if not allowed:
                raise ApiError("rate_limit_exceeded", "limit of 3600 requests per hour reached")
            if request.method != "GET" and token in self._read_only_tokens:
                raise ApiError("token_readonly", "token is only allowed to perform GET requests")
            fault = self._faults.strike(request.method, request.path)
            if fault and not fault.withheld:
                raise fault.refusal()
            handler, ids = self._router.find(request.method, request.path)
            answer = handler(self._project, replace(request, ids=ids))
            if fault:
                return None
        except ApiError as refusal:
            answer = Answer(refusal.status, refusal.body())
        return Answer(answer.status, answer.body, {**headers, "X-Correlation-Id": uuid4().hex[:16]})

    def listen(self, listener: Listener) -> None:
        """Have ``listener`` called with every step of a server's life, before the call is answered.

        It runs in the thread of the call and may take its time; other calls go on meanwhile.
        """
        self._listeners.append(listener)

    def servers(self) -> list[ServerRecord]:
        """The servers there are, oldest first."""
        with self._lock:
            return [views.server_record(self.state, s) for s in self.state.servers.values()]

    def networks(self) -> list[NetworkRecord]:
        """The networks there are."""
        with self._lock:
            return [views.network_record(self.state, n) for n in self.state.networks.values()]

    def load_balancers(self) -> list[LoadBalancerRecord]:
        """The load balancers there are."""
        with self._lock:
            balancers = self.state.load_balancers.values()
            return [views.load_balancer_record(self.state, b) for b in balancers]

    @property
    def journal(self) -> list[Call]:
        """Every call since the simulator was made, in the order of arrival."""
        with self._lock:
            return list(self._journal)

    def counts(self) -> dict[str, int]:
        """How many calls of each method the journal holds."""
        return dict(Counter(call.method for call in self.journal))

    def is_empty(self) -> bool:
        """Whether the project holds no resource at all."""
        state = self.state
        with self._lock:
            return not any(
                (
                    state.servers,
                    state.networks,
                    state.firewalls,
                    state.placement_groups,
                    state.ssh_keys,
                    state.primary_ips,
                    state.volumes,
                    state.load_balancers,
                )
            )

    def inject(self, fault: Fault) -> None:
        """Lay a fault in wait for the next matching calls."""
        with self._lock:
            self._faults.add(fault)

    def clear_faults(self) -> None:
        """The API works again."""
        with self._lock:
            self._faults.clear()

    def sell_out(self, server_type: str, location: str) -> None:
        """Make a server type unavailable in a location (``KeyError`` for unknown names)."""
        with self._lock:
            pair = (SERVER_TYPE[server_type].name, LOCATION[location].name)
            self._project.sold_out.add(pair)

    def restock(self, server_type: str, location: str) -> None:
        """Make it available again."""
        with self._lock:
            self._project.sold_out.discard((server_type, location))


def _summary(body: Any) -> dict[str, object] | None:
    if not isinstance(body, dict):
        return None
    return {
        field: f"<{len(value)} characters>"
        if field in _CONFIDENTIAL and isinstance(value, str)
        else value
        for field, value in body.items()
    }
