"""A process that serves gRPC and prints the port: a policy pack, a component provider."""

import select
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import grpc

from rehearsal.runtime import leash

START_LIMIT_S: Final = 60.0
_MESSAGES: Final = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


class Served:
    """The process and the connection to it; what goes wrong is raised as `failure`."""

    def __init__(
        self,
        title: str,
        arguments: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        on_line: Callable[[str, str], None],
        *,
        failure: type[Exception],
        python: Path | None = None,
    ) -> None:
        """Start Python in `folder` with what `leash.py` shall run.

        `title` begins its error messages; `on_line` gets severity and text of all that it prints;
        `python` is the interpreter, default: the own one.
        """
        self._title = title
        self._failure = failure
        self._on_line = on_line
        self._process = subprocess.Popen(
            [str(python or sys.executable), "-u", leash.__file__, *arguments],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._channel: grpc.Channel | None = None
        self._readers: list[threading.Thread] = []
        self._printed: list[str] = []

    def connect(self) -> grpc.Channel:
        """Wait until it serves."""
        self._read("info#err", self._process.stderr)
        port = self._port()
        self._read("info", self._process.stdout)
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=_MESSAGES)
        return self._channel

    def call(self, method: Any, request: Any, *, limit_s: float) -> Any:
        """Call a method of a stub of the channel."""
        try:
            return method(request, timeout=limit_s)
        except grpc.RpcError as error:
            reason = (error.details() or str(error.code())).splitlines()[0]
            raise self._failure(f"{self._title} failed: {reason}") from None

    def close(self) -> None:
        """End the process: it never ends by itself."""
        if self._channel is not None:
            self._channel.close()
        self._end()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    def _port(self) -> int:
        stdout = self._process.stdout
        assert stdout is not None
        ready, _, _ = select.select([stdout], [], [], START_LIMIT_S)
        line = stdout.readline().strip() if ready else ""
        if not line.isdigit():
            self._end()
            reason = self._printed[-1] if self._printed else line or "it printed no port"
            raise self._failure(f"{self._title} does not start: {reason}")
        return int(line)

    def _end(self) -> None:
        self._process.kill()
        self._process.wait()
        for reader in self._readers:
            reader.join()

    def _read(self, severity: str, stream: Any) -> None:
        def lines() -> None:
            for line in stream:
                self._printed.append(line.rstrip("\n"))
                self._on_line(severity, line.rstrip("\n"))

        thread = threading.Thread(target=lines, daemon=True)
        thread.start()
        self._readers.append(thread)
