"""The state as text: Pulumi's deployment (version 3), the same for both engines. Pure.

Nothing is decrypted: secrets pass through as the ciphertext that they are.
"""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy

from sovereign.recover.model import TYPES, Json, Kind, Operation

SOVEREIGN = "sovereign:index:Sovereign"


def operations(deployment: Json) -> tuple[Operation, ...]:
    """The pending operations, in their order."""
    return tuple(
        Operation(
            verb=pending["type"],
            urn=pending["resource"]["urn"],
            type=pending["resource"]["type"],
            id=pending["resource"].get("id") or "",
            inputs=pending["resource"].get("inputs") or {},
        )
        for pending in deployment.get("pending_operations") or ()
    )


def known(deployment: Json) -> dict[tuple[Kind, str], str]:
    """What the state knows of Hetzner: kind and id -> URN."""
    return {
        (TYPES[entry["type"]], entry["id"]): entry["urn"]
        for entry in _resources(deployment)
        if entry["type"] in TYPES and entry.get("id") and not entry.get("pendingReplacement")
    }


def clusters(deployment: Json) -> set[str]:
    """Names of the Sovereigns that the state holds."""
    found = (entry for entry in _resources(deployment) if entry["type"] == SOVEREIGN)
    return {entry["urn"].rsplit("::", 1)[-1] for entry in found}


def recovered(
    deployment: Json, *, imported: Mapping[str, str], forgotten: Iterable[str], now: str
) -> Json:
    """The deployment without pending operations.

    `imported` (URN -> id) are resources whose interrupted creation is completed by taking them in
    with what was asked for; a refresh then fills in what the API adds. `forgotten` are URNs of
    resources that are gone. `now` is the time to note (ISO 8601).
    """
    result = deepcopy(deployment)
    pending = {entry["resource"]["urn"]: entry["resource"] for entry in _creating(deployment)}
    gone = set(forgotten)
    entries = [entry for entry in _resources(result) if entry["urn"] not in gone]
    for entry in entries:
        _unmention(entry, gone)
    for urn, id_ in imported.items():
        entries = _taken_in(entries, _completed(pending[urn], id_, now))
    result["resources"] = entries
    result.pop("pending_operations", None)
    return result


def _resources(deployment: Json) -> list[Json]:
    found: list[Json] = deployment.get("resources") or []
    return found


def _creating(deployment: Json) -> Iterator[Json]:
    for entry in deployment.get("pending_operations") or ():
        if entry["type"] == "creating":
            yield entry


def _completed(draft: Json, id_: str, now: str) -> Json:
    """A draft as if its creation had been recorded; its outputs are what was asked for."""
    inputs = draft.get("inputs") or {}
    outputs = {key: value for key, value in inputs.items() if not key.startswith("__")}
    entry = {**deepcopy(draft), "id": id_, "outputs": {**outputs, "id": id_}}
    return {**entry, "created": draft.get("created") or now, "modified": now}


def _taken_in(entries: list[Json], new: Json) -> list[Json]:
    """The entries with the new one: behind all others, or in the place of the one it replaces,
    which is then only waiting for its deletion (or was deleted already)."""
    result: list[Json] = []
    placed = False
    for entry in entries:
        if entry["urn"] != new["urn"] or entry.get("delete"):
            result.append(entry)
            continue
        result.append(new)
        placed = True
        if not entry.get("pendingReplacement") and entry.get("id") != new["id"]:
            result.append({**entry, "delete": True})
    return result if placed else [*result, new]


def _unmention(entry: Json, gone: set[str]) -> None:
    """Take what is gone out of everything that an entry leans on."""
    if "dependencies" in entry:
        entry["dependencies"] = [urn for urn in entry["dependencies"] if urn not in gone]
    for key, origins in (entry.get("propertyDependencies") or {}).items():
        entry["propertyDependencies"][key] = [urn for urn in origins or () if urn not in gone]
    if entry.get("deletedWith") in gone:
        del entry["deletedWith"]
