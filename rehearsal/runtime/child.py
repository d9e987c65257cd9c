"""The program's process: a clean environment, its output as diagnostics, a leash."""

import json
import os
import subprocess
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

from rehearsal.runtime import language
from rehearsal.runtime.model import Request

DROPPED_PREFIXES: Final = ("HCLOUD_", "PULUMI_")
DROPPED: Final = ("KUBECONFIG",)


def clean_environment(caller: Mapping[str, str], request: Request) -> dict[str, str]:
    """The caller's environment without anything that leads to a real cloud or cluster."""
    kept = {
        name: value
        for name, value in caller.items()
        if not name.startswith(DROPPED_PREFIXES) and name not in DROPPED
    }
    return {**kept, **request.environment}


def program_environment(caller: Mapping[str, str], request: Request) -> dict[str, str]:
    """The clean environment with the stack's configuration, as the engine hands it over."""
    return {
        **clean_environment(caller, request),
        "PULUMI_ORGANIZATION": "organization",
        "PULUMI_PROJECT": request.project,
        "PULUMI_STACK": request.stack,
        "PULUMI_DRY_RUN": "true" if request.command.dry_run else "false",
        "PULUMI_CONFIG": json.dumps(dict(request.config)),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.secret_keys)),
    }


class Program:
    """A running program."""

    def __init__(
        self, request: Request, monitor: str, engine: str, on_line: Callable[[str, str], None]
    ) -> None:
        """Start it; `on_line` gets severity and text of every line it prints."""
        start = language.start(request, monitor, engine)
        self._process = subprocess.Popen(
            start.command,
            cwd=request.program,
            env={**program_environment(os.environ, request), **start.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.ended = threading.Event()
        self._threads = [
            self._thread(self._read, on_line, "info", self._process.stdout),
            self._thread(self._read, on_line, "info#err", self._process.stderr),
            self._thread(self._watch),
        ]

    def wait(self) -> int:
        """Wait for the end; the exit code."""
        code = self._process.wait()
        for thread in self._threads:
            thread.join()
        self._close()
        return code

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self.wait()

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    def _close(self) -> None:
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    def _watch(self) -> None:
        self._process.wait()
        self.ended.set()

    @staticmethod
    def _read(on_line: Callable[[str, str], None], severity: str, stream: Any) -> None:
        for line in stream:
            on_line(severity, line.rstrip("\n"))

    @staticmethod
    def _thread(target: Callable[..., None], *arguments: Any) -> threading.Thread:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        thread.start()
        return thread
