"""The way in for `sovereign review`: from a work tree to a comment, a JSON answer, an exit code."""

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from rehearsal.engine import EngineMissing
from rehearsal.isolation import DEFAULTS, forget_callers_environment
from rehearsal.program import packs_of
from rehearsal.review import live, secrecy
from rehearsal.review.answer import answer, unanswered
from rehearsal.review.comparison import compare
from rehearsal.review.facts import Base, Facts, PriceBook, Problem
from rehearsal.review.fitting import GITHUB
from rehearsal.review.markdown import comment
from rehearsal.review.operations import findings, operations
from rehearsal.review.review import review as judged
from rehearsal.review.review import without
from rehearsal.review.revision import NoRevision
from rehearsal.review.stack import Reader, Unreadable
from rehearsal.runtime.policy.pack import PackFailed
from rehearsal.runtime.policy.packs import Packs
from rehearsal.terminal import console as terminal

__all__ = ["DEFAULTS", "GITHUB", "PriceBook", "Problem", "Unreadable", "review", "unanswered"]

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
) -> int:
    """Review the work tree and print the answer; returns the exit code."""
    engine = "pulumi" if use_engine else "embedded"
    console = terminal(stderr=True)
    secrets = secrecy.Secrets()
    secrets.of_environment(os.environ)
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
        return _unanswered(stack, engine, "usage", errors, USAGE, as_json)
    except NoRevision as reason:
        errors = [_error("--base", str(base), str(reason))]
        return _unanswered(stack, engine, "usage", errors, USAGE, as_json)
    except (EngineMissing, PackFailed) as missing:
        errors = [_error("", "", str(missing))]
        return _unanswered(stack, engine, "unavailable", errors, UNAVAILABLE, as_json)
    found = without(judged(facts), secrets.mask)
    text = comment(found, limit)
    if output:
        output.write_text(text, encoding="utf-8")
    if as_json:
        print(json.dumps(answer(found)))  # noqa: T201 - the answer
    elif not output:
        print(text)  # noqa: T201 - the answer
    return EXIT[found.verdict]


def _embedded(
    stack: str,
    program: Path,
    base: str | None,
    reader: Reader,
    scratch: Path,
    console: Console,
    secrets: secrecy.Secrets,
) -> Facts:
    try:
        head = reader.read(program)
    except Unreadable as unreadable:
        if not (program / f"Pulumi.{stack}.yaml").is_file():
            raise
        broken = Base("nothing", reason="the stack file cannot be read")
        problems = unreadable.problems
        prices = reader.prices({})
        return Facts(stack, "embedded", broken, prices, problems=problems, complete=False)
    return compare(stack, head, base, reader, scratch, console, secrets)


def _live(stack: str, program: Path, reader: Reader, scratch: Path) -> Facts:
    packs = packs_of(program)
    Packs.require(packs)
    head = reader.read(program)
    seen = live.preview(program, stack, packs, scratch)
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
    )


def _unanswered(
    stack: str,
    engine: str,
    result: str,
    errors: Sequence[dict[str, str]],
    code: int,
    as_json: bool,
) -> int:
    if as_json:
        print(json.dumps(unanswered(stack, engine, result, list(errors))))  # noqa: T201
    else:
        for error in errors:
            said = [error["path"], error["rule"], error["fix"]]
            print(": ".join(part for part in said if part), file=sys.stderr)  # noqa: T201
    return code


def _error(path: str, value: str, rule: str) -> dict[str, str]:
    return {"path": path, "value": value, "rule": rule, "fix": ""}
