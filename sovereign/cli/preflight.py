"""`sovereign preflight`: what Hetzner's API says about a plan before a cent is spent."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer
from rich.table import Table

from sovereign import hetzner_api, terminal
from sovereign.cli import exits, stack_file
from sovereign.cli.plan import plan_of
from sovereign.cli.rehearse import AsJson, ProgramDirectory, Setting, Stack
from sovereign.preflight.checks import judge
from sovereign.preflight.finding import Finding
from sovereign.preflight.price import PriceLine, prices, total
from sovereign.preflight.project import Project, Unanswered, look
from sovereign.preflight.wanted import Wanted, wanted
from sovereign.problems import ConfigError, Problem

MARKS = {"ok": "[green]ok[/green]", "note": "[yellow]note[/yellow]", "error": "[red]error[/red]"}
EPILOG = (
    "Examples: HCLOUD_TOKEN=… sovereign preflight --stack prod | "
    "HCLOUD_ENDPOINT=http://127.0.0.1:8123/v1 HCLOUD_TOKEN=any sovereign preflight --json"
)


def preflight(
    stack: Stack = "dev",
    program: ProgramDirectory = Path(),
    settings: Setting = None,
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
    findings, bill = judge(asked, project), prices(asked, project)
    failed = any(finding.level == "error" for finding in findings)
    if as_json:
        typer.echo(json.dumps(_facts(stack, asked, project, findings, bill, failed)))
    else:
        _show(f"preflight of {stack}: {access.endpoint}", project, findings, bill, failed)
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
    project: Project,
    findings: Sequence[Finding],
    bill: list[PriceLine],
    failed: bool,
) -> dict[str, Any]:
    return {
        **_answer(stack, "failed" if failed else "succeeded"),
        "errors": [],
        "cluster": asked.cluster,
        "findings": [asdict(finding) for finding in findings],
        "monthlyCost": {
            "currency": project.currency,
            "amount": total(bill),
            "lines": [{**asdict(line), "amount": line.amount} for line in bill],
        },
    }


def _show(
    title: str,
    project: Project,
    findings: Sequence[Finding],
    bill: list[PriceLine],
    failed: bool,
) -> None:
    console = terminal.console()
    table = Table("", "check", "what", "answer", title=title, title_justify="left")
    for finding in findings:
        answer = f"{finding.said}\n-> {finding.fix}" if finding.fix else finding.said
        table.add_row(MARKS[finding.level], finding.check, finding.subject, answer)
    console.print(table)
    costs = Table("servers", "type", "location", "count", "each", "a month")
    for line in bill:
        row = (line.path, line.server_type, line.location, str(line.count))
        costs.add_row(*row, _money(line.each, project), _money(line.amount, project))
    costs.add_section()
    costs.add_row("total", "", "", "", "", _money(total(bill), project))
    console.print(costs)
    console.print(
        "Prices are net, from Hetzner's API, with one IPv4 address each; traffic, load balancers "
        "and volumes come on top."
    )
    errors = sum(finding.level == "error" for finding in findings)
    verdict = f"[red]{errors} in the way[/red]" if failed else "[green]nothing in the way[/green]"
    console.print(f"{verdict}; what is in stock now may be sold in a minute")


def _money(amount: float | None, project: Project) -> str:
    return "unknown" if amount is None else f"{amount:.2f} {project.currency}"
