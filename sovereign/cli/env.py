"""`sovereign env`: a new environment's stack file, and what differs between two."""

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from sovereign import terminal
from sovereign.cli import exits, stack_file
from sovereign.cli.plan import cost_line, plan_of, settings_of
from sovereign.cli.rehearse import AsJson, ProgramDirectory
from sovereign.environments import stack
from sovereign.environments.difference import Difference, compare
from sovereign.plan import SovereignPlan
from sovereign.problems import ConfigError, Problem

app = typer.Typer(
    no_args_is_help=True, help="Environments: write a new stack file, compare two of them."
)
CARES = {
    "promote": "should become equal",
    "own": "may differ",
    "fixed": "cannot be changed later",
}
NEXT = """\
Next:
  sovereign rehearse up --stack {name}             proves it, without account or cloud
  sovereign preflight --stack {name}               asks Hetzner for stock, names and prices
  pulumi stack init {name}
  pulumi config set --stack {name} --secret sovereign:seed "$(openssl rand -hex 32)"
  pulumi config set --stack {name} --path 'sovereign:operatorCidrs[0]' ADDRESS/32
  pulumi preview --stack {name}"""


@app.command(
    epilog="Examples: sovereign env new staging | "
    "sovereign env new prod --control-planes 3 --workers 3 --protect --location hel1"
)
def new(
    name: Annotated[str, typer.Argument(help="Stack and cluster name: a-z, 0-9 and '-'.")],
    location: Annotated[str, typer.Option(help="Hetzner location.")] = "nbg1",
    control_planes: Annotated[int, typer.Option(help="1, 3 or 5.")] = 1,
    workers: Annotated[int, typer.Option(help="Workers of the pool `default`.")] = 2,
    server_type: Annotated[str, typer.Option(help="Type of all servers.")] = "cpx32",
    protect: Annotated[
        bool, typer.Option("--protect", help="Refuse to delete network and control planes.")
    ] = False,
    program: ProgramDirectory = Path(),
    as_json: AsJson = False,
) -> None:
    """Write Pulumi.NAME.yaml, valid and small, and say what it will cost. Nothing is overwritten.

    Secrets and operators' addresses are not in it: the commands that set them are printed.
    """
    answer = {"schemaVersion": 1, "command": "env new", "stack": name}
    wish = stack.Wish(name, location, control_planes, workers, server_type, protect)
    file = program / f"Pulumi.{name}.yaml"
    try:
        plan = _checked(wish, file)
    except ConfigError as error:
        raise exits.refuse(error, {**answer, "result": "refused"} if as_json else None) from None
    file.write_text(stack.text(wish), encoding="utf-8")
    if as_json:
        cost = asdict(plan.cost)
        typer.echo(json.dumps({**answer, "result": "succeeded", "file": str(file), "cost": cost}))
        return
    typer.echo(
        f"{file}: {len(plan.control_planes)} control plane(s), {len(plan.workers)} worker(s)"
    )
    typer.echo(cost_line(plan))
    typer.echo(NEXT.format(name=name))


@app.command(epilog="Example: sovereign env diff dev prod --json")
def diff(
    first: Annotated[str, typer.Argument(help="Stack that a change is promoted from.")],
    second: Annotated[str, typer.Argument(help="Stack that it is promoted to.")],
    program: ProgramDirectory = Path(),
    as_json: AsJson = False,
) -> None:
    """Show what differs between two environments, defaults filled in, and why it matters."""
    answer: dict[str, Any] = {"schemaVersion": 1, "command": "env diff", "stacks": [first, second]}
    try:
        files = [_read(program, name) for name in (first, second)]
        plans = [plan_of(file) for file in files]
        found = compare(settings_of(files[0]), settings_of(files[1]))
    except ConfigError as error:
        raise exits.refuse(error, {**answer, "result": "refused"} if as_json else None) from None
    if as_json:
        answer |= {
            "result": "succeeded",
            "differences": [asdict(difference) for difference in found],
            "costs": [asdict(plan.cost) for plan in plans],
        }
        typer.echo(json.dumps(answer))
    else:
        _show(first, second, plans, found)


def _checked(wish: stack.Wish, file: Path) -> SovereignPlan:
    """The plan of the wish; ConfigError where the file exists or the wish makes no Sovereign."""
    if not re.fullmatch(r"[a-z]([-a-z0-9]*[a-z0-9])?", wish.name):
        rule = "names the stack, the cluster and its servers: a-z, 0-9 and '-', a letter first"
        raise ConfigError([Problem("NAME", repr(wish.name), rule, "for example staging")])
    if file.exists():
        rule = "is there already and is not overwritten"
        raise ConfigError([Problem(str(file), "a file", rule, "choose another name, or edit it")])
    if not (file.parent / "Pulumi.yaml").is_file():
        rule, fix = "is needed to know the program", "give its directory with --program"
        raise ConfigError([Problem(str(file.parent / "Pulumi.yaml"), "no such file", rule, fix)])
    values = {stack_file.CLUSTER_KEY: stack.cluster(wish), "sovereign:operatorCidrs": []}
    return plan_of(stack_file.StackFile(file.parent, "sovereign", wish.name, values, ()))


def _read(program: Path, name: str) -> stack_file.StackFile:
    return stack_file.read(program, name).with_defaults({"sovereign:operatorCidrs": []})


def _show(first: str, second: str, plans: list[SovereignPlan], found: list[Difference]) -> None:
    console = terminal.console()
    table = Table("setting", first, second, "", "why it matters", show_lines=True)
    for difference in found:
        one, other = (_cell(value) for value in difference.values)
        meaning = difference.meaning
        table.add_row(difference.path, one, other, CARES[meaning.care], meaning.why)
    console.print(table if found else f"{first} and {second} do not differ")
    for name, plan in zip((first, second), plans, strict=True):
        console.print(f"{name}: {len(plan.nodes)} servers, {cost_line(plan)}")
    console.print("Secrets are not compared: each environment has its own seed and token.")


def _cell(value: Any) -> str:
    if value == "" or value is None:
        return "(nothing)"
    return value if isinstance(value, str) else json.dumps(value)
