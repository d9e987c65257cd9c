"""`sovereign lab`: look into a lab that `up --lab --keep` left standing, and end it."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from sovereign import secrets
from sovereign.cli import exits, stack_file
from sovereign.cli.options import ProgramDirectory
from sovereign.cli.plan import plan_of
from sovereign.cli.rehearse import AsJson, Setting, Stack, carry_out, rehearsal_command
from sovereign.problems import ConfigError

app = typer.Typer(
    no_args_is_help=True,
    help="A lab that stands: real hosts in namespaces of this machine (Linux, root).",
)

Arguments = Annotated[
    list[str] | None, typer.Argument(metavar="[-- COMMAND]", help="Without one, a shell.")
]


OfBreaks = Annotated[
    list[str] | None,
    typer.Option(
        "--break", metavar="NAME", help="The lab that stands with this fault, not the healthy one."
    ),
]


@app.command(epilog="Examples: sovereign lab status | sovereign lab status --json")
def status(
    stack: Stack = "dev",
    program: ProgramDirectory = Path(),
    settings: Setting = None,
    breaks: OfBreaks = None,
    as_json: AsJson = False,
) -> None:
    """Show nodes and components as their hosts and the API say they are now."""
    carry_out("status", stack, program, settings, as_json, breaks=breaks or [], lab=True)


@app.command(
    epilog="Examples: sovereign lab ssh dev-default-1 | "
    "sovereign lab ssh dev-control-plane-1 -- k3s kubectl get nodes"
)
def ssh(
    node: Annotated[str, typer.Argument(help="Name of a node, as `sovereign plan` shows it.")],
    command: Arguments = None,
    stack: Stack = "dev",
    program: ProgramDirectory = Path(),
    settings: Setting = None,
    breaks: OfBreaks = None,
) -> None:
    """Log in to a node as the program does: its key, its pinned host key, its port."""
    command_line = rehearsal_command(False, "status", stack)
    try:
        file = stack_file.read(program, stack, settings or [])
        file = file.with_defaults(command_line.DEFAULTS)
        plan = plan_of(file)
    except ConfigError as error:
        raise exits.refuse(error, None) from None
    known = {one.name: one for one in plan.nodes}
    if node not in known:
        raise _refused(f"the plan has no node {node}; it has {', '.join(known)}", exits.USAGE)
    seed = str(file.config["sovereign:seed"])
    key = secrets.deploy_key(seed, plan.name)
    pinned = secrets.host_key(seed, node, known[node].generation)
    with _lab() as lab, lab.visit(Path.cwd(), stack, breaks or [], file.project) as found:
        login = lab.Login(plan.ssh_port, key.private, pinned.public)
        raise typer.Exit(found.ssh(node, login, command or []))


@app.command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    epilog="Examples: sovereign lab kubectl get nodes -o wide | "
    "sovereign lab kubectl -- --namespace=kube-system get pods",
)
def kubectl(
    arguments: Annotated[
        list[str], typer.Argument(help="What kubectl is given; options of ours come before.")
    ],
    stack: Stack = "dev",
    program: ProgramDirectory = Path(),
    breaks: OfBreaks = None,
) -> None:
    """Run the real kubectl on the lab's cluster, from where its operator is."""
    try:
        project = stack_file.read(program, stack).project
    except ConfigError as error:
        raise exits.refuse(error, None) from None
    with _lab() as lab, lab.visit(Path.cwd(), stack, breaks or [], project) as found:
        raise typer.Exit(found.kubectl(arguments))


@app.command(epilog="Examples: sovereign lab down | sovereign lab down --json")
def down(as_json: AsJson = False) -> None:
    """Take down every lab of this directory, those that a killed run left too."""
    with _lab(_down_answer if as_json else None) as lab:
        found = lab.down(Path.cwd())
    if as_json:
        result = "failed" if found.failures else "succeeded"
        typer.echo(_down_answer(result, found.failures, found.names))
    elif found.names or not found.failures:
        named = ", ".join(found.names)
        typer.echo(f"taken down: {named}" if named else "no lab stands here")
    for failure in found.failures if not as_json else ():
        typer.echo(failure, err=True)
    if found.failures:
        raise typer.Exit(exits.FAILED)


def _down_answer(result: str, sentences: Sequence[str], down: Sequence[str] = ()) -> str:
    """The object of docs/lab-down.schema.json."""
    errors = [{"path": "", "value": "", "rule": rule, "fix": ""} for rule in sentences]
    answer = {"schemaVersion": 1, "command": "down", "result": result, "errors": errors}
    return json.dumps({**answer, "down": list(down)})


@contextmanager
def _lab(answer: Callable[[str, Sequence[str]], str] | None = None) -> Iterator[Any]:
    """`rehearsal.lab.visit`; what it refuses is one sentence, or what `answer` makes of it, and an
    exit code.
    """
    lab = rehearsal_command(False, "status", "").the_lab()
    try:
        yield lab
    except lab.Unavailable as lacking:
        if answer:
            typer.echo(answer("unavailable", [str(lacking)]))
            raise typer.Exit(exits.UNAVAILABLE) from None
        raise _refused(str(lacking), exits.UNAVAILABLE) from None
    except (lab.NoSuchLab, lab.Busy) as refused:
        raise _refused(str(refused), exits.FAILED) from None


def _refused(sentence: str, code: int) -> typer.Exit:
    typer.echo(sentence, err=True)
    return typer.Exit(code)
