"""How the commands on a host speak to its first process: one JSON line each way over a socket."""

import contextlib
import json
import socket
from collections.abc import Sequence
from pathlib import Path

from .answers import Answer
from .loop import Loop
from .manager import Manager

SOCKET = Path("/run/lab/manager.sock")


def serve(manager: Manager, loop: Loop, path: Path = SOCKET) -> None:
    """Answer on the socket from now on. Only root may ask."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    path.chmod(0o600)
    listener.listen()
    loop.on_readable(listener, lambda: _accept(listener, manager, loop))


def ask(arguments: Sequence[str], path: Path = SOCKET) -> Answer:
    """Have the first process carry out `systemctl` with these arguments; waits for its answer."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.connect(str(path))
        asking.sendall(json.dumps(list(arguments)).encode() + b"\n")
        with asking.makefile(encoding="utf-8") as lines:
            said = json.loads(lines.readline())
    return Answer(**said)


def _accept(listener: socket.socket, manager: Manager, loop: Loop) -> None:
    connection, _ = listener.accept()
    received = bytearray()

    def read() -> None:
        chunk = connection.recv(65536)
        received.extend(chunk)
        if chunk and b"\n" not in chunk:
            return
        loop.forget(connection)
        if received.endswith(b"\n"):
            manager.answer(json.loads(received), reply)
        else:
            connection.close()

    def reply(answer: Answer) -> None:
        with contextlib.suppress(OSError):
            connection.sendall(json.dumps(vars(answer)).encode() + b"\n")
        connection.close()

    loop.on_readable(connection, read)
