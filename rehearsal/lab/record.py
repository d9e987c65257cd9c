"""`lab.json` in a lab's workspace: that a lab stands, whose it is, and what no host can say."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

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
    """Which boot of this machine it stands on: after another one nothing of it is left."""
    kept: bool = False
    """Whether it was asked to stay."""
    noted: dict[str, str] = field(default_factory=dict)
    """Public address of a host -> why nobody got in by SSH at the last attempt."""

    @property
    def stands(self) -> bool:
        """Whether this machine still runs since the lab was made."""
        return self.boot == boot()

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
    """The record of that workspace; None where no lab is standing."""
    try:
        stored = json.loads((workspace / NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    if stored.pop("version", None) != VERSION:
        return None
    return Record(**stored)


def forget(workspace: Path) -> None:
    """There is no lab any more."""
    (workspace / NAME).unlink(missing_ok=True)


def standing(root: Path) -> Iterator[tuple[Path, Record]]:
    """Workspaces below `root` in which a lab stands, with their records."""
    for file in sorted((root / ".rehearsal").glob(f"*{MARK}*/{NAME}")):
        record = load(file.parent)
        if record is not None:
            yield file.parent, record


def fresh(workspace: Path, operator: str) -> Record:
    """The record of a lab that is about to stand in that workspace."""
    digest = hashlib.sha256(str(workspace.resolve()).encode()).hexdigest()
    return Record(digest[:6], operator, boot())


def boot() -> str:
    """Identifies the running boot of this machine."""
    return BOOT_ID.read_text(encoding="ascii").strip()
