"""What a killed run left behind: adopt what it made, or stop with a clear sentence.

The real engine only warns, and then fails on the unique name (data/engine-3.259, scenario 19).
"""

from dataclasses import replace

from rehearsal.runtime.checkpoint import timestamp
from rehearsal.runtime.deployment import Deployment, marked
from rehearsal.runtime.drivers.port import OperationFailed
from rehearsal.runtime.goal import Goal
from rehearsal.runtime.record import Record
from rehearsal.runtime.values import plain

KILLED = "a killed run"
"""In every message of this module: whoever shows a run's progress shows them."""


def recover(run: Deployment) -> None:
    """Deal with the pending operations of the state; raises Aborted where one is unclear."""
    for kind, record in run.checkpoint.interrupted:
        if run.dry_run:
            run.journal.say(
                "warning", record.urn, f"{KILLED} was {kind} it: the next up looks it up"
            )
        elif kind == "creating":
            _adopt(run, record)
        else:
            run.journal.say("warning", record.urn, f"{KILLED} was {kind} it")


def _adopt(run: Deployment, draft: Record) -> None:
    try:
        driver = run.registry.serving(draft.type)
        created = driver.adopt(run.subject_of(draft), plain(draft.inputs))
    except OperationFailed as error:
        raise run.abort(
            draft.urn, f"{KILLED} was creating it, and what became of it is unclear: {error}"
        ) from None
    if created is None:
        run.journal.say("info", draft.urn, f"{KILLED} was creating it: it is begun anew")
        run.checkpoint.forget_interrupted("creating", draft.urn)
        return
    goal = Goal(
        draft.type,
        draft.name,
        custom=True,
        additional_secret_outputs=draft.additional_secret_outputs,
    )
    record = replace(
        draft,
        id=created.id,
        outputs=marked(goal, draft.inputs, created.outputs),
        modified=timestamp(),
    )
    old = run.checkpoint.old(draft.urn)
    leftover = None
    if old is not None and not old.pending_replacement and old.id != created.id:
        leftover = replace(old, delete=True)
    run.checkpoint.restore(record, leftover=leftover)
    run.journal.say("info", draft.urn, f"adopted (id {created.id}): {KILLED} had been creating it")
