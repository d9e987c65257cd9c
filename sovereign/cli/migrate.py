"""`sovereign migrate`: from another service mesh to this one."""

import json
from pathlib import Path
from typing import Annotated

import typer

from sovereign import terminal
from sovereign.cli import exits
from sovereign.mesh.istio import BadInput, Migration, Settings, output, report
from sovereign.mesh.istio import migrate as convert
from sovereign.mesh.istio.reading import SUFFIXES

PLAIN_WIDTH = 160
"""Columns of the report where there is no terminal: its cells hold sentences."""

app = typer.Typer(no_args_is_help=True, help="From another service mesh to Cilium.")


@app.callback()
def group() -> None:
    """From another service mesh to Cilium."""


@app.command(
    epilog="Exit codes: 0 every field is accounted for and converted (differences are named), "
    "1 something is not convertible, 2 bad usage or bad YAML. "
    "Example: sovereign migrate istio manifests/ --out cilium/"
)
def istio(
    directory: Annotated[
        Path,
        typer.Argument(exists=True, file_okay=False, help="YAML and JSON files; never changed."),
    ],
    out: Annotated[
        Path | None, typer.Option(file_okay=False, help="Write the manifests there, one file each.")
    ] = None,
    namespace: Annotated[
        str, typer.Option(help="Namespace of objects that name none.")
    ] = "default",
    experimental: Annotated[
        bool,
        typer.Option(
            "--experimental",
            help="The cluster has Gateway API's experimental channel: write retries.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The whole report as JSON.")] = False,
) -> None:
    """Convert Istio's objects to Gateway API routes and Cilium policies, and report every field."""
    try:
        found = convert(directory, Settings(namespace, experimental))
        if not found.documents:
            raise BadInput(f"{directory}: no document in a file that ends in {', '.join(SUFFIXES)}")
        written = output.write(found, directory, out) if out is not None else None
    except (BadInput, output.BadOutput, OSError) as error:
        if as_json:
            typer.echo(json.dumps({"result": "refused", "error": str(error)}))
        else:
            typer.echo(f"refused: {error}", err=True)
        raise typer.Exit(exits.USAGE) from None
    if as_json:
        typer.echo(json.dumps(report.as_json(found), indent=2))
    else:
        report.show(found, terminal.console(plain_width=PLAIN_WIDTH))
        typer.echo(_made(found, out if written is not None else None))
    raise typer.Exit(exits.OK if found.complete else exits.FAILED)


def _made(found: Migration, out: Path | None) -> str:
    count = len(found.manifests) + len(found.cleaned)
    return f"{count} manifests written to {out}" if out else f"{count} manifests; write with --out"
