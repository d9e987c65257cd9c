"""The way in for the `sovereign` command: one rehearsal from order to answer.

It first forgets whatever of the caller's environment names a real cloud. Progress goes to stderr;
stdout gets the tables, or with `--json` exactly one object.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console

from rehearsal import breaks, embedded, summary
from rehearsal import engine as engine_preview
from rehearsal.bench import compare, table
from rehearsal.hetzner import HetznerSimulator, HetznerState, serve
from rehearsal.isolation import DEFAULTS, forget_callers_environment
from rehearsal.order import EngineName, Order, Program, Verb
from rehearsal.report import Report, blank, failure
from rehearsal.session import open_session
from rehearsal.workspace import Busy, Workspace, open_workspace
from sovereign.plan import SovereignPlan

__all__ = ["DEFAULTS", "bench", "blank_answer", "list_breaks", "rehearse", "serve_hetzner"]

EXIT = {"succeeded": 0, "failed": 1, "refused": 1, "unavailable": 3}
USAGE = 2
SECRET_KEYS = ("sovereign:seed", "hcloud:token")
MADE_BY_THE_ENGINE = "::default_"
"""In the URN of a provider that no program registered; summaries do not count it."""
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
) -> int:
    """Carry the order out and print the answer; returns the exit code."""
    forget_callers_environment()
    wrong = _usage(faults, engine)
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
    )
    began = time.monotonic()
    report = _carry_out(order, _console(stderr=True))
    report = replace(report, durationSeconds=round(time.monotonic() - began, 2))
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


def _carry_out(order: Order, console: Console) -> Report:
    report = blank(order)
    try:
        with open_workspace(order.root, order.stack, order.breaks) as workspace:
            if order.engine == "pulumi":
                return _engine_preview(order, workspace)
            with open_session(workspace, order.breaks) as session:
                return embedded.carry_out(order, workspace, session, console)
    except Busy as busy:
        return failure(report, "failed", [str(busy)])
    except engine_preview.EngineMissing as missing:
        return failure(report, "unavailable", [str(missing)])


def _engine_preview(order: Order, workspace: Workspace) -> Report:
    """Preview the cluster's program on the real engine, on an empty simulated project."""
    with serve(HetznerSimulator(HetznerState())) as endpoint:
        run = engine_preview.preview(
            order.cluster,
            stack=order.stack,
            workspace=workspace.engine,
            endpoint=endpoint,
            packs=order.policy_packs,
            virtualenv=Path(sys.prefix),
        )
    counts = Counter(step["op"] for step in run.steps if MADE_BY_THE_ENGINE not in step["urn"])
    empty = blank(order)
    report = replace(
        empty,
        command="preview",
        resources={op: counts.get(op, 0) for op in empty.resources},
        policies=run.policies,
        policyPacks=run.packs,
    )
    if run.succeeded:
        return replace(report, result="succeeded")
    refused = any(finding["level"] == "mandatory" for finding in run.policies)
    return failure(report, "refused" if refused else "failed", run.errors)


def _usage(names: Sequence[str], chosen: str) -> dict[str, str] | None:
    """What is wrong with the order itself, as an entry of `errors`."""
    known = [fault.name for fault in breaks.CATALOGUE]
    unknown = [name for name in names if name not in known]
    if unknown:
        rule, fix = f"known breaks: {', '.join(known)}", "--break list explains them"
        return {"path": "--break", "value": unknown[0], "rule": rule, "fix": fix}
    if chosen not in ("embedded", "pulumi"):
        rule = "must be embedded or pulumi"
        return {"path": "--engine", "value": chosen, "rule": rule, "fix": "leave it away"}
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
    """Every policy pack beside the cluster's program."""
    return tuple(sorted(file.parent for file in program.glob("policies/*/PulumiPolicy.yaml")))


def _console(*, stderr: bool = False) -> Console:
    console = Console(stderr=stderr, highlight=False)
    return (
        console
        if console.is_terminal
        else Console(stderr=stderr, highlight=False, width=PLAIN_WIDTH)
    )
