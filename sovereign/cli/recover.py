"""`sovereign recover`: after a killed or failed run, bring Hetzner and the state together again."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Annotated, Final

import typer
from hcloud import Client
from rich.console import Console

from sovereign import hetzner_api
from sovereign.cli import exits, optional, stack_file
from sovereign.cli.options import ProgramDirectory
from sovereign.cli.plan import plan_of
from sovereign.cli.rehearse import AsJson, Stack
from sovereign.problems import ConfigError
from sovereign.recover import engine
from sovereign.recover.answer import Answer, conclude, show
from sovereign.recover.carry_out import carry_out, gone
from sovereign.recover.decide import findings
from sovereign.recover.model import Action, Finding, Held, Json, Lock, StackFailed
from sovereign.recover.model import Stack as State
from sovereign.recover.project import HetznerProject, Unanswered

EPILOG: Final = (
    "Examples: sovereign recover | sovereign recover --yes --json | "
    "sovereign recover --delete dev-default-3"
)
UNSEEN: Final = (
    "nothing was done: {} would be deleted, and whether a run is at it now cannot be seen in this "
    "backend; see that none is, then give --break-lock"
)
EXIT: Final = {"succeeded": exits.OK, "unavailable": exits.UNAVAILABLE}


class Refused(Exception):
    """Nothing was done, for this reason."""


class Unavailable(Exception):
    """Something that this machine lacks."""


@dataclass(frozen=True)
class _Wish:
    """What the command line asks for."""

    yes: bool
    delete: Sequence[str]
    break_lock: bool
    as_json: bool


def recover(
    stack: Stack = "dev",
    program: ProgramDirectory = Path(),
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    delete: Annotated[
        list[str] | None,
        typer.Option("--delete", metavar="NAME", help="Delete this object, which no state knows."),
    ] = None,
    break_lock: Annotated[
        bool, typer.Option("--break-lock", help="The run that holds the lock is gone.")
    ] = False,
    chosen: Annotated[
        str,
        typer.Option(
            "--engine",
            help="pulumi or embedded; without it pulumi where it is on PATH and HCLOUD_TOKEN is "
            "set, with --lab the one that brought the lab up.",
        ),
    ] = "",
    lab: Annotated[
        bool, typer.Option("--lab", help="What a rehearsal in the lab left; nothing real is asked.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Find what a killed run left at Hetzner, import it into the state or delete it, clear pending
    operations and the lock. Everything is shown first; the next `up` then goes on.
    """
    if chosen not in ("", "pulumi", "embedded"):
        raise typer.BadParameter("must be pulumi or embedded", param_hint="--engine")
    wish = _Wish(yes, delete or (), break_lock, as_json)
    answer = Answer(chosen or "embedded", stack)
    try:
        which = _of_the_lab(chosen, stack, as_json) if lab else chosen or _preferred()
        answer = replace(answer, engine=which)
        file = stack_file.read(program, stack)
        cluster = plan_of(file.with_defaults({"sovereign:operatorCidrs": []})).name
        with _opened(which, file, wish, lab=lab) as (client, state):
            answer = _recover(replace(answer, cluster=cluster), client, state, wish)
    except ConfigError as error:
        blank = asdict(answer.ended("refused")) if as_json else None
        raise exits.refuse(error, blank) from None
    except Refused as error:
        answer = answer.ended("refused", str(error))
    except Unavailable as error:
        answer = answer.ended("unavailable", str(error))
    except (StackFailed, Unanswered) as error:
        answer = answer.ended("failed", str(error))
    conclude(answer, as_json)
    raise typer.Exit(EXIT.get(answer.result, exits.FAILED))


def _recover(answer: Answer, client: Client, state: State, wish: _Wish) -> Answer:
    """Look, show, ask, act."""
    project = HetznerProject(client, answer.cluster)
    lock = _checked(state.lock(), wish.break_lock)
    deployment, held = state.read(), project.held()
    rows = findings(
        deployment,
        held,
        gone=gone(deployment, held, project),
        cluster=answer.cluster,
        chosen=wish.delete,
    )
    answer = replace(answer, findings=rows)
    if not wish.as_json:
        show(answer, lock)
    if all(row.action is Action.KEEP for row in rows) and lock is None:
        return answer.ended("left") if rows else answer
    if not (wish.yes or _confirmed(wish.as_json)):
        return answer.ended("unconfirmed", "nothing was done: confirm it, or give --yes")
    doomed = [row.name for row in rows if row.action is Action.DELETE]
    if doomed and not (state.shows_locks() or wish.break_lock):
        raise Refused(UNSEEN.format(", ".join(doomed)))
    if lock is not None:
        state.unlock()
    _act(rows, deployment, held, project, state)
    return answer.ended("left" if any(row.action is Action.KEEP for row in rows) else "succeeded")


