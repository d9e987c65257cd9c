"""Outputs that components and the stack register after their children."""

from dataclasses import replace

from rehearsal.runtime.deployment import Deployment
from rehearsal.runtime.urn import STACK_TYPE
from rehearsal.runtime.values import Properties, has_unknown


def register_outputs(run: Deployment, urn: str, outputs: Properties) -> None:
    """Record what a component offers. An `up` keeps only what is known: the rest failed."""
    record = run.checkpoint.recorded(urn)
    if record is None:
        return
    if not run.dry_run:
        outputs = {key: value for key, value in outputs.items() if not has_unknown(value)}
    run.journal.learn(outputs)
    run.checkpoint.put(replace(record, outputs=outputs), instead_of=None, quiet=True)


def stack_outputs(run: Deployment) -> Properties:
    """The stack's outputs as they stand."""
    for record in run.checkpoint.records():
        if record.type == STACK_TYPE:
            return record.outputs
    return {}
