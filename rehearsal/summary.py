"""The end of a rehearsal, for a person: tables of nodes, components, policies and outputs, and what
was real.
"""

import json
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from rehearsal.nodes.status import ApiPath
from rehearsal.report import Report

READY = {True: "[green]Ready[/green]", False: "[red]NotReady[/red]", None: "[dim]planned[/dim]"}
LAB = {
    "stands": "the lab stands: `sovereign lab status`, `ssh NODE` and `kubectl` look into it, "
    "`down` ends it",
    "taken down": "the lab is taken down: no namespace, process, mount or disk of it is left",
}
LONG_OUTPUT = 70
"""Characters of an output's value that a table shows."""


def show(report: Report, console: Console) -> None:
    """Print the whole answer; only the reason where nothing could run."""
    if report.result == "unavailable":
        for error in report.errors:
            console.print(error["rule"], markup=False, soft_wrap=True)
        return
    if report.nodes:
        console.print(_nodes(report))
    if report.components:
        console.print(_components(report))
    _policies(report, console)
    if report.outputs:
        console.print(_outputs(report.outputs))
    console.print(_resources(report), highlight=False)
    console.print(report.monthlyCost.get("sentence", ""), highlight=False)
    for error in report.errors:
        where = f"{error['path']}: " if error["path"] else ""
        console.print(f"[red]error[/red] {where}", end="", highlight=False)
        console.print(error["rule"], markup=False, highlight=False, soft_wrap=True)
    console.print(_verdict(report), highlight=False)
    if report.lab:
        console.print(LAB[report.lab], markup=False, highlight=False, soft_wrap=True)
    real = "; ".join(f"{what}: {how}" for what, how in report.reality.items())
    console.print(f"engine: {report.engine} ({real})", style="dim", soft_wrap=True)


def _nodes(report: Report) -> Table:
    table = Table("node", "role", "type", "private IP", "status", "Cilium reaches the API by")
    tried = any(node.apiPath or node.cloudInit for node in report.nodes)
    if tried:
        table.add_column("cloud-init")
        table.add_column("connects")
    for node in report.nodes:
        row = [node.name, node.role, node.serverType, node.privateIp, READY[node.ready]]
        row.append(node.apiAddress)
        if tried:
            row.append(node.cloudInit.status if node.cloudInit else "")
            row.append(_path(node.apiPath))
        table.add_row(*row)
        if node.ready is False:
            table.add_row("", "", "", "", f"[red]{node.reason}[/red]")
    return table


def _path(path: ApiPath | None) -> str:
    if path is None:
        return ""
    return "[green]yes[/green]" if path.connected else "[red]no[/red]"


def _components(report: Report) -> Table:
    table = Table("component", "status")
    explained = any(component.ready is False for component in report.components)
    if explained:
        table.add_column("reason")
    for component in report.components:
        reasons = [component.reason if component.ready is False else ""] if explained else []
        table.add_row(component.name, READY[component.ready], *reasons)
    return table


def _policies(report: Report, console: Console) -> None:
    for pack in report.policyPacks:
        console.print(
            f"policy pack {pack['name']} {pack['version']}: {pack['rules']} rules, "
            f"{pack['evaluated']} evaluated, {pack['deferred']} deferred",
            highlight=False,
        )
    styles = {"mandatory": "red", "advisory": "yellow"}
    for finding in report.policies:
        if finding["level"] in styles:
            console.print(f"  {finding['level']}", style=styles[finding["level"]], end=" ")
            said = f"{finding['pack']}/{finding['policy']}: {finding['message']}"
            console.print(said, markup=False, highlight=False)


def _outputs(outputs: Mapping[str, Any]) -> Table:
    table = Table("output", "value")
    for name, value in sorted(outputs.items()):
        text = "[secret]" if value == {"secret": True} else _text(value)
        table.add_row(name, text.replace("[", r"\["))
    return table


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= LONG_OUTPUT else text[: LONG_OUTPUT - 1] + "…"


def _resources(report: Report) -> str:
    done = ", ".join(f"{count} {op}" for op, count in report.resources.items() if count)
    writes = sum(report.apiCalls.get(method, 0) for method in ("POST", "PUT", "DELETE"))
    reads = report.apiCalls.get("GET", 0)
    return (
        f"resources: {done or 'none'}; Hetzner API: {reads} reads, {writes} writes; "
        f"{report.durationSeconds:.1f} s"
    )


def _verdict(report: Report) -> str:
    if report.result != "succeeded":
        return f"[bold red]{report.command} {report.result}[/bold red]"
    said = {
        "up": "every node and component is Ready",
        "preview": "valid, nothing was created",
        "destroy": "nothing is left in the simulated project",
        "refresh": "the state is what is there",
        "status": "every node and component is Ready",
    }[report.command]
    return f"[bold green]{report.command} succeeded[/bold green]: {said}"
