"""Processes of a unit: started in a session of their own, printing to the unit's log, and ended."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from .unit_file import Command, UnitFile

JOURNAL = Path("/var/log/lab/journal")
SEARCH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
CLEAN_SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGPIPE)
_VARIABLE = re.compile(r"\$\{(\w+)\}|\$(\w+)")


def say(unit: UnitFile, sentence: str, journal: Path = JOURNAL) -> None:
    """A line of the manager's own in the unit's log."""
    journal.mkdir(parents=True, exist_ok=True)
    with (journal / f"{unit.name}.log").open("a", encoding="utf-8") as log:
        log.write(f"{unit.name}: {sentence}\n")


def spawn(
    unit: UnitFile, command: Command, extra: Mapping[str, str], journal: Path = JOURNAL
) -> int | None:
    """Start the command with the unit's environment and `extra`; None where it cannot be started,
    and the log says why. Somebody must wait for it.
    """
    try:
        environment = {"PATH": SEARCH, "LANG": "C.UTF-8", **unit.environment(), **extra}
    except FileNotFoundError as missing:
        say(unit, f"Failed to load environment files: {missing}", journal)
        return None
    for name in unit.words("RuntimeDirectory"):
        directory = Path("/run") / name
        directory.mkdir(parents=True, exist_ok=True)
        directory.chmod(int(unit.one("RuntimeDirectoryMode", "0755"), 8))
    words = [word for text in command.words for word in expanded(text, environment)]
    program = shutil.which(words[0], path=SEARCH) or words[0]
    journal.mkdir(parents=True, exist_ok=True)
    try:
        with (journal / f"{unit.name}.log").open("ab") as log:
            process = subprocess.Popen(
                [program, *words[1:]],
                cwd=unit.one("WorkingDirectory", "/").removeprefix("-"),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
    except OSError as problem:
        say(unit, f"Failed to execute {program}: {problem.strerror}", journal)
        return None
    process.returncode = 0  # whoever started it waits, not this object
    return process.pid


def kill(pid: int, number: signal.Signals) -> None:
    """Signal one process; it may have ended."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def kill_session(session: int, number: signal.Signals) -> None:
    """Signal all that a process has started and that did not leave its session."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            if int(fields[3]) == session:
                os.kill(int(stat.parent.name), number)


def expanded(word: str, environment: Mapping[str, str]) -> list[str]:
    """`$NAME` alone becomes any number of words, `${NAME}` is put in."""
    alone = _VARIABLE.fullmatch(word)
    if alone and alone[2]:
        return environment.get(alone[2], "").split()
    return [_VARIABLE.sub(lambda found: environment.get(found[1] or found[2], ""), word)]


def ending(status: int) -> tuple[str, bool]:
    """How a process ended, in systemd's words, and whether that is a clean end."""
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        name = signal.Signals(-code).name.removeprefix("SIG")
        return f"code=killed, status={-code}/{name}", -code in CLEAN_SIGNALS
    return f"code=exited, status={code}/{'SUCCESS' if code == 0 else 'FAILURE'}", code == 0
