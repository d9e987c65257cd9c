"""The way in for the `sovereign` command: one rehearsal from order to answer.

It first forgets whatever of the caller's environment names a real cloud. Progress goes to stderr;
stdout gets the tables, or with `--json` exactly one object.
"""

import importlib
import json
import os
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from rich.console import Console

from rehearsal import breaks, embedded, summary, timeline
from rehearsal import engine as real_engine
from rehearsal.bench import compare, table
from rehearsal.hetzner import HetznerSimulator, HetznerState, serve
from rehearsal.isolation import DEFAULTS, LAB_SETTINGS, forget_callers_environment
from rehearsal.lab.machine import Unavailable
from rehearsal.order import EngineName, Order, Program, Verb
from rehearsal.picture import page
from rehearsal.report import Report, blank, failure
from rehearsal.rescue import Rescue, RescueFailed, open_rescue
from rehearsal.session import open_session
from rehearsal.workspace import Busy, open_workspace, workspace_of
from sovereign.plan import SovereignPlan

__all__ = [
    "DEFAULTS",
    "LAB_SETTINGS",
    "Busy",
    "RescueFailed",
    "bench",
    "blank_answer",
    "list_breaks",
    "rehearse",
    "rescue",
    "serve_hetzner",
    "the_lab",
    "the_review",
]

EXIT = {"succeeded": 0, "failed": 1, "refused": 1, "unavailable": 3}
USAGE = 2
SECRET_KEYS = ("sovereign:seed", "hcloud:token")
PLAIN_WIDTH = 120
"""Columns of a table where there is no terminal."""


class ConfiguredProgram(Protocol):
    """What the command line knows of a program and its stack."""

    program: Path
    project: str

    def engine_config(self) -> dict[str, str]:
        """Full key -> text."""
        ...


def rehearse(
    *,
    verb: Verb,
    stack: str,
    cluster: ConfiguredProgram,
    plan: SovereignPlan,
    app: ConfiguredProgram | None,
    faults: Sequence[str],
    engine: EngineName,
    as_json: bool,
    refresh: bool = False,
    lab: bool = False,
    keep: bool = False,
) -> int:
    """Carry the order out and print the answer; returns the exit code."""
    forget_callers_environment()
    wrong = _usage(faults, engine, lab=lab, keep=keep)
    if wrong:
        return _refuse(wrong, as_json, Report(verb, engine, stack, "refused"))
    order = Order(
        verb=verb,
        stack=stack,
        root=Path.cwd(),
        cluster=_program(cluster),
        plan=plan,
        app=_program(app) if app else None,
        policy_packs=_packs(cluster.program),
        breaks=tuple(faults),
        engine=engine,
        refresh=refresh,
        lab=lab,
        keep=keep,
    )
    began = time.monotonic()
    report = _carry_out(order, _console(stderr=True))
    report = replace(report, durationSeconds=round(time.monotonic() - began, 2))
    if verb == "up" and engine == "embedded" and not app and report.result != "unavailable":
        kept = workspace_of(order.root, order.workspace, faults, lab=lab).last_up
        kept.write_text(json.dumps(report.as_json()), encoding="utf-8")
    if as_json:
        print(json.dumps(report.as_json()))  # noqa: T201 - the answer
    else:
        summary.show(report, _console())
    return EXIT[report.result]


def blank_answer(verb: Verb, engine: EngineName, stack: str) -> dict[str, Any]:
    """The JSON answer for an order that cannot even be planned."""
    return Report(verb, engine, stack, "refused").as_json()


def list_breaks(as_json: bool) -> int:
    """Explain the catalogue of faults."""
    if as_json:
        rows = [{"name": b.name, "what": b.what, "expected": b.expected} for b in breaks.CATALOGUE]
        print(json.dumps(rows))  # noqa: T201 - the answer
    else:
        _console().print(breaks.table())
    return 0


def serve_hetzner(port: int, state: Path | None) -> int:
    """Serve the simulator until interrupted; prints its address once it answers."""
    held = HetznerState.load(state) if state else HetznerState()
    with serve(HetznerSimulator(held), port=port) as endpoint:
        print(f"HCLOUD_ENDPOINT={endpoint}", flush=True)  # noqa: T201 - the answer
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            pass
        finally:
            if state:
                held.save(state)
    return 0


