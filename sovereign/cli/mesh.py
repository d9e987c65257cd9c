"""`sovereign mesh`: the mesh's builders without Pulumi, for manifests that are kept in Git."""

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer

from sovereign.cli import exits
from sovereign.mesh import registry, settings, text
from sovereign.problems import ConfigError, Problem

app = typer.Typer(
    no_args_is_help=True, help="The mesh's builders: list them, print what they make."
)
_AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]
_Setting = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="A setting; the same key twice is a list."),
]


@app.command("list", epilog="Example: sovereign mesh list --json")
def list_builders(as_json: _AsJson = False) -> None:
    """Name every builder, with a line of help."""
    rows = [
        {
            "name": builder.name,
            "help": builder.help,
            "makes": builder.makes,
            "example": _command(builder),
        }
        for builder in registry.BUILDERS
    ]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        typer.echo(f"{row['name']:<{width}}  {row['help']}")


@app.command(
    epilog="Example: sovereign mesh emit circuit-breaker --set tier=critical --set service=shop/api"
)
def emit(
    name: Annotated[str, typer.Argument(help="A builder; `sovereign mesh list` names them.")],
    given: _Setting = None,
    example: Annotated[
        bool, typer.Option("--example", help="Print the builder's example instead.")
    ] = False,
    as_json: _AsJson = False,
) -> None:
    """Print what a builder makes, as YAML."""
    try:
        builder = _find(name)
        texts = settings.pairs(given or [])
        if example:
            texts = _example(builder, texts)
        made = builder.build(**settings.arguments(builder.build, texts, builder.example_settings()))
    except ConfigError as error:
        raise exits.refuse(error, {"result": "refused"} if as_json else None) from None
    typer.echo(render(builder, made, as_json=as_json), nl=False)


def render(builder: registry.Builder, made: Any, *, as_json: bool) -> str:
    """Manifests as YAML documents, other things as one; or anything as JSON."""
    plain = [asdict(release) for release in made] if builder.makes == "releases" else made
    if as_json:
        return json.dumps(plain, indent=2) + "\n"
    return text.documents(plain) if builder.makes == "manifests" else text.document(plain)


def _find(name: str) -> registry.Builder:
    try:
        return registry.find(name)
    except KeyError:
        known = ", ".join(builder.name for builder in registry.BUILDERS)
        problem = Problem("builder", repr(name), "there is no such builder", f"known: {known}")
        raise ConfigError([problem]) from None


def _example(builder: registry.Builder, given: dict[str, list[str]]) -> dict[str, list[str]]:
    if given:
        rule = "an example has settings of its own"
        raise ConfigError([Problem("--set", ", ".join(given), rule, "leave out one of them")])
    return builder.example_settings()


def _command(builder: registry.Builder) -> str:
    texts = builder.example_settings()
    words = [f"--set '{key}={value}'" for key, values in texts.items() for value in values]
    return " ".join(["sovereign mesh emit", builder.name, *words])
