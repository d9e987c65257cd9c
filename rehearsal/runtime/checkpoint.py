"""The state of a stack while a run changes it.

At any moment the state is: what this run has recorded, in order of completion (so dependencies come
first), then what it has not touched yet. It is written to disk after every record; threads that
record at the same time share one write.
"""

import hashlib
import json
import threading
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from rehearsal.runtime.backend import Backend
from rehearsal.runtime.cipher import Cipher
from rehearsal.runtime.record import Record, decode, encode

ENGINE_VERSION: Final = "3.259.0"
"""The engine whose format this is; the real CLI reads the version of the last writer."""


class Checkpoint:
    """Records of one stack, kept on disk. Every method may be called from any thread."""

    def __init__(self, backend: Backend, stack: str, passphrase: str, *, persist: bool) -> None:
        """`persist=False` is a preview: everything is kept in memory only."""
        self._backend = backend
        self._stack = stack
        self._persist = persist
        self._lock = threading.RLock()
        self._write_lock = threading.Lock()
        self._version = 0
        self._written = 0
        deployment = backend.read(stack) or {"resources": []}
        salt = (deployment.get("secrets_providers") or {}).get("state", {}).get("salt")
        self.cipher = Cipher.unlock(passphrase, salt) if salt else Cipher.fresh(passphrase)
        self.before: tuple[Record, ...] = tuple(
            decode(entry, self.cipher) for entry in deployment["resources"]
        )
        """The resources as the last run left them."""
        self._base: list[Record] = list(self.before)
        self._done: list[Record] = []
        self._pending: dict[tuple[str, str], Record] = {}
        self.interrupted: tuple[tuple[str, Record], ...] = tuple(
            (entry["type"], decode(entry["resource"], self.cipher))
            for entry in deployment.get("pending_operations") or ()
        )
        """Operations that a killed run left behind: kind and resource."""
        self._left_behind = list(self.interrupted)
        self._texts: dict[int, tuple[Record, str]] = {}

    def records(self) -> list[Record]:
        """All resources as they stand now."""
        with self._lock:
            return [*self._done, *self._base]

    def recorded(self, urn: str) -> Record | None:
        """What this run recorded for a URN."""
        with self._lock:
            return next((record for record in self._done if record.urn == urn), None)

    def begin(self, kind: str, record: Record) -> None:
        """Note on disk that an operation starts ("creating", "updating", "deleting")."""
        with self._lock:
            self._pending[(kind, record.urn)] = record
            version = self._touch()
        self._save(version)

    def give_up(self, kind: str, urn: str) -> None:
        """An operation ended without any trace in the cloud."""
        with self._lock:
            self._pending.pop((kind, urn), None)
            version = self._touch()
        self._save(version)

    def old(self, urn: str) -> Record | None:
        """What the last run left under a URN and this run has not touched yet."""
        with self._lock:
            return next((one for one in self._base if one.urn == urn and not one.delete), None)

    def untouched(self) -> list[Record]:
        """What this run has not dealt with yet."""
        with self._lock:
            return list(self._base)

    def put(
        self,
        record: Record,
        *,
        instead_of: Record | None,
        leftover: Record | None = None,
        quiet: bool = False,
    ) -> None:
        """Record a resource as this run leaves it, in the place of an old or earlier record.

        `leftover` is the replaced object that stays until the end of the run. `quiet` leaves
        writing to the next record: nothing happened in the cloud.
        """
        with self._lock:
            self._drop(instead_of)
            earlier = [n for n, item in enumerate(self._done) if item.urn == record.urn]
            if earlier:
                self._done[earlier[0]] = record
            else:
                self._done.append(record)
            if leftover is not None:
                self._base.append(leftover)
            if instead_of is not None and instead_of.urn != record.urn:
                names = {instead_of.urn: record.urn}
                self._base = [item.renamed(names) for item in self._base]
            self._settle(record.urn)
            version = self._touch()
        if not quiet:
            self._save(version)

    def amend(self, old: Record, new: Record) -> None:
        """Change an untouched record where it stands (marked for deletion, deleted already)."""
        with self._lock:
            self._base = [new if _same(item, old) else item for item in self._base]
            self._done = [new if _same(item, old) else item for item in self._done]
            self._settle(old.urn)
            version = self._touch()
        self._save(version)

    def restore(self, record: Record, *, leftover: Record | None) -> None:
        """Take in an object that a killed run made, as if it had been recorded then.

        `leftover` is the object it was to replace, already marked for deletion.
        """
        with self._lock:
            self._base = [one for one in self._base if one.urn != record.urn or one.delete]
            self._base.append(record)
            if leftover is not None:
                self._base.append(leftover)
            self._settle(record.urn)
            version = self._touch()
        self._save(version)

    def rebase(self, records: Sequence[Record]) -> None:
        """Begin with these records instead: what a refresh found, before anything is registered."""
        with self._lock:
            self._base = list(records)
            version = self._touch()
        self._save(version)

    def remove(self, record: Record) -> None:
        """Forget a resource."""
        with self._lock:
            self._drop(record)
            self._settle(record.urn)
            version = self._touch()
        self._save(version)

    def forget_interrupted(self, kind: str, urn: str) -> None:
        """An operation of a killed run has been dealt with."""
        with self._lock:
            self._left_behind = [
                item for item in self._left_behind if (item[0], item[1].urn) != (kind, urn)
            ]
            version = self._touch()
        self._save(version)

    def close(self) -> None:
        """Write the last state so that it survives a power cut."""
        if self._persist:
            with self._write_lock:
                self._backend.write(self._stack, self._render(), durable=True)

    def _drop(self, record: Record | None) -> None:
        if record is None:
            return
        self._base = [item for item in self._base if not _same(item, record)]
        self._done = [item for item in self._done if not _same(item, record)]

    def _settle(self, urn: str) -> None:
        for key in [key for key in self._pending if key[1] == urn]:
            del self._pending[key]
        self._left_behind = [item for item in self._left_behind if item[1].urn != urn]

    def _touch(self) -> int:
        self._version += 1
        return self._version

    def _save(self, version: int) -> None:
        if not self._persist:
            return
        with self._write_lock:
            if self._written >= version:
                return
            with self._lock:
                current = self._version
                text = self._render()
            self._backend.write(self._stack, text, durable=False)
            self._written = current

    def _render(self) -> str:
        with self._lock:
            now = timestamp()
            pending = [
                {"resource": encode(record, self.cipher), "type": kind}
                for kind, record in self._operations()
            ]
            parts = [
                f'"manifest":{json.dumps(_manifest(now))}',
                '"secrets_providers":'
                + json.dumps({"type": "passphrase", "state": {"salt": self.cipher.salt_line}}),
                f'"resources":[{",".join(self._text(record) for record in self.records())}]',
            ]
            if pending:
                parts.append(f'"pending_operations":{json.dumps(pending)}')
            parts.append('"metadata":{}')
        return "{" + ",".join(parts) + "}"

    def _operations(self) -> Iterable[tuple[str, Record]]:
        yield from self._left_behind
        for (kind, _), record in self._pending.items():
            yield kind, record

    def _text(self, record: Record) -> str:
        cached = self._texts.get(id(record))
        if cached is not None and cached[0] is record:
            return cached[1]
        text = json.dumps(encode(record, self.cipher))
        self._texts[id(record)] = (record, text)
        return text


def timestamp() -> str:
    """The time as the checkpoint writes it (UTC)."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _same(one: Record, other: Record) -> bool:
    """Whether two records are of the same object: a replaced one shares its successor's URN."""
    return (one.urn, one.id, one.delete) == (other.urn, other.id, other.delete)


def _manifest(now: str) -> dict[str, Any]:
    magic = hashlib.sha256(ENGINE_VERSION.encode()).hexdigest()
    return {"time": now, "magic": magic, "version": ENGINE_VERSION}