def report(plan: SovereignPlan, stack: str, event_log: Path | None, output: Path) -> None:
    """Write the page of a stack: its plan, and the last rehearsed up or the log of a real one.

    Raises ValueError where the log is no event log.
    """
    workspace = workspace_of(Path.cwd(), stack)
    answer = None
    if workspace.last_up.is_file():
        answer = json.loads(workspace.last_up.read_text(encoding="utf-8"))
    spans = timeline.from_event_log(event_log) if event_log else timeline.load(workspace.timeline)
    now = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z")
    facts = page.Facts(stack, plan, answer, spans, made_at=now)
    output.write_text(page.render(facts), encoding="utf-8")


def bench(
    sizes: Sequence[tuple[SovereignPlan, ConfiguredProgram]],
    *,
    rounds: int,
    latency_factor: float,
    as_json: bool,
) -> int:
    """Measure and print the benchmark."""
    forget_callers_environment()
    progress = _console(stderr=True)
    found = compare.run_all(
        [(plan, _program(file)) for plan, file in sizes],
        rounds=rounds,
        latency_factor=latency_factor,
        progress=progress.print,
    )
    if as_json:
        print(json.dumps(found))  # noqa: T201 - the answer
    else:
        table.show(found, _console())
    return 0


def rescue(stack: str, cluster: ConfiguredProgram, *, lab: bool) -> AbstractContextManager[Rescue]:
    """The rehearsed project and state of a stack, opened for `sovereign recover`; raises Busy."""
    forget_callers_environment()
    return open_rescue(Path.cwd(), stack, _program(cluster), lab=lab)


def _carry_out(order: Order, console: Console) -> Report:
    report = blank(order)
    try:
        if order.lab:
            return _in_the_lab(order, console)
        with open_workspace(order.root, order.workspace, order.breaks) as workspace:
            if order.engine == "pulumi":
                return real_engine.carry_out(order, workspace)
            with open_session(workspace, order.breaks) as session:
                return embedded.carry_out(order, workspace, session, console)
    except Busy as busy:
        return failure(report, "failed", [str(busy)])
    except (real_engine.EngineMissing, Unavailable) as missing:
        return failure(report, "unavailable", [str(missing)])


def the_lab() -> ModuleType:
    """`rehearsal.lab.visit`: what can be done with a standing lab."""
    return importlib.import_module("rehearsal.lab.visit")


def the_review() -> ModuleType:
    """`rehearsal.review.command`: what a change does, as one comment."""
    return importlib.import_module("rehearsal.review.command")


def _in_the_lab(order: Order, console: Console) -> Report:
    """Imported only here, for an SSH client takes its time to load and nobody else needs it."""
    from rehearsal.lab import engine, entry

    if order.engine == "embedded":
        return entry.carry_out(order, console)
    engine.require(os.environ)
    return entry.carry_out(order, console, engine.carry_out)


def _usage(names: Sequence[str], chosen: str, *, lab: bool, keep: bool) -> dict[str, str] | None:
    """What is wrong with the order itself, as an entry of `errors`."""
    known = [fault.name for fault in breaks.CATALOGUE]
    unknown = [name for name in names if name not in known]
    if unknown:
        rule, fix = f"known breaks: {', '.join(known)}", "--break list explains them"
        return {"path": "--break", "value": unknown[0], "rule": rule, "fix": fix}
    if chosen not in ("embedded", "pulumi"):
        rule = "must be embedded or pulumi"
        return {"path": "--engine", "value": chosen, "rule": rule, "fix": "leave it away"}
    if keep and not lab:
        rule = "leaves a lab standing, and none was asked for"
        return {"path": "--keep", "value": "without --lab", "rule": rule, "fix": "add --lab"}
    return None


def _refuse(error: dict[str, str], as_json: bool, answer: Report) -> int:
    if as_json:
        print(json.dumps(replace(answer, errors=[error]).as_json()))  # noqa: T201 - the answer
    else:
        said = f"{error['path']}: found {error['value']!r}; {error['rule']}; {error['fix']}"
        _console(stderr=True).print(said, markup=False)
    return USAGE


def _program(configured: ConfiguredProgram) -> Program:
    config = configured.engine_config()
    secret = tuple(key for key in SECRET_KEYS if key in config)
    return Program(configured.program, configured.project, config, secret)


def _packs(program: Path) -> tuple[Path, ...]:
    """Every policy pack beside the cluster's program, else in the working directory."""
    for root in (program, Path()):
        found = sorted(file.parent for file in root.glob("policies/*/PulumiPolicy.yaml"))
        if found:
            return tuple(found)
    return ()


def _console(*, stderr: bool = False) -> Console:
    console = Console(stderr=stderr, highlight=False)
    return (
        console
        if console.is_terminal
        else Console(stderr=stderr, highlight=False, width=PLAIN_WIDTH)
    )
