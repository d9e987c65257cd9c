"""The way in for `sovereign review`: from a work tree to a comment, a JSON answer, an exit code."""

import json
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, cast

from rich.console import Console

from rehearsal.engine import EngineMissing
from rehearsal.isolation import DEFAULTS, forget_callers_environment
from rehearsal.program import packs_of
from rehearsal.review import live, revision, secrecy
from rehearsal.review.acceptance import acceptances
from rehearsal.review.answer import answer, unanswered
from rehearsal.review.comparison import base_of, compare
from rehearsal.review.facts import Base, Facts, Problem
from rehearsal.review.fitting import GITHUB
from rehearsal.review.markdown import comment
from rehearsal.review.operations import findings, operations
from rehearsal.review.review import review as judged
from rehearsal.review.review import without
from rehearsal.review.revision import NoRevision, reviewed
from rehearsal.review.stack import Reader, Unreadable
from rehearsal.runtime.policy.pack import PackFailed
from rehearsal.runtime.policy.packs import Packs
from rehearsal.terminal import console as terminal

__all__ = ["DEFAULTS", "GITHUB", "Problem", "Unreadable", "every", "review", "unanswered"]

EXIT = {"approve": 0, "look": 0, "refuse": 1}
USAGE, UNAVAILABLE = 2, 3


def review(
    *,
    stack: str,
    program: Path,
    base: str | None,
    reader: Reader,
    use_engine: bool,
    as_json: bool,
    output: Path | None,
    limit: int,
    answered: Path | None = None,
    secrets: secrecy.Secrets | None = None,
) -> int:
    """Review the work tree and print the answer, or write it to `answered`; returns the exit code.

    `secrets` are those that an earlier review of this process met.
    """
    engine = "pulumi" if use_engine else "embedded"
    console = terminal(stderr=True)
    secrets = secrets or secrecy.Secrets()
    secrets.of_environment(os.environ)
    console.file = cast(IO[str], secrecy.Masked(console.file, secrets.mask))
    try:
        with tempfile.TemporaryDirectory(prefix="sovereign-review-") as scratch:
            if use_engine:
                facts = _live(stack, program, reader, Path(scratch))
            else:
                forget_callers_environment()
                secrecy.forget(os.environ)
                facts = _embedded(stack, program, base, reader, Path(scratch), console, secrets)
    except Unreadable as unreadable:
        errors = [vars(one) for one in unreadable.problems]
        said = unanswered(stack, engine, "usage", errors)
        return _unanswered(said, USAGE, as_json, answered)
    except NoRevision as reason:
        said = unanswered(stack, engine, "usage", [_error("--base", str(base), str(reason))])
        return _unanswered(said, USAGE, as_json, answered)
    except (EngineMissing, PackFailed) as missing:
        said = unanswered(stack, engine, "unavailable", [_error("", "", str(missing))])
        return _unanswered(said, UNAVAILABLE, as_json, answered)
    found = without(judged(facts), secrets.mask)
    text = comment(found, limit)
    if output:
        output.write_text(text, encoding="utf-8")
    if answered:
        answered.write_text(json.dumps(answer(found)), encoding="utf-8")
    elif as_json:
        print(json.dumps(answer(found)))  # noqa: T201 - the answer
    elif not output:
        print(text)  # noqa: T201 - the answer
    return EXIT[found.verdict]


def every(*, program: Path, base: str | None, reader: Reader, directory: Path, limit: int) -> int:
    """Review every stack that has a file on either side, into a comment and an answer each; returns
    the worst exit code.
    """
    try:
        stacks = revision.stacks(program, base)
    except NoRevision as reason:
        return _unanswered({"errors": [_error("--base", "", str(reason))]}, USAGE, False, None)
    if not stacks:
        error = _error(str(program), "", "has no Pulumi.STACK.yaml on either side")
        return _unanswered({"errors": [error]}, USAGE, False, None)
    directory.mkdir(parents=True, exist_ok=True)
    secrets, worst = secrecy.Secrets(), 0
    for stack in stacks:
        code = review(
            stack=stack,
            program=program,
            base=base,
            reader=reader.of(stack),
            use_engine=False,
            as_json=False,
            output=directory / f"{stack}.md",
            limit=limit,
            answered=directory / f"{stack}.json",
            secrets=secrets,
        )
        result = json.loads((directory / f"{stack}.json").read_text(encoding="utf-8"))["result"]
        print(f"{stack}: {result}")  # noqa: T201 - the answer
        worst = max(worst, code)
    return worst


def _embedded(
    stack: str,
    program: Path,
    base: str | None,
    reader: Reader,
    scratch: Path,
    console: Console,
    secrets: secrecy.Secrets,
) -> Facts:
    name = f"Pulumi.{stack}.yaml"
    if not (program / name).is_file():
        deleted = _deleted(stack, program, base, reader, scratch)
        if deleted:
            return deleted
    try:
        head = reader.read(program)
    except Unreadable as unreadable:
        if not (program / name).is_file():
            raise
        broken = Base("nothing", reason="the stack file cannot be read")
        problems = unreadable.problems
        prices = reader.prices({})
        return Facts(stack, "embedded", broken, prices, problems=problems, complete=False)
    return compare(stack, head, base, reader, scratch, console, secrets)


def _deleted(
    stack: str, program: Path, base: str | None, reader: Reader, scratch: Path
) -> Facts | None:
    """The facts where the base has a file for the stack and the change has none."""
    before = base_of(program, base, reader, scratch / "base")
    name = f"Pulumi.{stack}.yaml"
    if before.stack is None or not (before.stack.program / name).is_file():
        return None
    head = reviewed(program, before.base.revision)
    return Facts(stack, "embedded", before.base, reader.prices({}), orphan=name, head=head)


def _live(stack: str, program: Path, reader: Reader, scratch: Path) -> Facts:
    packs = packs_of(program)
    Packs.require(packs)
    head = reader.read(program)
    seen = live.preview(program, stack, packs, scratch)
    accepted, expired = acceptances(head.written, datetime.now(UTC).date())
    return Facts(
        stack=stack,
        engine="pulumi",
        base=Base("stack", stack),
        prices=reader.prices(head.config),
        before=seen.before,
        operations=operations(seen.steps),
        complete=not seen.errors,
        errors=seen.errors,
        findings=findings(seen.violations),
        known_findings=findings(seen.known),
        notes=tuple(expired),
        head=reviewed(program, ""),
        accepted=accepted,
    )


def _unanswered(said: dict[str, Any], code: int, as_json: bool, answered: Path | None) -> int:
    if answered:
        answered.write_text(json.dumps(said), encoding="utf-8")
    if as_json:
        print(json.dumps(said))  # noqa: T201 - the answer
    else:
        for error in said["errors"]:
            parts = [error["path"], error["rule"], error["fix"]]
            print(": ".join(part for part in parts if part), file=sys.stderr)  # noqa: T201
    return code


def _error(path: str, value: str, rule: str) -> dict[str, str]:
    return {"path": path, "value": value, "rule": rule, "fix": ""}
