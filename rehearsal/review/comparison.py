"""The facts of a review on the embedded engine: base revision up, change previewed over it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from rehearsal.program import SECRET_KEYS, packs_of
from rehearsal.review import judges, settings
from rehearsal.review.acceptance import acceptances
from rehearsal.review.embedded import lend_environment, open_world
from rehearsal.review.facts import Base, Facts, Finding, Resource, Setting
from rehearsal.review.landscape import landscape
from rehearsal.review.lending import Lender
from rehearsal.review.operations import findings, operations, own_errors
from rehearsal.review.preparation import Prepared, prepare
from rehearsal.review.revision import NoRevision, check_out, find, reviewed
from rehearsal.review.secrecy import Secrets, names_a_secret
from rehearsal.review.stack import PLACEHOLDERS, Reader, Stack, Unreadable, program_of
from rehearsal.runtime.model import Result
from rehearsal.runtime.policy.packs import Packs
from rehearsal.session import SCRIPTS

POLICIES = "policies"
"""Judged by the rules of both sides."""
OPERATORS = "sovereign:operatorCidrs"


@dataclass(frozen=True)
class Old:
    """The base as it stands before the change."""

    base: Base
    tops: tuple[Path, Path] = (Path(), Path())
    """Top of the repository, of the change and of the base."""
    stack: Stack | None = None
    resources: tuple[Resource, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


def compare(
    stack: str,
    head: Stack,
    named: str | None,
    reader: Reader,
    scratch: Path,
    console: Console,
    secrets: Secrets,
) -> Facts:
    """Compare; `secrets` learns those that are met. Raises NoRevision for a named base that is not
    there, PackFailed for packs that cannot start.
    """
    Packs.require(packs_of(head.program))
    before = base_of(head.program, named, reader, scratch / "base")
    scripts = scratch / "base" / "sovereign" / "scripts"
    with open_world(scratch, scripts if scripts.is_dir() else SCRIPTS, console) as world:
        tops = (scratch / "base", before.tops[0] if before.stack else head.program)
        lender = Lender(world, reader, tops, scratch / "lent", secrets)
        _learn_plain(secrets, head)
        if before.stack:
            _learn_plain(secrets, before.stack)
            before = brought_up(before, before.stack, stack, lender)
        if not before.resources:
            lender = lender.on(scratch / "nothing")
        return change_over(stack, head, before, lender)


def base_of(program: Path, named: str | None, reader: Reader, target: Path) -> Old:
    """The base's files, not brought up yet; raises NoRevision where it was named."""
    try:
        revision = find(program, named)
        found = reader.read(check_out(revision, target))
        lend_environment(found.program)
        tops = (revision.repository, target)
        return Old(Base("revision", revision.commit[:12]), tops, found)
    except NoRevision as reason:
        if named is not None:
            raise
        return Old(Base("nothing", reason=str(reason)))
    except Unreadable as unreadable:
        return Old(Base("nothing", reason=f"the base has no such stack ({unreadable})"))


def brought_up(before: Old, base: Stack, stack: str, lender: Lender) -> Old:
    """The base as it stands once its own program has run; nothing where that does not work."""
    program, world = program_of(base, base.config), lender.world
    result = lender.satisfied(lambda: world.up(program, stack, packs_of(base.program)))
    said = findings(result.violations)
    notes = []
    if any(one.level == "mandatory" for one in said):
        notes.append("The base breaks its own rules; it was brought up without them.")
        result = world.up(program, stack, ())
    resources = world.resources(base.project, stack)
    _learn(lender.secrets, result, resources)
    if not result.succeeded:
        reason = f"the base revision does not come up ({'; '.join(result.errors[:3])})"
        return Old(Base("nothing", before.base.revision, reason), before.tops, base)
    return replace(before, resources=resources, findings=said, notes=tuple(notes))


