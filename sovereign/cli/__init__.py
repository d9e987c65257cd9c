"""The `sovereign` command: plan, rehearse, and what helps to write manifests."""

import json
from pathlib import Path
from typing import Annotated

import typer

from sovereign import terminal
from sovereign.cli import (
    cilium,
    env,
    exits,
    lab,
    mesh,
    migrate,
    preflight,
    recover,
    rehearse,
    report,
    review,
    stack_file,
)
from sovereign.cli.options import ProgramDirectory
from sovereign.cli.plan import as_json as plan_json
from sovereign.cli.plan import plan_of, show
from sovereign.problems import ConfigError

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="A Kubernetes cluster of your own on Hetzner Cloud: planned, rehearsed, then brought up.",
    epilog="Exit codes: 0 done, 1 failed or refused by policy, 2 bad usage or configuration, "
    "3 something this machine lacks.",
)
app.add_typer(rehearse.app, name="rehearse")
app.add_typer(lab.app, name="lab")
app.add_typer(mesh.app, name="mesh")
app.add_typer(cilium.app, name="cilium")
app.add_typer(migrate.app, name="migrate")
app.add_typer(env.app, name="env")

app.command(epilog=preflight.EPILOG)(preflight.preflight)
app.command(epilog=recover.EPILOG)(recover.recover)
app.command(epilog=report.EPILOG)(report.report)
app.command(epilog=review.EPILOG)(review.review)


@app.command(epilog="Examples: sovereign plan | sovereign plan --stack dev --set pools={} --json")
def plan(
    stack: rehearse.Stack = "dev",
    program: ProgramDirectory = Path(),
    settings: rehearse.Setting = None,
    as_json: Annotated[bool, typer.Option("--json", help="The whole plan as JSON.")] = False,
) -> None:
    """Print everything that is decided about a stack, without cloud, account or network."""
    try:
        file = stack_file.read(program, stack, settings or [])
        if "sovereign:operatorCidrs" not in file.config:
            typer.echo("sovereign:operatorCidrs is not set; planned as nobody ([])", err=True)
        planned = plan_of(file.with_defaults({"sovereign:operatorCidrs": []}))
    except ConfigError as error:
        raise exits.refuse(error, {"result": "refused"} if as_json else None) from None
    if as_json:
        typer.echo(json.dumps(plan_json(planned), indent=2, sort_keys=True))
    else:
        show(planned, terminal.console())


def main() -> None:
    """Entry point of the installed command."""
    app()
