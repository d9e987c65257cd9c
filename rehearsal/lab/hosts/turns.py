"""What is done to one host is done in order, to several at the same time."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from subprocess import SubprocessError

from rehearsal.lab.fabric import FabricError

Work = Callable[[], None]


class HostFailed(Exception):
    """Something that could not be done to a host, in one sentence."""


class Turns:
    """A queue per host. What fails is kept as a sentence: nobody waits for an exception."""

    def __init__(self) -> None:
        self._workers: dict[int, ThreadPoolExecutor] = {}
        self._timers: list[threading.Timer] = []
        self._failures: dict[int, str] = {}
        self._lock = threading.Lock()

    def soon(self, server_id: int, work: Work) -> Future[None]:
        """Do it in the background, after all that was asked of this host before."""
        with self._lock:
            worker = self._workers.get(server_id)
            if worker is None:
                worker = ThreadPoolExecutor(1, thread_name_prefix=f"host-{server_id}")
                self._workers[server_id] = worker
        return worker.submit(self._attempt, server_id, work)

    def now(self, server_id: int, work: Work) -> None:
        """Do it in its turn, and wait until it is done."""
        self.soon(server_id, work).result()

    def later(self, seconds: float, server_id: int, work: Work) -> None:
        """Do it in that many seconds."""
        timer = threading.Timer(seconds, lambda: self.now(server_id, work))
        timer.daemon = True
        self._timers.append(timer)
        timer.start()

    def failures(self) -> dict[int, str]:
        """Server id -> the last thing that could not be done to its host."""
        with self._lock:
            return dict(self._failures)

    def settle(self) -> None:
        """Wait until nothing is under way, what is to be done later included."""
        for server_id in list(self._workers):
            self.now(server_id, lambda: None)
        for timer in list(self._timers):
            timer.join()

    def close(self) -> None:
        """Finish what is under way, forget what was to be done later, and let the threads go."""
        for timer in self._timers:
            timer.cancel()
        for worker in self._workers.values():
            worker.shutdown(wait=True)
        self._workers.clear()

    def forget(self, server_id: int) -> None:
        """The host is no more: what failed is of no interest."""
        with self._lock:
            self._failures.pop(server_id, None)

    def _attempt(self, server_id: int, work: Work) -> None:
        try:
            work()
        except (HostFailed, FabricError, OSError, SubprocessError) as problem:
            with self._lock:
                self._failures[server_id] = " ".join(str(problem).split())
