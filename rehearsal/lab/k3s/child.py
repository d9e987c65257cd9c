"""A program that lives and dies with this process."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

_DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL", "--")
_TAIL = 8192


class Child:
    """Started with its output in a log file."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process, self._log = process, log

    @classmethod
    async def start(
        cls, argv: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
    ) -> "Child":
        """Run a program; its output is appended to `log`.

        Raises:
            OSError: it cannot be started.
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *_DIES_WITH_US,
                *argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                env=environment,
                start_new_session=True,
            )
        return cls(process, log)

    @property
    def pid(self) -> int:
        """Of the program."""
        return self._process.pid

    async def wait(self) -> int:
        """Its exit code; negative is a signal's number."""
        return await self._process.wait()

    async def stop(self, grace_s: float) -> None:
        """Ask it and what it started to end, and end them after `grace_s`."""
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(grace_s):
                await self._process.wait()
        except TimeoutError:
            self._signal(signal.SIGKILL)
            await self._process.wait()

    def last_line(self) -> str:
        """The last thing that it printed."""
        return last_line(self._log)

    def said(self, words: str) -> bool:
        """Whether those words are in the end of its log."""
        return any(words in line for line in _tail(self._log))

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


def last_line(log: Path) -> str:
    """The last line of a log that is not empty."""
    return next((line.strip() for line in reversed(_tail(log)) if line.strip()), "")


def _tail(log: Path) -> list[str]:
    if not log.is_file():
        return []
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _TAIL))
        return file.read().decode("utf-8", "replace").splitlines()
