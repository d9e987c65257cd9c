"""Comparing the state with what is there: `refresh`, and what `--refresh` does before an `up`.

Every object is read again; one that is gone leaves the state, and with it every mention of it. So
the next plan is made against what is really there. Only a difference from what the program asked
for counts as one; what the API merely computed is taken over in silence. Objects without a lookup
(commands, releases, objects in a cluster) stay as the last run left them. Source: `RefreshStep` in
pulumi/pkg/resource/deploy/step.go (3.259), and data/engine-3.259, scenarios 01, 15, 25 and 28.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from rehearsal.runtime import urn as urns
from rehearsal.runtime.checkpoint import timestamp
from rehearsal.runtime.compare import differences, top_level
from rehearsal.runtime.deployment import Deployment
from rehearsal.runtime.drivers.port import NotFound, OperationFailed
from rehearsal.runtime.journal import planned
from rehearsal.runtime.model import Op
from rehearsal.runtime.record import Record, provider_urn
from rehearsal.runtime.values import Properties, plain, secrets_like


class Refresh:
    """Reads everything that the state knows again."""

    def __init__(self, deployment: Deployment) -> None:
        self._run = deployment

    def everything(self) -> bool:
        """Bring the state up to date; False where an object could not be read."""
        run = self._run
        records = run.checkpoint.untouched()
        width = max(1, run.request.parallel)
        with ThreadPoolExecutor(width, thread_name_prefix="refresh") as pool:
            found = list(pool.map(self._one, records))
        if run.journal.errors:
            return False
        run.checkpoint.rebase(without_the_gone(records, found))
        return True

    def _one(self, old: Record) -> Record | None:
        """The record as it is now; None where its object is gone."""
        run = self._run
        step = run.journal.started(planned(old.urn, Op.REFRESH), old.parent)
        if not _looked_up(old):
            run.journal.refreshed(step, Op.SAME)
            return old
        try:
            driver, subject = run.registry.serving(old.type), run.subject_of(old)
            now = brought_up_to_date(old, driver.refresh(subject, old))
            drift = driver.diff(subject, now, plain(old.inputs))
        except NotFound:
            run.journal.refreshed(step, Op.DELETE)
            return None
        except OperationFailed as error:
            run.journal.failed(step, str(error))
            return old
        run.journal.refreshed(step, Op.UPDATE if drift.changes else Op.SAME, drift.keys)
        return now


def _looked_up(record: Record) -> bool:
    """Whether there is an object behind the record that a provider could look up."""
    return (
        record.custom
        and not urns.is_provider(record.type)
        and not record.pending_replacement
        and not record.external
    )


def brought_up_to_date(old: Record, outputs: Properties) -> Record:
    """The record with what was read.

    What drifted also replaces the input that asked for it, as the bridge does: a property whose
    changes the program ignores is then ignored in its new form.
    """
    changes = differences(old.outputs, outputs)
    if not changes:
        return replace(old, init_errors=())
    drifted = set(top_level(changes)) & set(old.inputs) & set(outputs)
    inputs = {
        key: secrets_like(outputs[key], value)
        if key in drifted and plain(value) != outputs[key]
        else value
        for key, value in old.inputs.items()
    }
    return replace(
        old,
        inputs=inputs,
        outputs={
            key: secrets_like(value, old.outputs[key]) if key in old.outputs else value
            for key, value in outputs.items()
        },
        init_errors=(),
        modified=timestamp(),
    )


def without_the_gone(records: Sequence[Record], found: Sequence[Record | None]) -> list[Record]:
    """What is left, in its order, without a mention of what is gone."""
    gone = {old.urn for old, now in zip(records, found, strict=True) if now is None}
    gone -= {now.urn for now in found if now is not None}
    return [_unmentioned(record, gone) for record in found if record is not None]


def _unmentioned(record: Record, gone: set[str]) -> Record:
    if not gone & record.leans_on():
        return record
    properties: Mapping[str, tuple[str, ...]] = {
        key: tuple(urn for urn in origins if urn not in gone)
        for key, origins in record.property_dependencies.items()
    }
    return replace(
        record,
        dependencies=tuple(urn for urn in record.dependencies if urn not in gone),
        property_dependencies=properties,
        parent="" if record.parent in gone else record.parent,
        deleted_with="" if record.deleted_with in gone else record.deleted_with,
        provider="" if provider_urn(record.provider) in gone else record.provider,
    )