def change_over(stack: str, head: Stack, before: Old, lender: Lender) -> Facts:
    """The change previewed over the base."""
    reader, secrets = lender.reader, lender.secrets
    _learn_plain(secrets, head)
    old_config = before.stack.config if before.stack else {}
    ranges = landscape(before.resources).ranges
    prepared = prepare(head.config, old_config, ranges, reader.inspect)
    facts = _facts(stack, head, before, prepared, reader)
    if prepared.config is None:
        return replace(facts, complete=False)
    program, packs = program_of(head, prepared.config), _packs(head, before)
    result = lender.satisfied(lambda: lender.world.preview(program, stack, packs))
    _learn(secrets, result, before.resources)
    return replace(_previewed(facts, result), notes=(*facts.notes, *lender.notes))


def _facts(stack: str, head: Stack, before: Old, prepared: Prepared, reader: Reader) -> Facts:
    """What is known before the preview."""
    written = before.stack.written if before.stack else {}
    changed = settings.compare(written, head.written) if before.stack else ()
    accepted, expired = acceptances(head.written, datetime.now(UTC).date())
    base_program = before.stack.program if before.stack else head.program
    return Facts(
        stack=stack,
        engine="embedded",
        base=before.base,
        prices=reader.prices(head.config),
        before=before.resources,
        problems=prepared.problems,
        known_findings=before.findings,
        settings=changed,
        set_back=prepared.set_back,
        doubts=(*_doubts(head, before), *_ciphertexts(changed)),
        notes=(*before.notes, *_notes(head), *expired),
        head=reviewed(head.program, before.base.revision),
        others=judges.other_stack_files(head.program, base_program, stack),
        accepted=accepted,
    )


def _previewed(facts: Facts, result: Result) -> Facts:
    errors = own_errors(result)
    packs = {pack.name: pack for pack in result.packs}.values()
    said = findings(result.violations)
    idle = [f"{pack.name}/{rule}" for pack in packs for rule in pack.idle]
    evaluated = sum(pack.evaluated for pack in packs)
    return replace(
        facts,
        operations=operations(result.steps),
        complete=not errors,
        errors=errors,
        findings=said,
        rules=evaluated + len(idle),
        evaluated=evaluated,
        idle=tuple(idle),
    )


def _doubts(head: Stack, before: Old) -> list[str]:
    found = []
    if before.base.origin == "nothing":
        found.append(f"Nothing to compare with: {before.base.reason}.")
    if before.stack:
        sides = (before.tops, (head.program, before.stack.program))
        touched = dict.fromkeys(name for side in sides for name in judges.touched(*side))
        if touched:
            named = ", ".join(f"`{name}`" for name in touched)
            found.append(f"The change alters what judges it: {named}; read that part yourself.")
        if head.project != before.stack.project:
            found.append(f"The project's name changes: its stacks are others, {head.project} now.")
    return found


def _ciphertexts(changed: tuple[Setting, ...]) -> list[str]:
    paths = [f"`{one.path}`" for one in changed if one.secret]
    if not paths:
        return []
    blind = "The review uses placeholders and cannot see what follows"
    said = f"Secret settings change: {', '.join(paths)}. {blind}; a new seed replaces every key."
    return [said]


def _notes(head: Stack) -> list[str]:
    found = []
    if OPERATORS not in head.written:
        found.append(f"{OPERATORS} is not set in the stack file; a documentation range stands in.")
    others = [key for key in head.encrypted if key not in PLACEHOLDERS]
    if others:
        found.append(f"Placeholders stand in for: {', '.join(others)}.")
    return found


def _packs(head: Stack, before: Old) -> tuple[Path, ...]:
    """The change's rules, and the base's where they differ: no change loosens its own judge."""
    own = packs_of(head.program)
    if before.stack and judges.files(head.program, POLICIES) != judges.files(
        before.stack.program, POLICIES
    ):
        return (*own, *(pack for pack in packs_of(before.stack.program) if pack not in own))
    return own


def _learn_plain(secrets: Secrets, stack: Stack) -> None:
    """What stands plain in the stack file, and is a secret all the same."""
    for key, value in stack.written.items():
        if isinstance(value, str) and (key in SECRET_KEYS or names_a_secret(key)):
            secrets.texts([value])


def _learn(secrets: Secrets, result: Result, resources: tuple[Resource, ...]) -> None:
    secrets.inside(result.outputs, *(step.inputs for step in result.steps))
    secrets.inside(*(one.inputs for one in resources))
