"""Deleting what is no longer asked for: at the end of an `up`, and in a `destroy`."""

from concurrent.futures import ThreadPoolExecutor

from rehearsal.runtime.cascade import waves_of_deletion
from rehearsal.runtime.deployment import Deployment
from rehearsal.runtime.drivers.port import NotFound, OperationFailed
from rehearsal.runtime.execution import Execution
from rehearsal.runtime.journal import planned
from rehearsal.runtime.model import Op
from rehearsal.runtime.record import Record


class Deletion:
    """Deletes resources in the reverse order of their dependencies, siblings side by side."""

    def __init__(self, deployment: Deployment) -> None:
        self._run = deployment
        self._crashed_in = {
            record.urn for kind, record in deployment.checkpoint.interrupted if kind == "deleting"
        }
        """A killed run was deleting these: that they are gone is no error."""

    def leftovers(self) -> None:
        """Delete replaced objects and everything the program did not register."""
        run = self._run
        self._delete(
            [one for one in run.checkpoint.untouched() if one.delete or one.urn not in run.seen]
        )

    def everything(self) -> None:
        """Delete the whole stack."""
        self._delete(self._run.checkpoint.untouched())

    def _delete(self, doomed: list[Record]) -> None:
        if self._protected(doomed) and not self._run.dry_run:
            return
        leaving = self._run.going
        leaving.update(record.urn for record in doomed)
        width = max(1, self._run.request.parallel)
        with ThreadPoolExecutor(width, thread_name_prefix="delete") as pool:
            for wave in waves_of_deletion(doomed):
                done = list(pool.map(lambda record: self._one(record, leaving), wave))
                if not all(done):
                    return

    def _protected(self, doomed: list[Record]) -> bool:
        """Refuse before anything is deleted: with the real engine some may be gone by then."""
        run = self._run
        found = [
            one
            for one in doomed
            if one.protect and not (one.delete or one.pending_replacement or one.external)
        ]
        for record in found:
            step = run.journal.started(planned(record.urn, Op.DELETE), record.parent)
            message = (
                "it is protected and cannot be deleted: remove `protect` from it in the program "
                "and run `up` first"
            )
            run.journal.refused = True
            run.journal.failed(step, message)
        return bool(found)

    def _one(self, record: Record, leaving: set[str]) -> bool:
        run = self._run
        if record.protect and not (record.delete or record.pending_replacement or record.external):
            return True
        step = run.journal.started(planned(record.urn, _op(record)), record.parent)
        if not run.dry_run and not Execution.skips_delete(record, leaving):
            run.checkpoint.begin("deleting", record)
            try:
                run.registry.serving(record.type).delete(run.subject_of(record), record)
            except OperationFailed as error:
                known_gone = isinstance(error, NotFound) and record.urn in self._crashed_in
                if not known_gone:
                    run.checkpoint.give_up("deleting", record.urn)
                    run.journal.failed(step, str(error))
                    return False
        run.checkpoint.remove(record)
        run.journal.ended(step)
        return True


def _op(record: Record) -> Op:
    if record.delete:
        return Op.DELETE_REPLACED
    if record.pending_replacement:
        return Op.REMOVE_PENDING_REPLACE
    return Op.DISCARD if record.external else Op.DELETE
