"""All controllers of one server, while it holds the lock."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from rehearsal.lab.k3s import log
from rehearsal.lab.k3s.api import Api, Refused
from rehearsal.lab.k3s.controller import (
    daemonsets,
    deployments,
    endpoints,
    etcd_members,
    eviction,
    jobs,
    namespaces,
    pod_ranges,
    replicasets,
    scheduler,
)
from rehearsal.lab.k3s.controller.lifecycle import Lifecycle
from rehearsal.lab.k3s.controller.lock import Lock
from rehearsal.lab.k3s.controller.node_passwords import NodePasswords
from rehearsal.lab.k3s.controller.view import View
from rehearsal.lab.k3s.entering import Identity
from rehearsal.lab.k3s.etcd import EtcdApi
from rehearsal.lab.k3s.go_words import reason

_TICK_S = 2.0
"""Longest pause between two passes: silence is no event."""
_SETTLE_S = 0.05
_RETRY_S = 1.0
_CONFLICTS = (404, 409)


class Controllers:
    """Run on one server at a time."""

    def __init__(self, admin: Api, identity: Identity, etcd: EtcdApi) -> None:
        self._admin, self._identity, self._etcd = admin, identity, etcd
        self._lock = Lock(admin, identity.node)

    async def run(self) -> None:
        """Wait for the lock, work while it is held, for ever."""
        while True:
            await self._lock.acquire()
            log.info(f"{self._identity.node} runs the lab's controllers")
            work = asyncio.create_task(self._work())
            try:
                await self._lock.keep()
                log.warning("the lock of the controllers is lost")
            finally:
                work.cancel()
            await asyncio.wait([work])

    async def _work(self) -> None:
        view = View(self._admin)
        following = asyncio.create_task(view.follow())
        try:
            await view.synced()
            passes = self._passes(view, Lifecycle())
            while True:
                view.dirty.clear()
                for one in passes:
                    await _attempt(one, view)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_TICK_S):
                        await view.dirty.wait()
                    await asyncio.sleep(_SETTLE_S)
        finally:
            following.cancel()

    def _passes(self, view: View, lifecycle: Lifecycle) -> list[Callable[[], Awaitable[None]]]:
        k3s, node = self._identity.k3s, self._identity.node
        passwords = NodePasswords()
        server_ca = self._identity.authorities.path("server-ca").read_text("utf-8")
        return [
            lambda: namespaces.reconcile(view, server_ca),
            lambda: etcd_members.reconcile(view, self._etcd, node),
            lambda: lifecycle.reconcile(view),
            lambda: passwords.reconcile(view),
            lambda: pod_ranges.reconcile(view, k3s),
            lambda: endpoints.reconcile(view, lifecycle, k3s.api_port),
            lambda: eviction.reconcile(view),
            lambda: daemonsets.reconcile(view),
            lambda: deployments.reconcile(view),
            lambda: replicasets.reconcile(view),
            lambda: jobs.reconcile(view),
            lambda: scheduler.schedule(view),
        ]


async def _attempt(one: Callable[[], Awaitable[None]], view: View) -> None:
    """One pass of one controller; what it could not write, it tries again from a newer view."""
    try:
        await one()
    except Refused as problem:
        if problem.code not in _CONFLICTS:
            log.error(f"controller: {problem}")
        _again(view)
    except (OSError, TimeoutError) as problem:
        log.error(f"controller: {reason(problem)}")
        _again(view)
    except Exception as problem:  # an object that this controller does not understand
        log.error(f"controller: {problem!r}")
        _again(view)


def _again(view: View) -> None:
    asyncio.get_running_loop().call_later(_RETRY_S, view.dirty.set)
