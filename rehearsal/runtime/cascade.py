"""Who goes along: dependents of a replaced resource, and the order of deletions. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from rehearsal.runtime.decide import Diff
from rehearsal.runtime.record import Record, provider_urn
from rehearsal.runtime.values import UNKNOWN, Properties


@dataclass(frozen=True)
class Condemned:
    """A dependent that must be deleted before the resource it depends on, to be created again."""

    record: Record
    keys: tuple[str, ...]
    """The properties that cannot be changed in place; empty where its provider is replaced."""


DiffOf = Callable[[Record, Properties], Diff]


def dependents_to_replace(
    root: Record, records: Sequence[Record], settled: set[str], diff_of: DiffOf
) -> list[Condemned]:
    """The dependents of `root` that a delete-first replacement takes along, in dependency order.

    Each dependent's inputs that come from a condemned resource become unknown; if its provider
    then says "replace", it is condemned as well. `settled` are URNs this run has dealt with
    already: they cannot depend on `root` any more. Source: `calculateDependentReplacements`
    (engine 3.259).
    """
    condemned = {root.urn}
    found: list[Condemned] = []
    for record in records:
        if record.urn in settled or record.urn == root.urn:
            continue
        if not record.custom or record.external or record.delete:
            continue
        if provider_urn(record.provider) in condemned:
            found.append(Condemned(record, ()))
            condemned.add(record.urn)
            continue
        touched = {
            key
            for key, origins in record.property_dependencies.items()
            if key in record.inputs and condemned.intersection(origins)
        }
        if not touched:
            continue
        inputs = {key: UNKNOWN if key in touched else value for key, value in record.inputs.items()}
        diff = diff_of(record, inputs)
        if diff.replace:
            found.append(Condemned(record, diff.replace))
            condemned.add(record.urn)
    return found


def waves_of_deletion(doomed: Iterable[Record]) -> list[list[Record]]:
    """Groups that may be deleted at the same time; every group waits for the one before it.

    What leans on something else goes first. Raises ValueError on a circle.
    """
    left = list(doomed)
    waves: list[list[Record]] = []
    while left:
        needed: dict[int, set[str]] = {id(record): record.leans_on() for record in left}
        wave = [
            record
            for record in left
            if not any(record.urn in needed[id(other)] for other in left if other.urn != record.urn)
        ]
        if not wave:
            raise ValueError("the resources to delete depend on each other in a circle")
        waves.append(wave)
        gone = {id(record) for record in wave}
        left = [record for record in left if id(record) not in gone]
    return waves


def as_deleted(record: Record) -> Record:
    """The record of a resource whose object was deleted so that it can be created again."""
    return replace(record, pending_replacement=True)
