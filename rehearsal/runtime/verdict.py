"""Whether a run succeeded, and the answer to the caller."""

from rehearsal.runtime.deployment import Deployment
from rehearsal.runtime.journal import Journal
from rehearsal.runtime.model import Level, Result
from rehearsal.runtime.policy.packs import Packs
from rehearsal.runtime.urn import name_of
from rehearsal.runtime.values import Properties


def judge(run: Deployment, packs: Packs) -> None:
    """Turn what the packs said into reasons for failure.

    Stricter than the real engine in two points: a rule that could not be evaluated and a pack of
    which no rule was evaluated are failures, because both would pass unseen.
    """
    journal = run.journal
    for one in journal.violations:
        if one.level is Level.MANDATORY:
            journal.refused = True
            where = name_of(one.urn) if one.urn else "the stack"
            journal.conclude(f"{one.pack}/{one.policy} refuses {where}: {one.message}")
    for message in dict.fromkeys(
        one.message.strip() for one in journal.violations if one.unevaluated
    ):
        journal.refused = True
        journal.conclude(message)
    if journal.errors or run.request.idle_packs:
        return
    for summary in packs.summaries():
        if summary.evaluated == 0:
            journal.refused = True
            journal.conclude(f"policy pack {summary.name} evaluated no rule: it protects nothing")


def result(
    run: Deployment | None,
    packs: Packs | None,
    outputs: Properties,
    *,
    journal: Journal | None = None,
) -> Result:
    """The result of a run, or of one that never began."""
    journal = run.journal if run is not None else journal
    assert journal is not None
    return Result(
        succeeded=not journal.errors,
        refused=journal.refused,
        steps=journal.steps,
        counts=journal.counts(refreshes=run is not None and run.request.command.refreshes),
        outputs=outputs,
        diagnostics=journal.diagnostics,
        violations=journal.violations,
        packs=packs.summaries() if packs is not None else (),
        errors=journal.errors,
    )
