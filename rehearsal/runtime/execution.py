"""Carrying out what was decided for one resource; in a preview, planning it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rehearsal.runtime import cascade
from rehearsal.runtime.callbacks import HookFailed, Hooks
from rehearsal.runtime.checkpoint import timestamp
from rehearsal.runtime.decide import Decision
from rehearsal.runtime.deployment import Answer, Deployment, marked
from rehearsal.runtime.drivers.port import Created, OperationFailed, PartlyDone
from rehearsal.runtime.goal import Goal
from rehearsal.runtime.journal import planned
from rehearsal.runtime.model import Op, Step
from rehearsal.runtime.record import Record
from rehearsal.runtime.values import Properties, plain


class Execution:
    """The five ways in which a registered resource becomes real."""

    def __init__(self, deployment: Deployment, hooks: Hooks) -> None:
        self._run = deployment
        self._hooks = hooks

    def same(self, goal: Goal, urn: str, inputs: Properties, old: Record) -> Answer:
        """Nothing to do but to note new options and dependencies."""
        step = self._started(urn, Op.SAME, goal)
        record = replace(
            record_of(goal, urn, inputs),
            id=old.id,
            outputs=old.outputs,
            created=old.created,
            modified=old.modified,
        )
        self._run.checkpoint.put(record, instead_of=old, quiet=True)
        self._run.journal.ended(step)
        return Answer(urn, record.id, record.outputs)

    def create(self, goal: Goal, urn: str, inputs: Properties, old: Record | None) -> Answer:
        """A new object (in the place of one that was only read, where `old` is given)."""
        step = self._started(urn, Op.CREATE, goal)
        record = self._made(goal, urn, inputs, step)
        if record is None:
            return self._run.fail(urn)
        return self._settled(goal, record, step, old, None)

    def update(
        self, goal: Goal, urn: str, inputs: Properties, old: Record, decision: Decision
    ) -> Answer:
        """Change the object in place."""
        run = self._run
        step = self._started(urn, Op.UPDATE, goal, decision)
        draft = replace(record_of(goal, urn, inputs), id=old.id, created=old.created)
        driver = run.registry.serving(goal.type) if goal.custom else None
        subject = run.subject(urn, goal.type, goal.provider)
        if driver is None:
            outputs: Properties = old.outputs
        elif run.dry_run:
            outputs = _kept_and_planned(inputs, old, driver.plan(subject, plain(inputs), old))
        else:
            run.checkpoint.begin("updating", replace(old, urn=urn))
            done = self._attempt(
                goal,
                draft,
                step,
                lambda: driver.update(subject, old, plain(inputs), decision.diff),
                old,
            )
            if done is None:
                return run.fail(urn)
            outputs = done
        outputs = marked(goal, inputs, outputs)
        record = replace(draft, outputs=outputs, modified=timestamp())
        return self._settled(goal, record, step, old, None)

    def replace_create_first(
        self, goal: Goal, urn: str, inputs: Properties, old: Record, decision: Decision
    ) -> Answer:
        """A new object beside the old one, which is deleted at the end of the run."""
        step = self._started(urn, Op.CREATE_REPLACEMENT, goal, decision)
        record = self._made(goal, urn, inputs, step)
        if record is None:
            return self._run.fail(urn)
        leftover = replace(old, urn=urn, delete=True)
        answer = self._settled(goal, record, step, old, leftover)
        self._run.journal.ended(self._started(urn, Op.REPLACE, goal, decision))
        self._note_replaced(urn)
        return answer

    def create_again(
        self, goal: Goal, urn: str, inputs: Properties, old: Record, decision: Decision
    ) -> Answer:
        """The second half of a replacement whose old object is gone already."""
        run = self._run
        run.going.discard(urn)
        keys = run.condemned.get(urn)
        if keys is not None:
            decision = replace(decision, diff=replace(decision.diff, changes={}, replace=keys))
        run.journal.ended(self._started(urn, Op.REPLACE, goal, decision))
        step = self._started(urn, Op.CREATE_REPLACEMENT, goal, decision)
        record = self._made(goal, urn, inputs, step)
        if record is None:
            return run.fail(urn)
        answer = self._settled(goal, record, step, old, None)
        self._note_replaced(urn)
        return answer

    def delete_for_replacement(self, doomed: list[Record]) -> bool:
        """Delete objects, in this order, that will be created again; False where one resists."""
        run = self._run
        for record in doomed:
            step = run.journal.started(planned(record.urn, Op.DELETE_REPLACED), record.parent)
            if not run.dry_run and not self.skips_delete(record, run.going):
                run.checkpoint.begin("deleting", record)
                try:
                    run.registry.serving(record.type).delete(run.subject_of(record), record)
                except OperationFailed as error:
                    run.checkpoint.give_up("deleting", record.urn)
                    run.journal.failed(step, str(error))
                    return False
            run.checkpoint.amend(record, cascade.as_deleted(record))
            run.journal.ended(step)
        return True

    @staticmethod
    def skips_delete(record: Record, leaving: set[str]) -> bool:
        """Whether the object is left alone: kept on purpose, or gone with the one it lives in."""
        return (
            not record.custom
            or record.external
            or record.pending_replacement
            or record.retain_on_delete
            or record.deleted_with in leaving
        )

    def _made(self, goal: Goal, urn: str, inputs: Properties, step: Step) -> Record | None:
        """Create the object; None where that failed (what exists of it is in the state)."""
        run = self._run
        now = timestamp()
        draft = replace(record_of(goal, urn, inputs), created=now, modified=now)
        if not goal.custom:
            return draft
        driver = run.registry.serving(goal.type)
        subject = run.subject(urn, goal.type, goal.provider)
        if run.dry_run:
            outputs = driver.plan(subject, plain(inputs), None)
            return replace(draft, outputs=marked(goal, inputs, outputs))
        run.checkpoint.begin("creating", draft)
        done = self._attempt(goal, draft, step, lambda: driver.create(subject, plain(inputs)), None)
        if done is None:
            return None
        created: Created = done
        return replace(draft, id=created.id, outputs=marked(goal, inputs, created.outputs))

    def _attempt(
        self,
        goal: Goal,
        draft: Record,
        step: Step,
        operation: Callable[[], Any],
        old: Record | None,
    ) -> Any:
        """Run one operation with its hooks; None where it failed, which is noted and recorded."""
        run = self._run
        verb = "update" if old is not None else "create"
        try:
            self._hooks.call(f"before_{verb}", goal, draft, old)
            return operation()
        except PartlyDone as error:
            inputs = old.inputs if old is not None else draft.inputs
            partly = replace(
                draft,
                id=error.done.id,
                inputs=inputs,
                outputs=marked(goal, draft.inputs, error.done.outputs),
                init_errors=(run.journal.mask(str(error)),),
            )
            leftover = run.checkpoint.old(draft.urn) if old is None else old
            run.checkpoint.put(partly, instead_of=leftover)
            run.journal.failed(step, str(error))
        except (OperationFailed, HookFailed) as error:
            run.checkpoint.give_up("updating" if old is not None else "creating", draft.urn)
            run.journal.failed(step, str(error))
        return None

    def _settled(
        self, goal: Goal, record: Record, step: Step, old: Record | None, leftover: Record | None
    ) -> Answer:
        run = self._run
        run.checkpoint.put(record, instead_of=old, leftover=leftover)
        run.journal.learn(record.outputs)
        verb = "update" if step.op is Op.UPDATE else "create"
        try:
            self._hooks.call(f"after_{verb}", goal, record, old)
        except HookFailed as error:
            run.journal.failed(step, str(error))
            return run.fail(record.urn)
        run.journal.ended(step)
        return Answer(record.urn, record.id, record.outputs)

    def _note_replaced(self, urn: str) -> None:
        with self._run.lock:
            self._run.replaced.add(urn)

    def _started(self, urn: str, op: Op, goal: Goal, decision: Decision | None = None) -> Step:
        keys = (decision.diff.keys, decision.diff.replace) if decision else ((), ())
        return self._run.journal.started(planned(urn, op, *keys, goal.inputs), goal.parent)


def record_of(goal: Goal, urn: str, inputs: Properties) -> Record:
    """The record that a goal leads to, before anything is known about the object."""
    return Record(
        urn=urn,
        type=goal.type,
        custom=goal.custom,
        inputs=inputs,
        parent=goal.parent,
        provider=goal.provider,
        dependencies=goal.dependencies,
        property_dependencies=goal.property_dependencies,
        protect=goal.protect,
        retain_on_delete=goal.retain_on_delete,
        deleted_with=goal.deleted_with,
        additional_secret_outputs=goal.additional_secret_outputs,
        ignore_changes=goal.ignore_changes,
        replace_on_changes=goal.replace_on_changes,
        replacement_trigger=goal.replacement_trigger,
        custom_timeouts=goal.custom_timeouts,
    )


def _kept_and_planned(inputs: Properties, old: Record, planned_outputs: Properties) -> Properties:
    """Outputs of an update before it happens: what stays of the old ones, and the plan."""
    gone = set(old.inputs) - set(inputs)
    kept = {key: value for key, value in plain(old.outputs).items() if key not in gone}
    return {**kept, **planned_outputs}
