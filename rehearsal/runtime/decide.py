"""What happens to a registered resource: nothing, create, update or replace. Pure.

Source: `continueStepsFromDiff` in pulumi/pkg/resource/deploy/step_generator.go (3.259), and the
recordings in data/engine-3.259.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from rehearsal.runtime import paths
from rehearsal.runtime.compare import Changes, differences, top_level
from rehearsal.runtime.goal import Goal
from rehearsal.runtime.record import Record
from rehearsal.runtime.values import Properties, has_unknown, plain


@dataclass(frozen=True)
class Diff:
    """How a provider sees the difference between a resource and what is asked for."""

    changes: Changes = field(default_factory=dict)
    replace: tuple[str, ...] = ()
    """Top-level properties whose change cannot be made in place."""
    delete_before_replace: bool = False
    """What the provider asks for where the program says nothing."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The top-level properties that differ."""
        return top_level(self.changes)


class Kind(Enum):
    """The four answers."""

    SAME = "same"
    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"


@dataclass(frozen=True)
class Decision:
    """What to do with a resource, and why."""

    kind: Kind
    diff: Diff = field(default_factory=Diff)
    delete_first: bool = False
    deleted_already: bool = False
    """The old object is gone: only the second half of the replacement remains."""


def restore_ignored(goal: Goal, old: Record) -> Properties:
    """The goal's inputs with ignored places set back to what the last run registered."""
    inputs: Any = goal.inputs
    for text in goal.ignore_changes:
        if text == paths.EVERY:
            return old.inputs
        inputs = paths.reset(paths.parse(text), old.inputs, inputs)
    restored: Properties = inputs
    return restored


def decide(goal: Goal, old: Record | None, diff: Diff) -> Decision:
    """Choose for a goal, the record of the last run and the provider's view of the difference."""
    if old is None or old.external:
        return Decision(Kind.CREATE, diff)
    forced = _forced_keys(goal, diff)
    replace = (*diff.replace, *(key for key in forced if key not in diff.replace))
    diff = Diff(diff.changes, replace, diff.delete_before_replace)
    triggered = trigger_changed(old.replacement_trigger, goal.replacement_trigger)
    if replace or triggered or old.pending_replacement:
        delete_first = diff.delete_before_replace
        if goal.delete_before_replace is not None:
            delete_first = goal.delete_before_replace
        return Decision(
            Kind.REPLACE,
            diff,
            delete_first=delete_first or old.pending_replacement,
            deleted_already=old.pending_replacement,
        )
    if diff.changes or old.init_errors:
        return Decision(Kind.UPDATE, diff)
    return Decision(Kind.SAME, diff)


def component_diff(old: Record, inputs: Properties) -> Diff:
    """The difference of a resource without a provider: its registered inputs."""
    return Diff(differences(old.inputs, inputs))


def trigger_changed(old: Any, new: Any) -> bool:
    """Whether a replacement trigger fires: set for the first time or removed, it does not."""
    if has_unknown(old) or has_unknown(new):
        return True
    if old is None or new is None:
        return False
    return bool(plain(old) != plain(new))


def _forced_keys(goal: Goal, diff: Diff) -> tuple[str, ...]:
    patterns = [paths.parse(text) for text in goal.replace_on_changes]
    return top_level(
        path for path in diff.changes if any(paths.contains(pattern, path) for pattern in patterns)
    )
