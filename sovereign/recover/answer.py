"""The answer of `sovereign recover`: a table and a sentence for a person, one object for others."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Final

import typer
from rich.markup import escape
from rich.table import Table

from sovereign import terminal
from sovereign.recover.model import Action, Finding, Lock

STYLES: Final = {
    Action.IMPORT: "green",
    Action.DELETE: "red",
    Action.FORGET: "yellow",
    Action.CLEAR: "dim",
    Action.KEEP: "bold yellow",
}
NOTHING: Final = "nothing is left over: Hetzner holds what the state knows, no operation is pending"
CONCLUSIONS: Final = {
    "succeeded": "recovered: the next `up` goes on from here",
    "left": "some of it is left for you to decide; the rest is done, and `up` says what it meets",
}


@dataclass(frozen=True)
class Answer:
    """What `--json` prints."""

    engine: str
    stack: str
    cluster: str = ""
    result: str = "succeeded"
    """succeeded, left (a person must decide), unconfirmed, refused, failed or unavailable."""
    findings: Sequence[Finding] = ()
    errors: Sequence[dict[str, str]] = field(default_factory=list)
    schemaVersion: int = 1  # noqa: N815 - the names of the JSON answer
    command: str = "recover"

    def ended(self, result: str, sentence: str = "") -> "Answer":
        """The same with another end."""
        said = [{"path": "", "value": "", "rule": sentence, "fix": ""}] if sentence else []
        return replace(self, result=result, errors=[*self.errors, *said])


def show(answer: Answer, lock: Lock | None) -> None:
    """Every finding, and the lock that goes, as a table on stdout."""
    console = terminal.console()
    state = "the rehearsal's state" if answer.engine == "embedded" else "the state"
    console.print(f"recover {answer.cluster} ({answer.stack}): {state} and what Hetzner holds")
    if lock is not None:
        gone = "is gone" if lock.stale else "is said to be gone"
        console.print(f"lock of {lock.owner} since {lock.since}: that run {gone}", markup=False)
    if not answer.findings:
        return
    table = Table("what", "id", "name", "since", "action", "why")
    for row in answer.findings:
        action = f"[{STYLES[row.action]}]{row.action}[/]"
        table.add_row(row.what, row.id, row.name, row.since[:19], action, escape(row.reason))
    console.print(table)


def conclude(answer: Answer, as_json: bool) -> None:
    """How it ended: one JSON object on stdout, or one sentence."""
    if as_json:
        typer.echo(json.dumps(asdict(answer)))
        return
    for error in answer.errors:
        typer.echo(error["rule"], err=True)
    if answer.result in CONCLUSIONS:
        typer.echo(CONCLUSIONS[answer.result] if answer.findings else NOTHING)
