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
from sovereign.cli.options import ProgramDirectory
from sovereign.cli.plan import plan_of, settings_of
from sovereign.cli.rehearse import AsJson
from sovereign.environments import policies, stack
from sovereign.environments.difference import Difference, compare
from sovereign.plan import SovereignPlan
from sovereign.plan.cost import sentence
from sovereign.problems import ConfigError, Problem

app = typer.Typer(
    no_args_is_help=True, help="Environments: write a new stack file, compare two of them."
)
CARES = {
    "promote": "should become equal",
    "own": "may differ",
    "fixed": "cannot be changed later",
}
NEXT = (
    ("sovereign rehearse up --stack {name}", "proves it, without account or cloud"),
    ("export HCLOUD_TOKEN=TOKEN", "of a Hetzner project of its own"),
    ("sovereign preflight --stack {name} --for-up", "stock, names, limits and prices"),
    ("pulumi login BACKEND", "where the state is kept: docs/environments.md"),
    ("pulumi stack init {name} --secrets-provider passphrase", "or a KMS; keep the key in escrow"),
    (
        'pulumi config set --stack {name} --secret sovereign:seed "$(openssl rand -hex 32)"',
        "keep it in escrow as well",
    ),
    (
        "pulumi config set --stack {name} --secret hcloud:token TOKEN",
        "or HCLOUD_TOKEN wherever it is brought up",
    ),
    (
        "pulumi config set --stack {name} --path 'sovereign:operatorCidrs[0]' ADDRESS/32",
        "who reaches SSH and the API",
    ),
    ("pulumi preview --stack {name}", "with the policy packs: examples/ci/up.sh"),
)
"""Command -> what it is for, in the order in which they are needed."""


@app.command(
    epilog="Exit codes: 0 written, 2 a refused wish (nothing is written). Examples: "
    "sovereign env new staging | "
    "sovereign env new prod --control-planes 3 --workers 3 --protect --location hel1"
)
def new(
    name: Annotated[str, typer.Argument(help="Stack and cluster name: a-z, 0-9 and '-'.")],
    location: Annotated[str, typer.Option(help="Hetzner location.")] = "nbg1",
    control_planes: Annotated[int, typer.Option(help="An odd number, 1 to 9.")] = 1,
    workers: Annotated[int, typer.Option(help="Workers of the pool `default`.")] = 2,
    server_type: Annotated[str, typer.Option(help="Type of all servers.")] = "cpx32",
    protect: Annotated[
        bool,
        typer.Option(
            "--protect",
            help="Refuse to delete network and control planes, and judge as strictly as prod.",
        ),
    ] = False,
    program: ProgramDirectory = Path(),
    as_json: AsJson = False,
) -> None:
    """Write Pulumi.NAME.yaml with pinned versions, and policies/PACK/config.NAME.json for each
    policy pack; say what it will cost and what is still to be done. Nothing is overwritten.

    Secrets and operators' addresses are not in it: the commands that set them are printed.
    """
    answer = {"schemaVersion": 1, "command": "env new", "stack": name}
    wish = stack.Wish(name, location, control_planes, workers, server_type, protect)
    file = program / f"Pulumi.{name}.yaml"
    try:
        plan = _checked(wish, file)
        judged_by = policies.write(program, name, strict=protect)
    except ConfigError as error:
        raise exits.refuse(error, {**answer, "result": "refused"} if as_json else None) from None
    file.write_text(stack.text(wish), encoding="utf-8")
    steps = [(command.format(name=name), why) for command, why in NEXT]
    if as_json:
        answer |= {
            "result": "succeeded",
            "errors": [],
            "file": str(file),
            "policyConfigurations": [str(one) for one in judged_by],
            "cost": asdict(plan.cost),
            "next": [command for command, _ in steps],
        }
        typer.echo(json.dumps(answer))
        return
    typer.echo(
        f"{file}: {len(plan.control_planes)} control plane(s), {len(plan.workers)} worker(s)"
    )
    source = policies.STRICT if protect else policies.FALLBACK
    for one in judged_by:
        typer.echo(f"{one}: as strict as {source}")
    typer.echo(sentence(plan.cost))
    typer.echo("Next:")
    for command, why in steps:
        typer.echo(f"  {command}\n      {why}")


@app.command(
    epilog="Exit codes: 0 compared, 1 with --expect-promoted where something should become equal, "
    "2 a refused configuration. Examples: sovereign env diff dev prod --json | "
    "sovereign env diff staging prod --expect-promoted"
)
def diff(
    first: Annotated[str, typer.Argument(help="Stack that a change is promoted from.")],
    second: Annotated[str, typer.Argument(help="Stack that it is promoted to.")],
    expect_promoted: Annotated[
        bool,
        typer.Option(
            "--expect-promoted", help="Fail where something differs that should become equal."
        ),
    ] = False,
    program: ProgramDirectory = Path(),
    as_json: AsJson = False,
) -> None:
    """Show what differs between two environments, defaults filled in, in their settings and in
    what their policies demand; why it matters, and which of two versions is the newer one.
    """
    names = (first, second)
    answer: dict[str, Any] = {"schemaVersion": 1, "command": "env diff", "stacks": [first, second]}
    try:
        files = [_read(program, name) for name in names]
        plans = [plan_of(file) for file in files]
        demanded = policies.demanded(program, first), policies.demanded(program, second)
        found = compare(settings_of(files[0]), settings_of(files[1]), demanded)
    except ConfigError as error:
        raise exits.refuse(error, {**answer, "result": "refused"} if as_json else None) from None
    waiting = sum(difference.meaning.care == "promote" for difference in found)
    failed = expect_promoted and waiting > 0
    if as_json:
        answer |= {
            "result": "failed" if failed else "succeeded",
            "errors": [],
            "differences": [
                {**asdict(difference), "newer": _newer(difference, names)} for difference in found
            ],
            "toPromote": waiting,
            "costs": [asdict(plan.cost) for plan in plans],
        }
        typer.echo(json.dumps(answer))
    else:
        _show(names, plans, found, waiting)
    raise typer.Exit(exits.FAILED if failed else exits.OK)


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


def _newer(difference: Difference, names: tuple[str, str]) -> str:
    return "" if difference.newer is None else names[difference.newer]


def _show(
    names: tuple[str, str], plans: list[SovereignPlan], found: list[Difference], waiting: int
) -> None:
    console = terminal.console()
    table = Table(show_lines=True)
    for title in ("setting", *names, "", "why it matters"):
        table.add_column(title, overflow="fold")
    for difference in found:
        one, other = (_cell(value) for value in difference.values)
        why, newer = difference.meaning.why, _newer(difference, names)
        said = f"{newer} has the newer one: {why}" if newer else why
        table.add_row(difference.path, one, other, CARES[difference.meaning.care], said)
    console.print(table if found else f"{names[0]} and {names[1]} do not differ")
    if found:
        console.print(f"{waiting} of {len(found)} should become equal")
    for name, plan in zip(names, plans, strict=True):
        console.print(f"{name}: {len(plan.nodes)} servers, {sentence(plan.cost)}")
    console.print("Secrets are not compared: each environment has its own seed and token.")


def _cell(value: Any) -> str:
    if value == "" or value is None:
        return "(nothing)"
    return value if isinstance(value, str) else json.dumps(value)
