"""Steps and violations of either engine as the facts of a review. Pure."""

import re
from collections.abc import Iterable, Sequence

from rehearsal.review.facts import Action, Finding, Operation
from rehearsal.runtime import urn as urns
from rehearsal.runtime.model import Level, Op, Result, Step, Violation

_ACTIONS: dict[Op, Action] = {
    Op.CREATE: "create",
    Op.UPDATE: "update",
    Op.DELETE: "delete",
    Op.DISCARD: "delete",
    Op.REMOVE_PENDING_REPLACE: "delete",
    Op.REPLACE: "replace",
    Op.CREATE_REPLACEMENT: "replace",
    Op.DELETE_REPLACED: "replace",
    Op.READ: "read",
    Op.SAME: "same",
}
_FIX = re.compile(r"\.?\s+Fix:\s+")
"""How a message of our packs goes on after what was found."""


def operations(steps: Iterable[Step]) -> tuple[Operation, ...]:
    """One operation per resource: the two or three steps of a replacement are one."""
    by_urn: dict[str, list[Step]] = {}
    for step in steps:
        by_urn.setdefault(step.urn, []).append(step)
    return tuple(_operation(urn, each) for urn, each in by_urn.items())


def _operation(urn: str, steps: Sequence[Step]) -> Operation:
    ops = [step.op for step in steps]
    made = [step for step in steps if step.op not in (Op.DELETE, Op.DELETE_REPLACED)]
    last = made[-1] if made else steps[-1]
    deleted = ops.index(Op.DELETE_REPLACED) if Op.DELETE_REPLACED in ops else len(ops)
    created = ops.index(Op.CREATE_REPLACEMENT) if Op.CREATE_REPLACEMENT in ops else 0
    keys = dict.fromkeys(key for step in steps for key in step.diff_keys)
    forced = dict.fromkeys(key for step in steps for key in step.replace_keys)
    return Operation(
        urn,
        _ACTIONS[last.op],
        tuple(keys),
        tuple(forced),
        old_first=deleted < created,
        inputs=last.inputs,
    )


def findings(violations: Iterable[Violation]) -> tuple[Finding, ...]:
    """What the packs said, each once; what is said of the stack itself has no resource."""
    found = []
    for one in violations:
        said, fix = _split(one.message)
        of_stack = not one.urn or urns.type_of(one.urn) == urns.STACK_TYPE
        resource = "" if of_stack else urns.name_of(one.urn)
        found.append(Finding(one.pack, one.policy, one.level.value, resource, said, fix))
    return tuple(dict.fromkeys(found))


def own_errors(result: Result) -> tuple[str, ...]:
    """Why the run failed, without what the policies refused: they are findings."""
    policies = {
        f"{one.pack}/{one.policy} refuses {urns.name_of(one.urn) if one.urn else 'the stack'}: "
        f"{one.message}"
        for one in result.violations
        if one.level is Level.MANDATORY
    }
    return tuple(dict.fromkeys(one for one in result.errors if one not in policies))


def _split(message: str) -> tuple[str, str]:
    parts = _FIX.split(message.strip(), maxsplit=1)
    return parts[0], parts[1] if len(parts) > 1 else ""
