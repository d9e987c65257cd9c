"""What a lab that was taken down has left on this machine."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

from rehearsal.lab import record
from rehearsal.workspace import workspace_of

KEPT = {"lock", "backend", "last-up.json", "timeline.json"}
"""What a workspace holds without a lab: the last answer, and an empty backend."""


def left(root: Path, temporary: Path) -> list[str]:
    """All that is left of the lab of stack `dev` in `root`: namespaces, processes, mounts,
    files. `temporary` is where its commands had their temporary files.
    """
    directory = workspace_of(root, "dev", lab=True).directory
    return [
        *_namespaces(record.fresh(directory, "").lab_id),
        *_mounts(directory),
        *(f"file {path.name}" for path in directory.iterdir() if path.name not in KEPT),
        *(f"stack {path}" for path in directory.glob("backend/.pulumi/stacks/**/*.json")),
        *(f"temporary {path.name}" for path in temporary.iterdir()),
    ]


def _namespaces(lab_id: str) -> Iterator[str]:
    listed = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True)
    for line in listed.stdout.splitlines():
        if f"sov-{lab_id}-" in line:
            yield f"namespace {line}"


def _mounts(directory: Path) -> Iterator[str]:
    """Of any living process: one that is left of a host still sees its disk."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            mounts = (process / "mountinfo").read_text(encoding="utf-8")
            name = (process / "comm").read_text(encoding="utf-8").strip()
        except OSError:  # it has ended meanwhile
            continue
        if str(directory) in mounts:
            yield f"mount in process {process.name} ({name})"
