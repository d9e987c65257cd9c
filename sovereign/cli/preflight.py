"""`sovereign preflight`: what Hetzner's API says about a plan before a cent is spent."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from sovereign import hetzner_api, terminal
from sovereign.cli import exits, stack_file
from sovereign.cli.options import ProgramDirectory
from sovereign.cli.plan import money, plan_of
from sovereign.cli.rehearse import AsJson, Setting, Stack
from sovereign.plan.cost import NOT_PLANNED, CostPlan
from sovereign.preflight.checks import judge
from sovereign.preflight.finding import Finding
from sovereign.preflight.look import Unanswered, look
from sovereign.preflight.price import PriceLine, prices, sum_of
from sovereign.preflight.wanted import Wanted, wanted
from sovereign.problems import ConfigError, Problem

MARKS = {"ok": "[green]ok[/green]", "note": "[yellow]note[/yellow]", "error": "[red]error[/red]"}
EPILOG = (
    "Exit codes: 0 nothing in the way, 1 something in the way or no answer, 2 a refused "
    "configuration or no token. Examples: "
    "HCLOUD_TOKEN=… sovereign preflight --stack prod --for-up | "
    "HCLOUD_ENDPOINT=http://127.0.0.1:8123/v1 HCLOUD_TOKEN=any sovereign preflight --json"
)


def preflight(
    stack: Stack = "dev",
    program: ProgramDirectory = Path(),
    settings: Setting = None,
    for_up: Annotated[
        bool,
        typer.Option(
            "--for-up",
            help="An up follows with this token: it must be allowed to create things, and enough "
            "API requests must be left.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Ask Hetzner's API whether this stack can be ordered: token, types, stock, names, limits,
    price. It creates nothing; a token that may only read is enough.
    """
    try:
        file = stack_file.read(program, stack, settings or [])
        plan = plan_of(file.with_defaults({"sovereign:operatorCidrs": []}))
        asked = wanted(plan, _fallback_types(file))
        access = hetzner_api.access(os.environ)
        project = look(access)
    except ConfigError as error:
        raise exits.refuse(error, _answer(stack, "refused") if as_json else None) from None
    except Unanswered as silence:
        problem = Problem("Hetzner's API", "no answer", str(silence), "correct it and ask again")
        if as_json:
            errors = exits.errors([problem])
            typer.echo(json.dumps({**_answer(stack, "failed"), "errors": errors}))
        else:
            typer.echo(str(silence), err=True)
        raise typer.Exit(exits.FAILED) from None
    findings, bill = judge(asked, project, for_up=for_up), prices(asked, project)
    cost = sum_of(bill, project)
    failed = any(finding.level == "error" for finding in findings)
    if as_json:
        typer.echo(json.dumps(_facts(stack, asked, findings, bill, cost, failed)))
    else:
        _show(f"preflight of {stack}: {access.endpoint}", findings, bill, cost, failed)
    raise typer.Exit(exits.FAILED if failed else exits.OK)


def _fallback_types(file: stack_file.StackFile) -> dict[str, Sequence[str]]:
    """Configuration path -> types; the configuration is known to be good."""
    cluster = file.config.get(stack_file.CLUSTER_KEY) or {}
    groups = {"controlPlane": cluster.get("controlPlane") or {}}
    groups |= {f"pools.{name}": pool for name, pool in (cluster.get("pools") or {}).items()}
    return {path: group.get("fallbackTypes") or [] for path, group in groups.items()}


def _answer(stack: str, result: str) -> dict[str, Any]:
    return {"schemaVersion": 1, "command": "preflight", "stack": stack, "result": result}


def _facts(
    stack: str,
    asked: Wanted,
    findings: Sequence[Finding],
    bill: list[PriceLine],
    cost: CostPlan,
    failed: bool,
) -> dict[str, Any]:
    return {
        **_answer(stack, "failed" if failed else "succeeded"),
        "errors": [],
        "cluster": asked.cluster,
        "findings": [asdict(finding) for finding in findings],
        "monthlyCost": {
            "currency": cost.currency,
            "amount": cost.amount,
            "known": cost.known,
            "lines": [
                {"path": line.path, "location": line.location, **asdict(line.cost)} for line in bill
            ],
            "unknown": list(cost.unknown),
            "notIncluded": NOT_PLANNED,
        },
    }


def _show(
    title: str,
    findings: Sequence[Finding],
    bill: list[PriceLine],
    cost: CostPlan,
    failed: bool,
) -> None:
    console = terminal.console()
    table = Table("", "check", "what", "answer", title=title, title_justify="left")
    for finding in findings:
        answer = f"{finding.said}\n-> {finding.fix}" if finding.fix else finding.said
        table.add_row(MARKS[finding.level], finding.check, finding.subject, answer)
    console.print(table)
    costs = Table("of", "billed", "location", "count", f"{cost.currency} each", "a month")
    for line in bill:
        one = line.cost
        row = (line.path, one.label, line.location, f"{one.quantity:g}")
        costs.add_row(*row, money(one.each), money(one.amount))
    costs.add_section()
    costs.add_row("total", "", "", "", "", money(cost.amount))
    console.print(costs)
    console.print(f"Prices are net, from Hetzner's API. Not included: {NOT_PLANNED}.")
    errors = sum(finding.level == "error" for finding in findings)
    verdict = f"[red]{errors} in the way[/red]" if failed else "[green]nothing in the way[/green]"
    console.print(f"{verdict}; what is in stock now may be sold in a minute")
