"""The real engine in the lab: the whole program with the real hcloud, command and kubernetes
providers, against hosts that answer.

`up` is a tour of what an environment goes through: made, left alone, a worker more, a worker fewer,
refreshed, taken down; with `--keep` it ends after the first step. `preview` accepts the state that
the embedded runtime left in the same lab, and expects no change. A lab keeps to the engine that
brought it up, for that one has its state.
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
from rehearsal.engine import EngineRun, counts, operate, refused
from rehearsal.lab import plugins, record
from rehearsal.lab.record import Record
from rehearsal.lab.session import LabSession
from rehearsal.order import Order
from rehearsal.program import Program
from rehearsal.pulumi_cli import EngineFailed, PulumiCli
from rehearsal.report import Outcome, Report, blank, failure
from rehearsal.workspace import Workspace, workspace_of

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
WITHOUT_POOLS = (*TOUR[:2], *TOUR[4:])
"""Nobody can add a worker where there is no pool."""
TAKEOVER = Step("preview of the embedded runtime's state", "preview", (UNCHANGED,))


class OtherEngine(Exception):
    """The lab that stands was brought up by the other engine; the text says what to do."""


def require(environment: Mapping[str, str]) -> None:
    """The engine and its plugins are on this machine; raises EngineMissing with one sentence."""
    pulumi = pulumi_cli.find()
    if not plugins.has_language_host(Path(pulumi), environment):
        raise pulumi_cli.EngineMissing(plugins.NO_LANGUAGE_HOST)
    absent = plugins.missing(plugins.required(), environment)
    if absent:
        raise pulumi_cli.EngineMissing(plugins.sentence(absent))


def of_the_lab(order: Order) -> Order:
    """The order with the engine that has the state of the lab it means.

    `destroy` and `status` follow the lab; a preview on the real engine takes over what the embedded
    runtime left. Any other order that names the other engine raises OtherEngine.
    """
    lab = record.load(workspace_of(order.root, order.workspace, order.breaks, lab=True).directory)
    emptied = order.verb == "up" and order.breaks
    if lab is None or not lab.stands or lab.engine == order.engine or emptied:
        return order
    if order.verb in ("destroy", "status"):
        return replace(order, engine="pulumi" if lab.engine == "pulumi" else "embedded")
    if order.verb == "preview" and lab.engine == "embedded":
        return order
    raise OtherEngine(
        f"the lab of stack {order.stack} was brought up with --engine {lab.engine}, and --engine "
        f"{order.engine} knows nothing of what is in it: name that one, or end the lab first "
        "(`sovereign lab down`)"
    )


def steps(order: Order, lab: Record) -> tuple[Step, ...]:
    """What the order asks for: all of the tour in a lab that is not to stay, else one step."""
    others: Sequence[Step] = ()
    if order.verb == "up" and not (order.keep or lab.kept):
        first, *others = TOUR if order.plan.pools else WITHOUT_POOLS
    elif order.verb == "preview" and lab.engine == "embedded":
        first = TAKEOVER
    elif order.verb == "preview":
        first = Step("preview", "preview", ())
    else:
        first = Step(order.verb, order.verb)
    if order.refresh:
        first = replace(first, flags=(*first.flags, "--refresh"))
    return (first, *others)


def carry_out(order: Order, workspace: Workspace, session: LabSession, console: Console) -> Report:
    """Take the steps one after the other until one fails."""
    report = replace(blank(order), command=order.verb)
    lab = record.load(workspace.directory) or record.fresh(workspace.directory, "")
    for step in steps(order, lab):
        console.print(f"{step.what}: pulumi {step.verb} {' '.join(step.flags)}", highlight=False)
        program = with_workers(order.cluster, step.more_workers)
        try:
            cli = _opened(order, step, program, workspace, session)
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
        if not run.succeeded:
            outcome: Outcome = "refused" if refused(run) else "failed"
            return failure(report, outcome, [f"{step.what}: {error}" for error in run.errors])
        reasons = _complaints(step, program, session)
        if reasons:
            return failure(report, "failed", [f"{step.what}: {reason}" for reason in reasons])
    if order.verb == "destroy":
        report = replace(report, nodes=(), components=())
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


def opened(program: Program, stack: str, place: Path, endpoint: str) -> PulumiCli:
    """The CLI with its state in that place, told that no plugin can be fetched. Raises as
    `pulumi_cli.opened`.
    """
    return pulumi_cli.opened(
        program,
        stack=stack,
        workspace=place,
        endpoint=endpoint,
        virtualenv=Path(sys.prefix),
        told={"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true"},
    )


def _opened(
    order: Order, step: Step, program: Program, workspace: Workspace, session: LabSession
) -> PulumiCli:
    """The CLI; for a takeover with a copy of the state that the embedded runtime left."""
    place = workspace.engine
    if step.what == TAKEOVER.what:
        place = place / "takeover"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(workspace.backend, place / "state")
    return opened(program, order.stack, place, session.endpoint)


def _complaints(step: Step, program: Program, session: LabSession) -> list[str]:
    """What is wrong although the engine is content."""
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
