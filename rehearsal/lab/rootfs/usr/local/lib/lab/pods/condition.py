"""What a stand-in says of itself: lines in its log, one file on its host, one address for probes.

The file is for a lab that cannot ask the API: a worker that is cut off from it still has a reason.
"""

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NoReturn

DIRECTORY = "LAB_CONDITIONS"
"""Variable for another directory than the host's, in tests."""
ON_HOST = "/run/lab"


class Condition:
    """Whether one stand-in does its work, and why not."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.ready = False
        self._path = Path(os.environ.get(DIRECTORY, ON_HOST)) / f"{name}.json"
        self._told = ""

    def begin(self) -> None:
        """Not ready yet. Until this run knows better, the reason of the run before stands."""
        earlier: dict[str, Any] = {}
        if self._path.exists():
            earlier = json.loads(self._path.read_text(encoding="utf-8"))
        self._keep(ready=False, reason=earlier.get("reason", ""), told=False)

    def wait(self, reason: str) -> None:
        """Not ready, for a reason that may pass."""
        self._keep(ready=False, reason=reason)

    def done(self, **facts: Any) -> None:
        """Ready."""
        self._keep(ready=True, reason="", **facts)

    def fail(self, reason: str) -> NoReturn:
        """End; the last line is what the kubelet reports of the container."""
        self._keep(ready=False, reason=reason)
        sys.exit(1)

    def say(self, line: str) -> None:
        """One line in the log, once in a row."""
        if line and line != self._told:
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
            self._told = line

    def serve(self, port: int) -> None:
        """Answer readiness probes on loopback from now on, as long as the process lives."""
        condition = self

        class Healthz(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200 if condition.ready else 503)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Probes are not worth a line."""

        server = ThreadingHTTPServer(("127.0.0.1", port), Healthz)
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def _keep(self, *, ready: bool, reason: str, told: bool = True, **facts: Any) -> None:
        self.ready = ready
        if told:
            self.say(reason)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps({"ready": ready, "reason": reason, **facts}), encoding="utf-8")
        fresh.replace(self._path)
