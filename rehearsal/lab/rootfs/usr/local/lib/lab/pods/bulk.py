"""Two megabytes of TCP between two nodes' pod addresses: one side counts, the other sends.

The text that is sent is known, so that whoever listens on the wire can look for it.
"""

import contextlib
import socket
import threading

PORT = 4240
"""The port of cilium-health."""
SIZE = 2 * 1024 * 1024
MARK = b"sovereign-lab-clear-text "
LIMIT_S = 4.0
BUFFER = 1 << 16


def serve(address: str) -> None:
    """Count what arrives at `address` and answer with the count, as long as the process lives."""
    listener = socket.create_server((address, PORT))
    threading.Thread(target=_accept, args=(listener,), daemon=True).start()


def send(source: str, target: str) -> int:
    """Send `SIZE` bytes; how many of them the other side says it has, 0 without an answer."""
    content = (MARK * (SIZE // len(MARK) + 1))[:SIZE]
    try:
        with socket.create_connection((target, PORT), LIMIT_S, (source, 0)) as connection:
            connection.sendall(content)
            connection.shutdown(socket.SHUT_WR)
            return int(connection.recv(32) or 0)
    except OSError:
        return 0


def _accept(listener: socket.socket) -> None:
    while True:
        client, _ = listener.accept()
        threading.Thread(target=_count, args=(client,), daemon=True).start()


def _count(client: socket.socket) -> None:
    count = 0
    with client, contextlib.suppress(OSError):
        client.settimeout(LIMIT_S * 4)
        while piece := client.recv(BUFFER):
            count += len(piece)
        client.sendall(str(count).encode())