def _act(
    rows: Sequence[Finding],
    deployment: Json,
    held: Sequence[Held],
    project: HetznerProject,
    state: State,
) -> None:
    said = Console(stderr=True, highlight=False)
    carry_out(
        rows,
        deployment=deployment,
        held=held,
        project=project,
        stack=state,
        say=lambda line: said.print(line, markup=False),
    )


def _checked(lock: Lock | None, break_lock: bool) -> Lock | None:
    """The lock that may be removed; one that may still be somebody's is respected."""
    if lock is None or lock.stale or break_lock:
        return lock
    raise Refused(
        f"the stack is locked by {lock.owner} since {lock.since}: wait for that run; if it is "
        "gone, say so with --break-lock"
    )


def _preferred() -> str:
    """The real state where this machine can reach it, else the rehearsal's."""
    real = engine.find() and os.environ.get(hetzner_api.TOKEN, "").strip()
    return "pulumi" if real else "embedded"


def _of_the_lab(chosen: str, stack: str, as_json: bool) -> str:
    """The engine that brought the lab up."""
    rescue = _rehearsal(chosen or "embedded", stack, as_json).the_engine_rescue()
    try:
        return str(rescue.engine_of(Path.cwd(), stack, chosen))
    except rescue.OtherEngine as other:
        raise Refused(str(other)) from None
    except rescue.Unavailable as lacking:
        raise Unavailable(str(lacking)) from None


def _rehearsal(which: str, stack: str, as_json: bool) -> ModuleType:
    """`rehearsal.command`, or one sentence and exit 3."""
    blank = Answer(which, stack)
    answer = (lambda said: asdict(blank.ended("unavailable", said))) if as_json else None
    return optional.rehearsal(answer)


@contextmanager
def _opened(
    which: str, file: stack_file.StackFile, wish: _Wish, *, lab: bool
) -> Iterator[tuple[Client, State]]:
    """Hetzner's API and the state that belongs to it."""
    if which == "pulumi" and not lab:
        pulumi = engine.find()
        if pulumi is None:
            raise Unavailable(
                "the state of the real engine is reached through the Pulumi CLI, which is not on "
                "PATH; install it, or give --engine embedded for the rehearsal's"
            )
        client = hetzner_api.connect(os.environ)
        yield client, engine.EngineStack(pulumi, file.program, file.stack, os.environ)
        return
    rehearsal = _rehearsal(which, file.stack, wish.as_json)
    rescue = _engine_in_the_lab if which == "pulumi" else _rehearsed
    with rescue(rehearsal, file, lab) as opened:
        yield opened


@contextmanager
def _rehearsed(
    rehearsal: ModuleType, file: stack_file.StackFile, lab: bool
) -> Iterator[tuple[Client, State]]:
    """The simulated project and the embedded runtime's state."""
    try:
        with rehearsal.rescue(file.stack, file, lab=lab) as opened:
            yield Client(opened.token, api_endpoint=opened.endpoint), opened.stack
    except rehearsal.Busy as busy:
        raise Refused(str(busy)) from None
    except rehearsal.RescueFailed as failed:
        raise StackFailed(str(failed)) from None
    except rehearsal.Unavailable as lacking:
        raise Unavailable(str(lacking)) from None


@contextmanager
def _engine_in_the_lab(
    rehearsal: ModuleType, file: stack_file.StackFile, _lab: bool
) -> Iterator[tuple[Client, State]]:
    """The lab's simulated project and the real engine's state of it."""
    rescue = rehearsal.the_engine_rescue()
    whole = file.with_defaults(rehearsal.DEFAULTS)
    try:
        with rescue.open_engine_rescue(Path.cwd(), file.stack, whole) as opened:
            cli = opened.cli
            stack = engine.EngineStack(cli.pulumi, cli.directory, cli.stack, cli.environment)
            yield Client(opened.token, api_endpoint=opened.endpoint), stack
    except rescue.Busy as refused:
        raise Refused(str(refused)) from None
    except (rescue.EngineMissing, rescue.Unavailable) as lacking:
        raise Unavailable(str(lacking)) from None
    except rescue.RescueFailed as failed:
        raise StackFailed(str(failed)) from None


def _confirmed(as_json: bool) -> bool:
    if as_json or not sys.stdin.isatty():
        return False
    return typer.confirm("Do it?", err=True)
