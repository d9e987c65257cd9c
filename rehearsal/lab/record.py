"""`lab.json` in a lab's workspace: that a lab stands, whose it is, and what no host can say."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from rehearsal.lab import machine
from rehearsal.nodes.surroundings import CALLER

NAME = "lab.json"
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
VERSION = 1
MARK = "+lab"
"""Follows the stack in the name of a lab's workspace."""


@dataclass(frozen=True)
class Record:
    """One lab that is standing, or that a killed run left."""

    lab_id: str
    """Six hex digits; namespaces are named after it."""
    operator: str
    """Address (IPv4) from which the lab's operator comes."""
    boot: str
    """Which boot of this machine it stands on: after another one nothing of it is left. Empty while
    nothing stands yet."""
    kept: bool = False
    """Whether it was asked to stay."""
    engine: str = "embedded"
    """Which engine brought it up, and so has its state: embedded or pulumi."""
    noted: dict[str, str] = field(default_factory=dict)
    """Public address of a host -> why nobody got in by SSH at the last attempt."""

    @property
    def stands(self) -> bool:
        """Whether this machine still runs since the lab was made."""
        return self.boot == boot()

    def begun(self) -> "Record":
        """The same before anything of it is made: it can be taken down, and does not stand yet."""
        return replace(self, boot="")

    def with_note(self, address: str, failure: str) -> "Record":
        """The same with how the last attempt to reach a host ended; an empty failure forgets."""
        others = {key: value for key, value in self.noted.items() if key != address}
        return replace(self, noted={**others, address: failure} if failure else others)

    def save(self, workspace: Path) -> None:
        """Write it so that a reader never sees half of it."""
        new = workspace / f"{NAME}.new"
        new.touch(mode=0o600)
        new.write_text(json.dumps({"version": VERSION, **asdict(self)}), encoding="utf-8")
        new.replace(workspace / NAME)


def load(workspace: Path) -> Record | None:
    """The record of that workspace; None where there is none. One that this version cannot read
    does not stand, but can be taken down.

    Raises Unavailable where the lab is root's and the caller is not root.
    """
    try:
        text = (workspace / NAME).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except PermissionError:
        machine.require_root()
        raise
    try:
        stored = json.loads(text)
        if stored.pop("version", None) == VERSION:
            return Record(**stored)
    except (ValueError, TypeError, AttributeError):
        pass
    return fresh(workspace, CALLER).begun()


def forget(workspace: Path) -> None:
    """There is no lab any more."""
    (workspace / NAME).unlink(missing_ok=True)


def standing(root: Path) -> Iterator[tuple[Path, Record]]:
    """Workspaces below `root` with something of a lab in them, and their records; see `load`."""
    try:
        directories = sorted((root / ".rehearsal").iterdir())
    except FileNotFoundError:
        return
    except PermissionError:
        machine.require_root()
        raise
    for directory in directories:
        record = load(directory) if MARK in directory.name else None
        if record is not None:
            yield directory, record


def fresh(workspace: Path, operator: str) -> Record:
    """The record of a lab that is about to stand in that workspace."""
    digest = hashlib.sha256(str(workspace.resolve()).encode()).hexdigest()
    return Record(digest[:6], operator, boot())


def boot() -> str:
    """Identifies the running boot of this machine."""
    return BOOT_ID.read_text(encoding="ascii").strip()
