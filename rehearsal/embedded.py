"""A rehearsal on the embedded runtime: the cluster's program, then an app stack's, then what came
of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from rich.console import Console

from rehearsal import progress, timeline
from rehearsal.isolation import PASSPHRASE, program_environment
from rehearsal.order import Order
from rehearsal.program import Program
from rehearsal.report import ComponentReport, NodeReport, Report, blank, failure
from rehearsal.runtime import run
from rehearsal.runtime.model import Command, PackSummary, Request, Result
from rehearsal.runtime.values import UNKNOWN, Secret
from rehearsal.session import Session
from rehearsal.workspace import Workspace


def carry_out(order: Order, workspace: Workspace, session: Session, console: Console) -> Report:
    """Run what the order says and report it."""
    if order.verb == "status":
        return _verdict(with_status(blank(order), order, session))
    command = Command(order.verb)
    programs = [order.cluster, order.app] if order.app else [order.cluster]
    if command in (Command.DESTROY, Command.REFRESH) and order.app:
        programs = [order.app]
    report = blank(order)
    for index, program in enumerate(programs):
        before_app = index + 1 < len(programs)
        result = _run(
            order,
            program,
            Command.UP if before_app else command,
            workspace,
            session,
            console,
        )
        report = _with_result(report, order, result, session)
        if not result.succeeded:
            return report
    if command is Command.UP:
        return _verdict(with_status(report, order, session))
    if command is Command.REFRESH:
        return replace(with_status(report, order, session), result="succeeded")
    if command is Command.DESTROY and not order.app:
        return _emptied(report, workspace, session)
    return replace(report, result="succeeded")


def _run(
    order: Order,
    program: Program,
    command: Command,
    workspace: Workspace,
    session: Session,
    console: Console,
) -> Result:
    title = f"{command} {program.project} ({order.stack}), engine: embedded"
    recorder = timeline.Recorder()
    with progress.shown(console, title) as listener:
        result = run(
            Request(
                program=program.directory,
                stack=order.stack,
                project=program.project,
                command=command,
                backend=workspace.backend,
                passphrase=PASSPHRASE,
                drivers=session.drivers,
                config=program.config,
                secret_keys=program.secret_keys,
                refresh=order.refresh,
                policy_packs=order.policy_packs,
                idle_packs=program is order.app,
                environment=program_environment(session.endpoint),
                on_event=progress.all_of(listener, recorder.hear),
            )
        )
    if command is Command.UP and program is order.cluster and recorder.spans:
        timeline.save(recorder.spans, workspace.timeline)
    return result


def _with_result(report: Report, order: Order, result: Result, session: Session) -> Report:
    """The report with what one program's run added to it."""
    earlier = {pack["name"]: pack for pack in report.policyPacks}
    report = replace(
        report,
        resources={op: n + result.counts.get(op, 0) for op, n in report.resources.items()},
        outputs={name: masked(value) for name, value in result.outputs.items()},
        policyPacks=[_added(pack, earlier.get(pack.name)) for pack in result.packs],
        policies=[
            *report.policies,
            *(
                {
                    "pack": said.pack,
                    "policy": said.policy,
                    "level": said.level.value,
                    "urn": said.urn,
                    "message": said.message,
                }
                for said in result.violations
            ),
        ],
        apiCalls={**report.apiCalls, **session.simulator.counts()},
    )
    if result.succeeded:
        return replace(report, result="succeeded")
    if order.verb == "up":
        report = with_status(report, order, session)
    return failure(
        report,
        "refused" if result.refused else "failed",
        [explained(error) for error in result.errors],
    )


def explained(error: str) -> str:
    """The error with what helps, where a name is used by something that the state does not know."""
    if "(uniqueness_error)" not in error:
        return error
    return f"{error}: the state does not know what bears that name, `sovereign recover` shows it"


def _added(pack: PackSummary, earlier: Mapping[str, Any] | None) -> dict[str, Any]:
    """A pack's summary over the programs so far: the cluster's is judged before the app's."""
    return {
        "name": pack.name,
        "version": pack.version,
        "rules": pack.rules,
        "evaluated": max(pack.evaluated, earlier["evaluated"] if earlier else 0),
        "deferred": pack.deferred + (earlier["deferred"] if earlier else 0),
    }


def with_status(report: Report, order: Order, session: Session) -> Report:
    """The report with nodes and components as the node model sees them."""
    status = session.nodes.status()
    planned = {node.name: node for node in report.nodes}
    seen = [
        NodeReport(
            node.name,
            node.role,
            node.server_type,
            node.private_ip,
            node.ready,
            node.reason,
            node.api_address or (planned[node.name].apiAddress if node.name in planned else ""),
            node.cloud_init,
            node.api_path,
        )
        for node in status.nodes
    ]
    missing = [node for name, node in planned.items() if name not in {n.name for n in seen}]
    titles = {part.reference: part.title for part in order.plan.components}
    parts = [
        ComponentReport(titles.get(part.name, part.name), part.ready, part.reason)
        for part in status.components
    ]
    return replace(report, nodes=[*seen, *missing], components=parts or report.components)


def _verdict(report: Report) -> Report:
    """Succeeded only where every node and every component is Ready."""
    waiting = [f"{node.name}: {node.reason}" for node in report.nodes if not node.ready]
    waiting += [f"{part.name}: {part.reason}" for part in report.components if not part.ready]
    if waiting:
        return failure(report, "failed", waiting)
    return replace(report, result="succeeded")


def _emptied(report: Report, workspace: Workspace, session: Session) -> Report:
    """After a destroy: nothing may be left; what app stacks remembered of the cluster is void."""
    workspace.forget_stacks()
    report = replace(report, nodes=(), components=())
    if not session.simulator.is_empty():
        return failure(report, "failed", ["something is left in the simulated project"])
    return replace(report, result="succeeded")


def masked(value: Any) -> Any:
    """An output as it may be shown: secrets as `{"secret": true}`, unknowns as null."""
    if isinstance(value, Secret):
        return {"secret": True}
    if value is UNKNOWN:
        return None
    if isinstance(value, Mapping):
        return {key: masked(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [masked(item) for item in value]
    return value
