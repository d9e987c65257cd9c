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
from pathlib import Path
from types import ModuleType
from typing import Any

from rich.console import Console

from rehearsal import breaks, embedded, summary, usage
from rehearsal import engine as real_engine
from rehearsal.isolation import DEFAULTS, LAB_SETTINGS, forget_callers_environment
from rehearsal.lab.machine import Unavailable
from rehearsal.order import EngineName, Order, Verb
from rehearsal.program import ConfiguredProgram, packs_of, program_of
from rehearsal.report import Report, blank, failure
from rehearsal.rescue import Rescue, RescueFailed, open_rescue
from rehearsal.session import open_session
from rehearsal.terminal import console
from rehearsal.workspace import Busy, open_workspace, workspace_of
from sovereign.plan import SovereignPlan

__all__ = [
    "DEFAULTS",
    "LAB_SETTINGS",
    "Busy",
    "RescueFailed",
    "blank_answer",
    "list_breaks",
    "rehearse",
    "rescue",
    "the_bench",
    "the_engine_rescue",
    "the_hetzner",
    "the_lab",
    "the_picture",
    "the_review",
]


EXIT = {"succeeded": 0, "failed": 1, "refused": 1, "unavailable": 3}
USAGE = 2


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
    wrong = usage.wrong(faults, engine, app=app is not None, refresh=refresh, lab=lab, keep=keep)
    if wrong:
        return _refuse(wrong, as_json, Report(verb, engine, stack, "refused"))
    order = Order(
        verb=verb,
        stack=stack,
        root=Path.cwd(),
        cluster=program_of(cluster),
        plan=plan,
        app=program_of(app) if app else None,
        policy_packs=packs_of(cluster.program),
        breaks=tuple(faults),
        engine=engine,
        refresh=refresh,
        lab=lab,
        keep=keep,
    )
    began = time.monotonic()
    report = _carry_out(order, console(stderr=True))
    report = replace(report, durationSeconds=round(time.monotonic() - began, 2))
    workspace = workspace_of(order.root, order.workspace, faults, lab=lab)
    if verb == "up" and engine == "embedded" and not app and report.result != "unavailable":
        workspace.last_up.write_text(json.dumps(report.as_json()), encoding="utf-8")
    if verb == "destroy" and report.result == "succeeded":
        workspace.forget_last_up()
    if as_json:
        print(json.dumps(report.as_json()))  # noqa: T201 - the answer
    else:
        summary.show(report, console())
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
        console().print(breaks.table())
    return 0


def rescue(stack: str, cluster: ConfiguredProgram, *, lab: bool) -> AbstractContextManager[Rescue]:
    """The rehearsed project and state of a stack, opened for `sovereign recover`; raises Busy."""
    forget_callers_environment()
    return open_rescue(Path.cwd(), stack, program_of(cluster), lab=lab)


def _carry_out(order: Order, progress: Console) -> Report:
    report = blank(order)
    try:
        if order.lab:
            return _in_the_lab(order, progress)
        with open_workspace(order.root, order.workspace, order.breaks) as workspace:
            if order.engine == "pulumi":
                return real_engine.carry_out(order, workspace)
            with open_session(workspace, order.breaks) as session:
                return embedded.carry_out(order, workspace, session, progress)
    except Busy as busy:
        return failure(report, "failed", [str(busy)])
    except (real_engine.EngineMissing, Unavailable) as missing:
        return failure(report, "unavailable", [str(missing)])


def the_bench() -> ModuleType:
    """`rehearsal.bench.command`: the program measured."""
    return importlib.import_module("rehearsal.bench.command")


def the_engine_rescue() -> ModuleType:
    """`rehearsal.lab.engine_rescue`: a lab of the real engine after a killed run."""
    return importlib.import_module("rehearsal.lab.engine_rescue")


def the_hetzner() -> ModuleType:
    """`rehearsal.hetzner.command`: the simulator for a real engine."""
    return importlib.import_module("rehearsal.hetzner.command")


def the_lab() -> ModuleType:
    """`rehearsal.lab.visit`: what can be done with a standing lab."""
    return importlib.import_module("rehearsal.lab.visit")


def the_picture() -> ModuleType:
    """`rehearsal.picture.command`: a stack on one page."""
    return importlib.import_module("rehearsal.picture.command")


def the_review() -> ModuleType:
    """`rehearsal.review.command`: what a change does, as one comment."""
    return importlib.import_module("rehearsal.review.command")


def _in_the_lab(order: Order, progress: Console) -> Report:
    """Imported only here, for an SSH client takes its time to load and nobody else needs it."""
    from rehearsal.lab import engine, entry

    try:
        order = engine.of_the_lab(order)
    except engine.OtherEngine as other:
        return failure(blank(order), "refused", [str(other)])
    if order.engine == "embedded" or order.verb == "status":
        return entry.carry_out(order, progress)
    if order.app:
        return failure(blank(order), "refused", [usage.NO_APP])
    engine.require(os.environ)
    return entry.carry_out(order, progress, engine.carry_out)


def _refuse(error: dict[str, str], as_json: bool, answer: Report) -> int:
    if as_json:
        print(json.dumps(replace(answer, errors=[error]).as_json()))  # noqa: T201 - the answer
    else:
        said = f"{error['path']}: found {error['value']!r}; {error['rule']}; {error['fix']}"
        console(stderr=True).print(said, markup=False)
    return USAGE
