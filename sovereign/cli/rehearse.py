"""`sovereign rehearse`: the whole program on this machine, without account, cloud or root.

The rehearsal is a package of its own beside the program; the one import of it is in here, and lazy:
whoever only runs `pulumi up` needs neither it nor its dependencies.
"""

import importlib
import json
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer

from sovereign.cli import exits, stack_file
from sovereign.cli.plan import plan_of
from sovereign.problems import ConfigError

app = typer.Typer(
    no_args_is_help=True,
    help="Run the unmodified program against a simulated Hetzner and modelled nodes.",
)

Stack = Annotated[str, typer.Option(help="Stack whose Pulumi.<stack>.yaml is used.")]
ProgramDirectory = Annotated[
    Path,
    typer.Option(
        exists=True,
        file_okay=False,
        help="Directory of the Pulumi program; an app stack's runs after the cluster's.",
    ),
]
Setting = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Override one value, as in --set pools={}."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Exactly one JSON object on stdout.")]
Break = Annotated[
    list[str] | None,
    typer.Option(
        "--break", metavar="NAME", help="Inject a fault after the policies; `list` explains them."
    ),
]
Engine = Annotated[
    str, typer.Option(help="embedded, or pulumi where it is on PATH (preview only).")
]


@app.command(
    epilog="Examples: sovereign rehearse up | sovereign rehearse up --break api-host-loopback | "
    "sovereign rehearse up --program examples/app-stack --json"
)
def up(
    stack: Stack = "dev",
    program: ProgramDirectory = Path(),
    settings: Setting = None,
    as_json: AsJson = False,
    breaks: Break = None,
    engine: Engine = "embedded",
) -> None:
    """Bring the stack up and wait until every node and component is Ready."""
    if breaks and "list" in breaks:
        raise typer.Exit(_rehearsal(as_json, "up", stack).list_breaks(as_json))
    _run("up", stack, program, settings, as_json, breaks=breaks or [], engine=engine)


@app.command(epilog="Example: sovereign rehearse preview --set cilium.mtu=1400")
def preview(
    stack: Stack = "dev",
    program: ProgramDirectory = Path(),
    settings: Setting = None,
    as_json: AsJson = False,
    engine: Engine = "embedded",
) -> None:
    """Show what an up would do; nothing is created, rules are checked."""
    _run("preview", stack, program, settings, as_json, engine=engine)


@app.command(epilog="Example: sovereign rehearse destroy --stack dev")
def destroy(
    stack: Stack = "dev",
    program: ProgramDirectory = Path(),
    settings: Setting = None,
    as_json: AsJson = False,
) -> None:
    """Delete everything again and prove that nothing is left."""
    _run("destroy", stack, program, settings, as_json)


@app.command(epilog="Example: sovereign rehearse status --json")
def status(
    stack: Stack = "dev",
    program: ProgramDirectory = Path(),
    settings: Setting = None,
    as_json: AsJson = False,
) -> None:
    """Show nodes and components as they are now."""
    _run("status", stack, program, settings, as_json)


@app.command(epilog="Example: sovereign rehearse hetzner --port 8123 --state /tmp/project.json")
def hetzner(
    port: Annotated[int, typer.Option(help="TCP port on 127.0.0.1; 0 takes a free one.")] = 0,
    state: Annotated[
        Path | None, typer.Option(help="File that keeps the simulated project.")
    ] = None,
) -> None:
    """Serve the Hetzner simulator until interrupted, for the real engine (HCLOUD_ENDPOINT)."""
    raise typer.Exit(_rehearsal(False, "up", "").serve_hetzner(port, state))


@app.command(epilog="Example: sovereign rehearse bench --servers 3 --rounds 1 --json")
def bench(
    servers: Annotated[
        list[int] | None, typer.Option(help="Sizes to measure, 2 to 96; default 3, 30, 95.")
    ] = None,
    rounds: Annotated[int, typer.Option(help="Runs of each case; the median counts.")] = 3,
    latency_factor: Annotated[
        float, typer.Option(help="Factor on the simulator's Hetzner-like times.")
    ] = 1.0,
    program: ProgramDirectory = Path(),
    as_json: AsJson = False,
) -> None:
    """Measure the program beside a bare one, and beside the cloud's own times."""
    rehearsal = _rehearsal(as_json, "up", "bench")
    sizes = []
    for count in servers or [3, 30, 95]:
        pool = f"pools={{default: {{firstId: 1, count: {count - 1}}}}}"
        file = stack_file.read(program, "dev", [pool]).with_defaults(rehearsal.DEFAULTS)
        sizes.append((plan_of(file), file))
    raise typer.Exit(
        rehearsal.bench(sizes, rounds=rounds, latency_factor=latency_factor, as_json=as_json)
    )


def _run(
    verb: str,
    stack: str,
    program: Path,
    settings: list[str] | None,
    as_json: bool,
    *,
    breaks: list[str] | None = None,
    engine: str = "embedded",
) -> None:
    rehearsal = _rehearsal(as_json, verb, stack)
    answer = rehearsal.blank_answer(verb, engine, stack) if as_json else None
    try:
        file = stack_file.read(program, stack, settings or [])
        app_file = None
        if not file.is_sovereign:
            app_file, file = file, stack_file.read(Path(), stack)
        file = file.with_defaults(rehearsal.DEFAULTS)
        plan = plan_of(file)
    except ConfigError as error:
        raise exits.refuse(error, answer) from None
    code = rehearsal.rehearse(
        verb=verb,
        stack=stack,
        cluster=file,
        plan=plan,
        app=app_file,
        faults=breaks or [],
        engine=engine,
        as_json=as_json,
    )
    raise typer.Exit(code)


def _rehearsal(as_json: bool, verb: str, stack: str) -> ModuleType:
    """`rehearsal.command`, or one sentence and exit 3 where its dependencies are not installed."""
    try:
        return importlib.import_module("rehearsal.command")
    except ModuleNotFoundError as error:
        sentence = (
            f"the rehearsal needs the Python package {error.name}, which is not installed; "
            "run `make setup`"
        )
        if as_json:
            typer.echo(json.dumps(_unavailable(verb, stack, sentence)))
        else:
            typer.echo(sentence, err=True)
        raise typer.Exit(exits.UNAVAILABLE) from None


def _unavailable(verb: str, stack: str, sentence: str) -> dict[str, Any]:
    """The answer of docs/rehearsal.schema.json where the package that makes it is not there."""
    return {
        "schemaVersion": 1,
        "command": verb,
        "engine": "embedded",
        "stack": stack,
        "result": "unavailable",
        "errors": [{"path": "", "value": "", "rule": sentence, "fix": "make setup"}],
        "durationSeconds": 0,
        "resources": dict.fromkeys(("create", "update", "replace", "delete", "same"), 0),
        "apiCalls": dict.fromkeys(("GET", "POST", "PUT", "DELETE"), 0),
        **{key: [] for key in ("nodes", "components", "policyPacks", "policies")},
        **{key: {} for key in ("outputs", "monthlyCost", "reality")},
    }
