"""`sovereign report`: a stack on one HTML page."""

from pathlib import Path
from typing import Annotated

import typer

from sovereign.cli import exits, optional, rehearse, stack_file
from sovereign.cli.options import ProgramDirectory
from sovereign.cli.plan import plan_of
from sovereign.problems import ConfigError, Problem

EPILOG = (
    "Examples: sovereign report | sovereign report --stack prod --output prod.html | "
    "sovereign report --event-log up.json, which comes of "
    "PULUMI_DEBUG_COMMANDS=true pulumi up --event-log up.json"
)


def report(
    stack: rehearse.Stack = "dev",
    program: ProgramDirectory = Path(),
    settings: rehearse.Setting = None,
    output: Annotated[Path, typer.Option(help="File to write.")] = Path("report.html"),
    lab: Annotated[bool, typer.Option("--lab", help="Of the last up in the lab.")] = False,
    event_log: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Timeline of a real engine's up."),
    ] = None,
) -> None:
    """Write one page that needs no network: topology, nodes, policies, costs, versions, the
    timeline of the last up.

    What is planned comes from the stack file; what was seen, from the last `rehearse up` here.
    """
    rehearsal = optional.rehearsal()
    try:
        file = stack_file.read(program, stack, settings or [])
        plan = plan_of(file.with_defaults(rehearsal.DEFAULTS))
        picture = rehearsal.the_picture()
        picture.report(plan, stack, file, lab=lab, event_log=event_log, output=output)
    except ConfigError as error:
        raise exits.refuse(error, None) from None
    except ValueError as error:
        rule = f"must be an event log of the engine: {error}"
        fix = "make one with PULUMI_DEBUG_COMMANDS=true pulumi up --event-log FILE"
        wrong = ConfigError([Problem("--event-log", str(event_log), rule, fix)])
        raise exits.refuse(wrong, None) from None
    typer.echo(f"{output}: open it in a browser; it loads nothing from anywhere")
