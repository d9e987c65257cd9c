"""The real engine's preview against a stack's real state, by Pulumi's Automation API.

It asks the backend, the secrets provider and the cloud as `pulumi preview` does, so it needs their
credentials: never give them to a change from a fork. The program is previewed in a copy: the engine
writes beside the stack file.
"""

import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal import pulumi_cli
from rehearsal.review.facts import Resource
from rehearsal.runtime.model import Level, Op, Step, Violation
from rehearsal.runtime.policy.messages import DEFERRED
from rehearsal.runtime.policy.pack import config_path
from rehearsal.runtime.urn import name_of, type_of
from rehearsal.runtime.values import (
    MASK,
    SECRET_SIGNATURE,
    SIGNATURE,
    UNKNOWN,
    UNKNOWN_TEXT,
    Secret,
)

OTHER_OPS = {
    "read-replacement": Op.READ,
    "refresh": Op.SAME,
    "discard-replaced": Op.DELETE_REPLACED,
    "import": Op.CREATE,
    "import-replacement": Op.CREATE_REPLACEMENT,
}
"""Words of the engine that the embedded runtime has no need of."""


@dataclass(frozen=True)
class LivePreview:
    """What the engine said."""

    before: tuple[Resource, ...]
    steps: tuple[Step, ...]
    violations: tuple[Violation, ...]
    errors: tuple[str, ...]

    @property
    def known(self) -> tuple[Violation, ...]:
        """What is said of resources that stay as they are, where all others do, too: a rule about
        the whole stack may speak of what stays because of something that goes.
        """
        changed = any(step.op not in (Op.SAME, Op.READ) for step in self.steps)
        same = {step.urn for step in self.steps if step.op is Op.SAME}
        return () if changed else tuple(one for one in self.violations if one.urn in same)


def preview(program: Path, stack: str, packs: Sequence[Path], workspace: Path) -> LivePreview:
    """Preview a stack; raises pulumi_cli.EngineMissing without `pulumi`."""
    pulumi_cli.find()
    from pulumi import automation

    copied = workspace / "program"
    shutil.copytree(program, copied, ignore=shutil.ignore_patterns(*pulumi_cli.COPIED_NOT))
    (copied / ".venv").symlink_to(Path(sys.prefix).resolve())
    heard: list[Any] = []
    try:
        selected = automation.select_stack(stack, work_dir=str(copied))
        before = recorded(selected.export_stack().deployment or {})
    except automation.CommandError as error:
        return LivePreview((), (), (), (_sentence(str(error)),))
    said = ""
    try:
        selected.preview(
            color="never",
            policy_packs=[str(_placed(pack, program, copied, workspace)) for pack in packs],
            policy_pack_configs=[str(config_path(pack, stack)) for pack in packs],
            on_event=heard.append,
        )
    except automation.CommandError as error:
        said = _sentence(str(error))
    return heard_preview(heard, before, said)


def _placed(pack: Path, program: Path, copied: Path, workspace: Path) -> Path:
    """Where the engine finds a pack: in the copied program, or copied beside it with its Python,
    where it came with this command.
    """
    if pack.is_relative_to(program):
        return copied / pack.relative_to(program)
    target = workspace / "packs" / pack.name
    shutil.copytree(pack, target, ignore=shutil.ignore_patterns(*pulumi_cli.COPIED_NOT))
    python = workspace / ".venv"
    if not python.exists():
        python.symlink_to(Path(sys.prefix).resolve())
    return target


def heard_preview(events: Sequence[Any], before: tuple[Resource, ...], failure: str) -> LivePreview:
    """The events of a preview; `failure` is said where they hold no reason of their own."""
    steps, violations, errors = [], [], []
    for event in events:
        if event.resource_pre_event:
            steps.append(_step(event.resource_pre_event.metadata))
        elif event.policy_event:
            violations.append(_violation(event.policy_event))
        elif event.diagnostic_event and event.diagnostic_event.severity == "error":
            errors.append(_sentence(event.diagnostic_event.message))
    refused = any(one.level is Level.MANDATORY for one in violations)
    if failure and not errors and not refused:
        errors.append(failure)
    return LivePreview(before, tuple(steps), tuple(violations), tuple(dict.fromkeys(errors)))


def recorded(deployment: Mapping[str, Any]) -> tuple[Resource, ...]:
    """The resources of an exported state."""
    return tuple(
        Resource(one["urn"], _value(one.get("inputs") or {}), str(one.get("id") or ""))
        for one in deployment.get("resources") or ()
        if not one.get("delete")
    )


def _step(found: Any) -> Step:
    urn, word = found.urn, str(getattr(found.op, "value", found.op))
    op = OTHER_OPS.get(word) or Op(word)
    inputs = (found.new.inputs or {}) if found.new else {}
    return Step(
        urn,
        op,
        type_of(urn),
        name_of(urn),
        tuple(found.diffs or ()),
        tuple(found.keys or ()),
        inputs=_value(inputs),
    )


def _violation(event: Any) -> Violation:
    lines = event.message.strip().splitlines()
    message = lines[-1] if lines else ""
    level = Level.MANDATORY if event.enforcement_level == "mandatory" else Level.ADVISORY
    if message.startswith(DEFERRED):
        level = Level.DEFERRED
    return Violation(
        event.policy_pack_name, event.policy_name, level, event.resource_urn or "", message
    )


def _value(value: Any) -> Any:
    """A value of the engine's JSON: secrets are envelopes or masked, unknowns a sentinel."""
    if isinstance(value, Mapping):
        if value.get(SIGNATURE) == SECRET_SIGNATURE:
            return Secret(MASK)
        return {key: _value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_value(item) for item in value]
    if value == MASK:
        return Secret(MASK)
    return UNKNOWN if value == UNKNOWN_TEXT else value


def _sentence(text: str) -> str:
    """The last line that says something."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    told = [line for line in lines if line.startswith("error:")]
    return (told or lines or ["no output"])[-1].removeprefix("error: ")
