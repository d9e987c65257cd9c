"""A simulated project, what is asked of it, and what preflight makes of the answers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rehearsal.hetzner import HetznerSimulator, HetznerState, serve
from rehearsal.hetzner.core.routing import Request
from sovereign.hetzner_api import Access
from sovereign.preflight.checks import judge
from sovereign.preflight.finding import Finding
from sovereign.preflight.look import look
from sovereign.preflight.wanted import Wanted, wanted
from tests.configurations import dev, plan

READING = "a-token-that-may-only-read"
Change = Callable[[HetznerSimulator], None]
FALLBACKS = ["cpx42", "cpx52"]
SSH_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEd7rJ3tXM2M0eDW3tYI4vZ6jXc1tq0sY2dTz8d1hH5C"


@contextmanager
def project(change: Change | None = None, token: str = "any") -> Iterator[tuple[str, Access]]:
    """A simulated project, changed on request, and access to it."""
    simulator = HetznerSimulator(HetznerState(), read_only_tokens=frozenset({READING}))
    if change:
        change(simulator)
    with serve(simulator) as endpoint:
        yield endpoint, Access(endpoint, token)


def asked_for(**settings: Any) -> Wanted:
    cluster = dev(pools={"default": {"ids": [1, 2], "fallbackTypes": FALLBACKS}}, **settings)
    return wanted(plan(cluster), {"pools.default": FALLBACKS})


def findings(change: Change | None = None, token: str = "any", **settings: Any) -> list[Finding]:
    with project(change, token) as (_, access):
        return judge(asked_for(**settings), look(access))


def errors(found: list[Finding]) -> list[Finding]:
    return [finding for finding in found if finding.level == "error"]


def one(found: list[Finding], check: str, subject: str = "") -> Finding:
    return next(f for f in found if f.check == check and f.subject.startswith(subject))


def create(path: str, body: dict[str, Any]) -> Change:
    def change(simulator: HetznerSimulator) -> None:
        answer = simulator.handle(Request("POST", path, {}, body), "any")
        assert answer is not None
        assert answer.status == 201, answer.body

    return change
