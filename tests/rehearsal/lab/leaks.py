"""What a lab that was taken down has left on this machine."""

from collections.abc import Collection
from ipaddress import IPv4Address
from pathlib import Path

from rehearsal.lab import leaks, record
from rehearsal.lab.fabric import Fabric
from rehearsal.nodes.surroundings import CALLER
from rehearsal.workspace import workspace_of
from tests.rehearsal.command.rehearsed import Directory

KEPT = {"lock", "backend", "last-up.json", "timeline.json"}
"""What a workspace holds without a lab: the last answer, and an empty backend."""


def fabric_of(root: Path) -> Fabric:
    """The network of the lab of stack `dev` in `root`."""
    directory = workspace_of(root, "dev", lab=True).directory
    return Fabric(record.fresh(directory, "").lab_id, IPv4Address(CALLER))


def left(root: Path, temporary: Path, known: Collection[int] = ()) -> list[str]:
    """All that is left of the lab of stack `dev` in `root`: namespaces, processes, mounts,
    files. `temporary` is where its commands had their temporary files; `known` its network
    namespaces, where they were looked up while it stood.
    """
    directory = workspace_of(root, "dev", lab=True).directory
    return [
        *leaks.left(directory, fabric_of(root), known),
        *(f"file {path.name}" for path in directory.iterdir() if path.name not in KEPT),
        *(f"stack {path}" for path in directory.glob("backend/.pulumi/stacks/**/*.json")),
        *(f"temporary {path.name}" for path in temporary.iterdir()),
    ]


def take_down(directory: Directory) -> None:
    """End what stands there, however its test ended; what could not be ended is an error."""
    said = directory.sovereign("lab", "down")
    assert said.code == 0, said.out + said.err
