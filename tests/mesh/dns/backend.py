"""Backends that can die and come back, each on a loopback address of its own."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Backend:
    """Answers 200 with `ok` on /health, unless it is ill or down."""

    def __init__(self, address: str, port: int) -> None:
        self.address = address
        self.hosts: set[str] = set()
        """Host headers that asked."""
        self.ill = False
        self._port = port
        self._server: ThreadingHTTPServer | None = None
        self.start()

    def start(self) -> None:
        """Listen (again)."""
        backend = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                backend.hosts.add(str(self.headers["Host"]))
                self.send_response(503 if backend.ill else 200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, format: str, *args: Any) -> None:
                del format, args

        self._server = ThreadingHTTPServer((self.address, self._port), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Listen no more; nothing happens if it is down already."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
