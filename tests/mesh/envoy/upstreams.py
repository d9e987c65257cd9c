"""Small HTTP servers on the loopback whose answers a test decides, and a TCP server that greets."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any

HOLD_LIMIT_S = 60


@dataclass
class Upstream:
    """One backend. Counts what reaches it."""

    name: str
    port: int = 0
    status: int = 200
    failures_first: int = 0
    """So many first requests get 503, whatever `status` says."""
    hold: threading.Event = field(default_factory=threading.Event)
    """Requests are answered once it is set."""
    seen: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self) -> int:
        """Count a request, wait as long as it is held, say the status."""
        with self.lock:
            self.seen += 1
            number = self.seen
        self.hold.wait(HOLD_LIMIT_S)
        return 503 if number <= self.failures_first else self.status


class _HttpServer(ThreadingHTTPServer):
    request_queue_size = 512
    daemon_threads = True


class _TcpServer(ThreadingTCPServer):
    request_queue_size = 512
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def http_upstream(name: str, **given: Any) -> Iterator[Upstream]:
    """A server that answers with its name in `X-Upstream`; not held unless `hold` is cleared."""
    upstream = Upstream(name, **given)
    upstream.hold.set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status = upstream.answer()
            try:
                self.send_response(status)
                self.send_header("X-Upstream", name)
                self.send_header("Content-Length", "0")
                self.end_headers()
            except OSError:
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            del format, args

    with _HttpServer(("127.0.0.1", 0), Handler) as server:
        upstream.port = server.server_address[1]
        yield from _served(server, upstream)


@contextmanager
def tcp_upstream(name: str) -> Iterator[Upstream]:
    """A server that sends its name to whoever connects, then waits for the other side to end."""
    upstream = Upstream(name)

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            with upstream.lock:
                upstream.seen += 1
            try:
                self.request.sendall(name.encode())
                while self.request.recv(1024):
                    pass
            except OSError:
                return

    with _TcpServer(("127.0.0.1", 0), Handler) as server:
        upstream.port = server.server_address[1]
        yield from _served(server, upstream)


def _served(server: Any, upstream: Upstream) -> Iterator[Upstream]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield upstream
    finally:
        upstream.hold.set()
        server.shutdown()
        thread.join()
