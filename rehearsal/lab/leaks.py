"""What a lab that was taken down has left on this machine: nothing, or it is named."""

from collections.abc import Iterator
from pathlib import Path

from rehearsal.lab.fabric import Fabric, namespaces

PROCESSES = Path("/proc")


def left(workspace: Path, fabric: Fabric) -> list[str]:
    """Namespaces of that lab, and processes that still see a disk of its hosts."""
    return [
        *(f"namespace {name}" for name in namespaces.names(fabric.prefix)),
        *(f"mount in process {process}" for process in _holding(workspace)),
    ]


def _holding(workspace: Path) -> Iterator[str]:
    """A process that is left of a host sees its disk: there is none without the other."""
    below = f"{workspace.resolve()}/".replace(" ", r"\040")
    for process in PROCESSES.glob("[0-9]*"):
        try:
            mounts = (process / "mountinfo").read_text(encoding="utf-8")
            name = (process / "comm").read_text(encoding="utf-8").strip()
        except OSError:  # it has ended meanwhile
            continue
        if below in mounts:
            yield f"{process.name} ({name})"
