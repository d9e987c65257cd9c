"""The real engine: operations of the unmodified program through `pulumi`, as its events tell them.

A preview runs against the simulator alone. A whole `up` needs hosts that answer: the lab has them.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rehearsal import pulumi_cli
from rehearsal.hetzner import HetznerSimulator, HetznerState, serve
from rehearsal.order import Order
from rehearsal.program import Program
from rehearsal.pulumi_cli import EngineFailed, EngineMissing, PulumiCli, policy_arguments
from rehearsal.report import Report, blank, failure
from rehearsal.runtime.policy.messages import DEFERRED, teller
from rehearsal.workspace import Workspace

__all__ = ["EngineMissing", "EngineRun", "carry_out", "counts", "operate", "preview", "refused"]

MADE_BY_THE_ENGINE = "::default_"
"""In the URN of a provider that no program registered; summaries do not count it."""


@dataclass(frozen=True)
class EngineRun:
    """What the engine's events said."""

    succeeded: bool
    steps: Sequence[Mapping[str, Any]]
    """One per resource: urn, op, type, inputs."""
    policies: Sequence[Mapping[str, str]]
    packs: Sequence[Mapping[str, Any]]
    errors: Sequence[str]
    outputs: Mapping[str, Any] = field(default_factory=dict)


def carry_out(order: Order, workspace: Workspace) -> Report:
    """Preview the cluster's program on the real engine, on an empty simulated project."""
    with serve(HetznerSimulator(HetznerState())) as endpoint:
        run = preview(
            order.cluster,
            stack=order.stack,
            workspace=workspace.engine,
            endpoint=endpoint,
            packs=order.policy_packs,
            virtualenv=Path(sys.prefix),
        )
    done, empty = counts(run), blank(order)
    report = replace(
        empty,
        command="preview",
        resources={op: done[op] for op in empty.resources},
        policies=run.policies,
        policyPacks=run.packs,
    )
    if run.succeeded:
        return replace(report, result="succeeded")
    return failure(report, "refused" if refused(run) else "failed", run.errors)


def preview(
    program: Program,
    *,
    stack: str,
    workspace: Path,
    endpoint: str,
    packs: Sequence[Path],
    virtualenv: Path,
) -> EngineRun:
    """Preview the program; nothing is created. `virtualenv` holds the program's packages.

    An endpoint beyond loopback is refused: with an empty one the provider would take Hetzner's own.
    """
    try:
        cli = pulumi_cli.opened(
            program,
            stack=stack,
            workspace=workspace,
            endpoint=endpoint,
            virtualenv=virtualenv,
        )
    except EngineFailed as failed:
        return EngineRun(False, (), (), (), [str(failed)])
    return operate(cli, "preview", workspace / "events.json", packs)


def refused(run: EngineRun) -> bool:
    """Whether a policy forbids what was to be done."""
    return any(finding["level"] == "mandatory" for finding in run.policies)


def counts(run: EngineRun) -> Counter[str]:
    """How many resources each operation concerned."""
    return Counter(step["op"] for step in run.steps if MADE_BY_THE_ENGINE not in step["urn"])


def operate(cli: PulumiCli, verb: str, log: Path, packs: Sequence[Path], *flags: str) -> EngineRun:
    """One operation of the engine, read from the log of its events."""
    log.unlink(missing_ok=True)
    policies = policy_arguments(packs, cli.directory, cli.stack)
    done = cli.run(verb, "--event-log", str(log.resolve()), *policies, *flags)
    return read_events(log, done.returncode == 0, done.stdout + done.stderr)


def read_events(log: Path, succeeded: bool, printed: str) -> EngineRun:
    """The run as the engine's event log tells it."""
    steps: dict[str, dict[str, Any]] = {}
    policies: list[dict[str, str]] = []
    errors: list[str] = []
    versions: dict[str, str] = {}
    judged: dict[str, set[str]] = {}
    for event in _events(log):
        if "resourcePreEvent" in event:
            step = event["resourcePreEvent"]["metadata"]
            if steps.get(step["urn"], {}).get("op") == "replace":
                continue  # the halves of a replacement come before and after it
            inputs = (step.get("new") or {}).get("inputs") or {}
            steps[step["urn"]] = {
                "urn": step["urn"],
                "op": step["op"],
                "type": step["type"],
                "inputs": inputs,
            }
        elif "policyEvent" in event:
            policies.append(_finding(event["policyEvent"]))
        elif "policyAnalyzeSummaryEvent" in event or "policyAnalyzeStackSummaryEvent" in event:
            summary = (
                event.get("policyAnalyzeSummaryEvent") or event["policyAnalyzeStackSummaryEvent"]
            )
            pack = summary["policyPackName"]
            versions[pack] = summary["policyPackVersion"]
            seen = (*(summary.get("passed") or ()), *(summary.get("failed") or ()))
            judged.setdefault(pack, set()).update(set(seen) - {teller(pack)})
        elif "diagnosticEvent" in event and event["diagnosticEvent"]["severity"] == "error":
            errors.append(event["diagnosticEvent"]["message"].strip())
    if not succeeded and not errors and not any(p["level"] == "mandatory" for p in policies):
        errors.append(printed.strip().splitlines()[-1] if printed.strip() else "no output")
    packs = [
        {
            "name": name,
            "version": versions[name],
            "rules": len(names),
            "evaluated": len(names),
            "deferred": len(
                [p for p in policies if p["pack"] == name and p["level"] == "deferred"]
            ),
        }
        for name, names in sorted(judged.items())
    ]
    return EngineRun(succeeded, list(steps.values()), policies, packs, errors)


def _finding(event: Mapping[str, Any]) -> dict[str, str]:
    message = event["message"].strip().splitlines()[-1]
    level = "deferred" if message.startswith(DEFERRED) else event["enforcementLevel"]
    return {
        "pack": event["policyPackName"],
        "policy": event["policyName"],
        "level": level,
        "urn": event.get("resourceUrn", ""),
        "message": message,
    }


def _events(log: Path) -> Iterator[dict[str, Any]]:
    if log.is_file():
        for line in log.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)
