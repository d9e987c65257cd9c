"""Network namespaces by name: made, entered, emptied and removed with iproute2's means.

Everything works from any network namespace of the same mount namespace.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

DIRECTORY = Path("/run/netns")
CALLER = Path("/proc/self/ns/net")
"""The network namespace that this process is in."""
GONE_LIMIT_S = 10.0
_CLONE_NEWNET = 0x40000000
Result = TypeVar("Result")


class FabricError(Exception):
    """A change of the lab's network that the kernel refused, in one sentence."""


def path(name: str) -> Path:
    """The file that stands for the namespace."""
    return DIRECTORY / name


def exists(name: str) -> bool:
    """Whether there is a namespace of that name."""
    return path(name).exists()


def names(prefix: str) -> list[str]:
    """Namespaces whose name begins so."""
    return sorted(file.name for file in DIRECTORY.glob(f"{prefix}*"))


def ip(lines: Sequence[str], namespace: str | None = None) -> None:
    """Have `ip -batch` carry the lines out; raises FabricError at the first that fails."""
    within = ["-netns", namespace] if namespace else []
    command(["ip", *within, "-batch", "-"], "\n".join(lines) + "\n")


def command(words: Sequence[str], stdin: str = "") -> str:
    """The command's stdout; raises FabricError with what it says where it fails."""
    done = subprocess.run(list(words), input=stdin, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = " ".join((done.stderr or done.stdout).split())
        raise FabricError(f"`{' '.join(words)}` failed: {said}")
    return done.stdout


def inside(namespace: Path, work: Callable[[], Result]) -> Result:
    """What `work` returns from a thread that is in the namespace; sockets it opens stay there."""
    results: list[Result] = []
    problems: list[BaseException] = []

    def enter() -> None:
        try:
            with namespace.open("rb") as held:
                _join(held.fileno())
            results.append(work())
        except BaseException as problem:
            problems.append(problem)

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    if problems:
        raise problems[0]
    return results[0]


def set_kernel(name: str, settings: dict[str, str]) -> None:
    """Network settings of the namespace, by their names below `net.`, e.g. `ipv4.ip_forward`."""

    def write() -> None:
        for key, value in settings.items():
            file = Path("/proc/sys/net", *key.split("."))
            if file.exists():  # a kernel without IPv6 has none of its settings
                file.write_text(value, encoding="ascii")

    inside(path(name), write)


def processes(name: str) -> list[int]:
    """Processes that are in the namespace, the caller and those that wait for it excepted."""
    spared = own_line()
    return [
        pid for pid in map(int, command(["ip", "netns", "pids", name]).split()) if pid not in spared
    ]


def own_line() -> set[int]:
    """This process, its parent, and so on."""
    line, pid = set(), os.getpid()
    while pid > 0:
        line.add(pid)
        try:
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            break
        pid = int(stat.rpartition(")")[2].split()[1])
    return line


def end_processes(name: str) -> None:
    """Kill every process in the namespace and wait until none runs any longer."""
    deadline = time.monotonic() + GONE_LIMIT_S
    while (living := [pid for pid in processes(name) if is_alive(pid)]) and (
        time.monotonic() < deadline
    ):
        for pid in living:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)


def remove(name: str) -> None:
    """Remove the namespace's name; its links go with it. An absent one is fine."""
    if exists(name):
        command(["ip", "netns", "delete", name])


def is_alive(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in ("Z", "X")


def _join(descriptor: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, _CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise FabricError(f"a network namespace cannot be entered: {os.strerror(number)}")
