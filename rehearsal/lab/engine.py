"""The real engine in the lab: the whole program with the real hcloud, command and kubernetes
providers, against hosts that answer.

`up` is a tour of what an environment goes through: made, left alone, a worker more, a worker fewer,
refreshed, taken down; with `--keep` it ends after the first step. `preview` accepts the state that
the embedded runtime left in the same lab, and expects no change.
"""

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from rehearsal import pulumi_cli
from rehearsal.embedded import with_status
from rehearsal.engine import EngineRun, counts, operate
from rehearsal.lab import plugins
from rehearsal.lab.session import LabSession
from rehearsal.order import Order
from rehearsal.program import Program
from rehearsal.pulumi_cli import EngineFailed, PulumiCli
from rehearsal.report import Report, blank, failure
from rehearsal.workspace import Workspace

CLUSTER = "sovereign:cluster"
APPLY = ("--yes", "--skip-preview")
UNCHANGED = "--expect-no-changes"


@dataclass(frozen=True)
class Step:
    """One operation of the tour."""

    what: str
    verb: str
    flags: tuple[str, ...] = APPLY
    more_workers: int = 0
    """How many workers beyond the configured ones (count)."""


TOUR = (
    Step("up", "up"),
    Step("up again, nothing changes", "up", (*APPLY, UNCHANGED)),
    Step("one worker more", "up", more_workers=1),
    Step("one worker fewer", "up"),
    Step("refresh, nothing changes", "refresh", (*APPLY, UNCHANGED)),
    Step("destroy", "destroy"),
)
TAKEOVER = (Step("preview of the embedded runtime's state", "preview", (UNCHANGED,)),)


def require(environment: Mapping[str, str]) -> None:
    """The engine and its plugins are on this machine; raises EngineMissing with one sentence."""
    pulumi_cli.find()
    absent = plugins.missing(plugins.required(), environment)
    if absent:
        raise pulumi_cli.EngineMissing(plugins.sentence(absent))


def steps(order: Order) -> tuple[Step, ...]:
    """What the order asks for."""
    if order.verb == "preview":
        return TAKEOVER
    if order.verb == "up" and not order.keep:
        return TOUR
    return (Step(order.verb, order.verb),)


def carry_out(order: Order, workspace: Workspace, session: LabSession, console: Console) -> Report:
    """Take the steps one after the other until one fails."""
    report = replace(blank(order), command=order.verb)
    for step in steps(order):
        console.print(f"{step.what}: pulumi {step.verb} {' '.join(step.flags)}", highlight=False)
        program = with_workers(order.cluster, step.more_workers)
        try:
            cli = _opened(order, program, workspace, session)
        except EngineFailed as failed:
            return failure(report, "failed", [str(failed)])
        run = operate(
            cli,
            step.verb,
            workspace.engine / "events.json",
            order.policy_packs if step.verb in ("up", "preview") else (),
            *step.flags,
        )
        report = _with_run(report, run, order, session)
        reasons = [*run.errors, *_complaints(step, program, session, run)]
        if reasons:
            return failure(report, "failed", [f"{step.what}: {reason}" for reason in reasons])
    return replace(report, result="succeeded")


def with_workers(program: Program, more: int) -> Program:
    """The program with so many workers more in its first pool, their ids free in all pools."""
    if not more:
        return program
    cluster = json.loads(program.config[CLUSTER])
    pools = cluster.setdefault("pools", {})
    name = sorted(pools)[0]
    taken = {id_ for pool in pools.values() for id_ in worker_ids(pool)}
    free = [id_ for id_ in range(1, len(taken) + more + 1) if id_ not in taken][:more]
    kept = {k: v for k, v in pools[name].items() if k not in ("count", "firstId")}
    pools[name] = {**kept, "ids": sorted([*worker_ids(pools[name]), *free])}
    config = {**program.config, CLUSTER: json.dumps(cluster)}
    return replace(program, config=config)


def worker_ids(pool: Mapping[str, Any]) -> list[int]:
    """The ids of a configured pool."""
    if "ids" in pool:
        return list(pool["ids"])
    first = pool.get("firstId", 1)
    return list(range(first, first + pool.get("count", 0)))


def _opened(order: Order, program: Program, workspace: Workspace, session: LabSession) -> PulumiCli:
    """The CLI; for a takeover with a copy of the state that the embedded runtime left."""
    place = workspace.engine
    if order.verb == "preview":
        place = place / "takeover"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(workspace.backend, place / "state")
    cli = pulumi_cli.opened(
        program,
        stack=order.stack,
        workspace=place,
        endpoint=session.endpoint,
        virtualenv=Path(sys.prefix),
    )
    closed = {"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true"}
    return replace(cli, environment={**cli.environment, **closed})


def _complaints(step: Step, program: Program, session: LabSession, run: EngineRun) -> list[str]:
    """What is wrong although the engine is content."""
    if not run.succeeded:
        return [] if run.errors else ["the engine failed without a word"]
    if step.verb == "destroy":
        return [] if session.simulator.is_empty() else ["something is left at Hetzner"]
    status = session.nodes.status()
    waiting = [f"{node.name}: {node.reason}" for node in status.nodes if not node.ready]
    waiting += [f"{part.name}: {part.reason}" for part in status.components if not part.ready]
    wanted = sum(len(worker_ids(pool)) for pool in _pools(program))
    workers = len([node for node in status.nodes if node.role == "worker"])
    if workers != wanted:
        waiting.append(f"{workers} workers instead of {wanted}")
    return waiting


def _pools(program: Program) -> Sequence[Mapping[str, Any]]:
    return list(json.loads(program.config[CLUSTER]).get("pools", {}).values())


def _with_run(report: Report, run: EngineRun, order: Order, session: LabSession) -> Report:
    """The report with what one operation did, and with the nodes as they are now (after a destroy:
    as they were before it).
    """
    done, planned = counts(run), blank(order)
    if not session.simulator.is_empty():
        fresh = replace(report, nodes=planned.nodes, components=planned.components)
        report = with_status(fresh, order, session)
    return replace(
        report,
        resources={op: report.resources[op] + done[op] for op in report.resources},
        policies=run.policies or report.policies,
        policyPacks=run.packs or report.policyPacks,
        apiCalls={**report.apiCalls, **session.simulator.counts()},
    )
