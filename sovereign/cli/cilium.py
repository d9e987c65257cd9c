"""`sovereign cilium`: Cilium's Helm values of a profile, for people who install it themselves."""

import json
from enum import StrEnum
from typing import Annotated

import typer

from sovereign.cli import exits
from sovereign.mesh import text
from sovereign.mesh.profiles.homelab import homelab
from sovereign.mesh.profiles.own import own
from sovereign.mesh.profiles.profile import Profile
from sovereign.mesh.values import check
from sovereign.problems import ConfigError, Problem

app = typer.Typer(no_args_is_help=True, help="Cilium's values, by profile and chart line.")
HOLE = "k8sServiceHost is not among them: it is the API server's own address, see --host"


class ProfileChoice(StrEnum):
    """The profiles."""

    SOVEREIGN = "sovereign"
    HOMELAB = "homelab"


class LineChoice(StrEnum):
    """The chart lines."""

    V1_19 = "1.19"
    V1_20 = "1.20"


@app.callback()
def group() -> None:
    """Cilium's values, by profile and chart line."""


@app.command(
    epilog="Examples: sovereign cilium values | sovereign cilium values --profile homelab --talos. "
    "Exit codes: 0 printed, 2 refused."
)
def values(
    profile: Annotated[ProfileChoice, typer.Option(help="Whose values.")] = ProfileChoice.SOVEREIGN,
    line: Annotated[
        LineChoice | None, typer.Option(help="Chart line. Default: the profile's own.")
    ] = None,
    host: Annotated[
        str | None, typer.Option(help="Address of the API server, for k8sServiceHost.")
    ] = None,
    nodes: Annotated[int, typer.Option(min=1, help="How many nodes; the operator's pods.")] = 3,
    talos: Annotated[bool, typer.Option("--talos", help="homelab: what Talos needs.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of YAML.")] = False,
) -> None:
    """Print the Helm values of a profile; refuse values that contradict each other."""
    chosen = _profile(profile, line, nodes, talos=talos)
    found = {**chosen.values, **({"k8sServiceHost": host} if host else {})}
    on_hetzner = profile is ProfileChoice.SOVEREIGN
    problems = check(found, chosen.line, nodes=nodes, hetzner=on_hetzner)
    if talos and on_hetzner:
        rule = "only the profile homelab has settings for Talos; a Sovereign runs k3s"
        problems.append(Problem("--talos", "set", rule, "use --profile homelab"))
    if problems:
        raise exits.refuse(ConfigError(problems), {"result": "refused"} if as_json else None)
    if as_json:
        answer = {"profile": chosen.name, "chart": chosen.chart, "values": found}
        typer.echo(json.dumps(answer, indent=2))
        return
    typer.echo(f"# Cilium {chosen.chart}, profile {chosen.name}")
    if host is None:
        typer.echo(f"# {HOLE}")
    typer.echo(text.document(found), nl=False)


def _profile(name: ProfileChoice, line: LineChoice | None, nodes: int, *, talos: bool) -> Profile:
    if name is ProfileChoice.HOMELAB:
        return homelab(line=line.value if line else "1.19", talos=talos)
    return own(line=line.value if line else "1.20", nodes=nodes)
