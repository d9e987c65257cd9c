"""The socket on which a service says that it is ready (sd_notify(3))."""

import contextlib
import socket
from collections.abc import Callable
from pathlib import Path

from .loop import Loop

DIRECTORY = Path("/run/lab/notify")


class NotifySocket:
    """One service's; `address` goes into its environment."""

    def __init__(
        self, name: str, loop: Loop, ready: Callable[[], None], directory: Path = DIRECTORY
    ) -> None:
        """`ready` is called at every READY=1."""
        directory.mkdir(parents=True, exist_ok=True)
        path = directory / name
        path.unlink(missing_ok=True)
        self.address = str(path)
        self._loop = loop
        self._ready = ready
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(self.address)
        loop.on_readable(self._socket, self._read)

    def close(self) -> None:
        """Hear no more."""
        self._loop.forget(self._socket)
        self._socket.close()

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError):
            if "READY=1" in self._socket.recv(65536).decode(errors="replace").splitlines():
                self._ready()
