"""What a lab that was taken down has left on this machine: nothing, or it is named.

A host pivots into its own root, so no mount of its processes shows where its disk is. What outlasts
that: the argument that it was started with, the environment of whatever began inside the lab, and
the network namespace that it is in, looked up before its name is gone.
"""

import contextlib
import os
import re
import time
from collections.abc import Collection, Iterator
from pathlib import Path

from rehearsal.lab.fabric import MEMORY, Fabric, namespaces

INSIDE = "SOVEREIGN_LAB_INSIDE"
"""Set to the lab's id in a process that runs in its operator's namespace, and so in all that it
starts."""
PROCESSES = Path("/proc")
PATIENCE_S = 5.0
"""How long what was killed may take to be gone."""


def networks(fabric: Fabric) -> frozenset[int]:
    """The network namespaces of that lab as the kernel numbers them; they outlive their names."""
    found = set()
    for name in namespaces.names(fabric.prefix):
        with contextlib.suppress(FileNotFoundError):
            found.add(namespaces.path(name).stat().st_ino)
    return frozenset(found)


def left(workspace: Path, fabric: Fabric, known: Collection[int] = ()) -> list[str]:
    """What is there of a lab after all that was killed had time to end. `known`: its network
    namespaces, as `networks` told them while it stood.
    """
    deadline = time.monotonic() + PATIENCE_S
    while (found := list(_traces(workspace, fabric, known))) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def _traces(workspace: Path, fabric: Fabric, known: Collection[int]) -> Iterator[str]:
    for name in namespaces.names(fabric.prefix):
        yield f"namespace {name}"
    for directory in sorted(MEMORY.glob(f"{fabric.prefix}*")):
        yield f"disk in memory {directory}"
    for line in (PROCESSES / "self" / "mountinfo").read_text(encoding="utf-8").splitlines():
        place = line.split()[4].replace(r"\040", " ")
        if fabric.prefix in place or place.startswith(f"{workspace.resolve()}/"):
            yield f"mount {place}"
    spared = namespaces.own_line()
    for process in PROCESSES.glob("[0-9]*"):
        pid = int(process.name)
        if (
            pid not in spared
            and namespaces.is_alive(pid)
            and _is_of(process, workspace, fabric, known)
        ):
            yield f"process {pid} ({_name(process)})"


def _is_of(process: Path, workspace: Path, fabric: Fabric, known: Collection[int]) -> bool:
    """Whether a process is a host's, in one of the lab's networks, or was begun from inside."""
    hosts = re.compile(re.escape(f"{workspace.resolve()}/hosts/") + r"\d+")
    if any(map(hosts.fullmatch, _words(process / "cmdline"))):
        return True
    if f"{INSIDE}={fabric.lab_id}" in _words(process / "environ"):
        return True
    try:
        return (process / "ns" / "net").stat().st_ino in known
    except OSError:  # it has ended meanwhile
        return False


def _words(file: Path) -> list[str]:
    """What the kernel separates by zeros; nothing of a process that has ended meanwhile."""
    try:
        return os.fsdecode(file.read_bytes()).split("\0")
    except OSError:
        return []


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return "ended meanwhile"
