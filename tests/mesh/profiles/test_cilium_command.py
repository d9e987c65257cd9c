"""`sovereign cilium values`."""

import json

import yaml
from typer.testing import CliRunner

from sovereign.cli.cilium import app
from sovereign.mesh.profiles.homelab import homelab
from sovereign.mesh.profiles.own import own

RUN = CliRunner()


def test_the_values_are_printed_as_yaml_with_chart_and_hole_named() -> None:
    """Comments say which chart they are for, and what is missing."""
    result = RUN.invoke(app, ["values"])
    assert result.exit_code == 0
    assert result.stdout.startswith("# Cilium 1.20.2, profile sovereign\n# k8sServiceHost is not")
    assert yaml.safe_load(result.stdout) == own().values


def test_the_hole_is_filled_with_the_host() -> None:
    """Then nothing is missing."""
    result = RUN.invoke(app, ["values", "--host", "10.0.1.2"])
    assert yaml.safe_load(result.stdout)["k8sServiceHost"] == "10.0.1.2"
    assert "is not among them" not in result.stdout


def test_a_line_of_a_profile_is_printed_as_json() -> None:
    """With profile and chart beside the values."""
    arguments = ["values", "--profile", "homelab", "--line", "1.20", "--talos", "--json"]
    answer = json.loads(RUN.invoke(app, arguments).stdout)
    wanted = homelab(line="1.20", talos=True)
    assert answer == {"profile": "homelab", "chart": "1.20.2", "values": wanted.values}


def test_values_that_cannot_work_are_refused_with_exit_2() -> None:
    """Loopback :6443, more operators than nodes, Talos settings for a Sovereign."""
    for arguments, reason in (
        (["--host", "127.0.0.1"], "NotReady"),
        (["--profile", "homelab", "--nodes", "1"], "Pending"),
        (["--talos"], "k3s"),
    ):
        result = RUN.invoke(app, ["values", *arguments, "--json"])
        assert result.exit_code == 2
        answer = json.loads(result.stdout)
        assert answer["result"] == "refused"
        assert reason in answer["errors"][0]["rule"]


def test_an_unknown_profile_is_bad_usage() -> None:
    """Exit 2, as typer has it."""
    assert RUN.invoke(app, ["values", "--profile", "office"]).exit_code == 2
