"""`sovereign rehearse`: the whole program on this machine, without account, cloud or root.

The rehearsal is a package of its own beside the program; `sovereign.cli.optional` imports it.
"""

from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer

from sovereign.cli import exits, optional, stack_file
from sovereign.cli.options import ProgramDirectory
from sovereign.cli.plan import plan_of
from sovereign.problems import ConfigError

app = typer.Typer(
    no_args_is_help=True,
    help="Run the unmodified program against a simulated Hetzner, with modelled nodes or, with "
    "--lab, real hosts on this machine.",
)

Stack = Annotated[str, typer.Option(help="Stack whose Pulumi.<stack>.yaml is used.")]
OrAppStack = Annotated[
    Path,
    typer.Option(
        "--program",
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
Refresh = Annotated[
    bool, typer.Option("--refresh", help="First compare the state with what is there.")
]
_HOSTS = "On real hosts in namespaces of this machine (Linux, root)"
LabUp = Annotated[bool, typer.Option("--lab", help=f"{_HOSTS}, taken down at the end if not kept.")]
Lab = Annotated[bool, typer.Option("--lab", help=f"{_HOSTS}: the lab that stands.")]
Keep = Annotated[bool, typer.Option("--keep", help="With --lab: leave the lab standing.")]
Engine = Annotated[
    str,
    typer.Option(
        help="embedded, or pulumi where it is on PATH: alone it previews the cluster on an empty "
        "project; with --lab it previews what stands there, or brings up, changes, refreshes and "
        "destroys (with --keep it only brings up)."
    ),
]


@app.command(
    epilog="Examples: sovereign rehearse up | sovereign rehearse up --break api-host-loopback | "
    "sovereign rehearse up --program examples/app-stack --json | "
    "sovereign rehearse up --lab --keep"
)
def up(
    stack: Stack = "dev",
    program: OrAppStack = Path(),
    settings: Setting = None,
    as_json: AsJson = False,
    breaks: Break = None,
    engine: Engine = "embedded",
    refresh: Refresh = False,
    lab: LabUp = False,
    keep: Keep = False,
) -> None:
    """Bring the stack up and wait until every node and component is Ready."""
    if breaks and "list" in breaks:
        raise typer.Exit(rehearsal_command(as_json, "up", stack).list_breaks(as_json))
    carry_out(
        "up",
        stack,
        program,
        settings,
        as_json,
        breaks=breaks or [],
        engine=engine,
        refresh=refresh,
        lab=lab,
        keep=keep,
    )


@app.command(epilog="Example: sovereign rehearse preview --set cilium.mtu=1400")
def preview(
    stack: Stack = "dev",
    program: OrAppStack = Path(),
    settings: Setting = None,
    as_json: AsJson = False,
    engine: Engine = "embedded",
    refresh: Refresh = False,
    lab: Lab = False,
) -> None:
    """Show what an up would do; nothing is created, rules are checked."""
    carry_out("preview", stack, program, settings, as_json, engine=engine, refresh=refresh, lab=lab)


@app.command(epilog="Example: sovereign rehearse refresh --json")
def refresh(
    stack: Stack = "dev",
    program: OrAppStack = Path(),
    settings: Setting = None,
    as_json: AsJson = False,
) -> None:
    """Compare the state with the simulated project; what is gone there leaves the state."""
    carry_out("refresh", stack, program, settings, as_json)


@app.command(
    epilog="Examples: sovereign rehearse destroy --stack dev | sovereign rehearse destroy --lab"
)
def destroy(
    stack: Stack = "dev",
    program: OrAppStack = Path(),
    settings: Setting = None,
    as_json: AsJson = False,
    lab: Lab = False,
) -> None:
    """Delete everything again and prove that nothing is left."""
    carry_out("destroy", stack, program, settings, as_json, lab=lab)


@app.command(epilog="Example: sovereign rehearse status --json")
def status(
    stack: Stack = "dev",
    program: ProgramDirectory = Path(),
    settings: Setting = None,
    as_json: AsJson = False,
) -> None:
    """Show nodes and components as they are now."""
    carry_out("status", stack, program, settings, as_json)


@app.command(epilog="Example: sovereign rehearse hetzner --port 8123 --state /tmp/project.json")
def hetzner(
    port: Annotated[int, typer.Option(help="TCP port on 127.0.0.1; 0 takes a free one.")] = 0,
    state: Annotated[
        Path | None, typer.Option(help="File that keeps the simulated project.")
    ] = None,
) -> None:
    """Serve the Hetzner simulator until interrupted, for the real engine (HCLOUD_ENDPOINT)."""
    raise typer.Exit(
        rehearsal_command(False, "up", "").the_hetzner().serve_until_interrupted(port, state)
    )


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
    rehearsal = rehearsal_command(as_json, "up", "bench")
    sizes = []
    for count in servers or [3, 30, 95]:
        pool = f"pools={{default: {{firstId: 1, count: {count - 1}}}}}"
        file = stack_file.read(program, "dev", [pool]).with_defaults(rehearsal.DEFAULTS)
        sizes.append((plan_of(file), file))
    raise typer.Exit(
        rehearsal.the_bench().bench(
            sizes, rounds=rounds, latency_factor=latency_factor, as_json=as_json
        )
    )


def carry_out(
    verb: str,
    stack: str,
    program: Path,
    settings: list[str] | None,
    as_json: bool,
    *,
    breaks: list[str] | None = None,
    engine: str = "embedded",
    refresh: bool = False,
    lab: bool = False,
    keep: bool = False,
) -> None:
    """Carry the order out. In the lab, everything is downloaded from the lab's own mirror."""
    rehearsal = rehearsal_command(as_json, verb, stack)
    answer = rehearsal.blank_answer(verb, engine, stack) if as_json else None
    fixed = rehearsal.LAB_SETTINGS if lab else []
    try:
        file = stack_file.read(program, stack, [*(settings or []), *fixed])
        app_file = None
        if not file.is_sovereign:
            app_file, file = file, stack_file.read(Path(), stack, fixed)
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
        refresh=refresh,
        lab=lab,
        keep=keep,
    )
    raise typer.Exit(code)


def rehearsal_command(as_json: bool, verb: str, stack: str) -> ModuleType:
    """`rehearsal.command`, or one sentence and exit 3 where its dependencies are not installed."""
    return optional.rehearsal(partial(_unavailable, verb, stack) if as_json else None)


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
        "lab": None,
    }
