"""The first process's event loop: sockets, timers, and children that ended."""

import heapq
import itertools
import os
import selectors
import signal
import socket
import time
from collections.abc import Callable


class Loop:
    """Calls back when a socket has something to read, a time has come or a child has ended."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._children: dict[int, Callable[[int], None]] = {}
        self._woken, waker = socket.socketpair()
        for end in (self._woken, waker):
            end.setblocking(False)
        self._waker = waker
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        self.on_readable(self._woken, self._drain)

    def on_readable(self, sock: socket.socket, call: Callable[[], None]) -> None:
        """Call whenever the socket is readable, until `forget`."""
        self._selector.register(sock, selectors.EVENT_READ, call)

    def forget(self, sock: socket.socket) -> None:
        """Watch it no longer."""
        self._selector.unregister(sock)

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        """Call once, in that many seconds."""
        moment = time.monotonic() + seconds
        heapq.heappush(self._timers, (moment, next(self._numbers), call))

    def on_exit(self, pid: int, call: Callable[[int], None]) -> None:
        """Call with the wait status when the child has ended."""
        self._children[pid] = call

    def turn(self) -> None:
        """Wait for the next event and deal with all that have come."""
        pause = max(0.0, self._timers[0][0] - time.monotonic()) if self._timers else None
        for key, _ in self._selector.select(pause):
            key.data()
        self._reap()
        while self._timers and self._timers[0][0] <= time.monotonic():
            heapq.heappop(self._timers)[2]()

    def _drain(self) -> None:
        while True:
            try:
                if not self._woken.recv(4096):
                    return
            except BlockingIOError:
                return

    def _reap(self) -> None:
        """As the first process, also the children of those that have ended."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            call = self._children.pop(pid, None)
            if call is not None:
                call(status)
