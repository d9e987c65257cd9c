"""examples/yaml: what the real engine would hand to the plugin is a valid Sovereign."""

from typing import Any

import yaml

from sovereign.contract import CONTRACT
from sovereign.hosted.sovereign import decide
from tests.configurations import ROOT

EXAMPLE = ROOT / "examples" / "yaml"
PROJECT: dict[str, Any] = yaml.safe_load((EXAMPLE / "Pulumi.yaml").read_text(encoding="utf-8"))


def test_its_arguments_give_a_plan() -> None:
    """With an operator's own address in place of `${operatorCidrs}`."""
    given: Any = dict(PROJECT["resources"]["yaml"]["properties"])
    assert (given["operatorCidrs"], given["seed"]) == ("${operatorCidrs}", "${seed}")
    given["operatorCidrs"] = ["198.51.100.7/32"]
    plan = decide(given)
    names = [node.name for node in plan.nodes]
    assert names == ["yaml-control-plane-1", "yaml-default-1", "yaml-default-2"]


def test_it_names_the_plugin_of_this_repository() -> None:
    """By a path; its outputs are promised ones."""
    assert (EXAMPLE / PROJECT["packages"]["sovereign"]).resolve() == ROOT / "plugin"
    assert PROJECT["resources"]["yaml"]["type"] == "sovereign:Sovereign"
    assert PROJECT["config"]["seed"]["secret"] is True
    promised = {f"${{yaml.{promise.name}}}" for promise in CONTRACT}
    assert set(PROJECT["outputs"].values()) <= promised


def test_nobody_is_an_operator_by_default() -> None:
    """An address that is not the reader's would open SSH to a stranger, and join no node."""
    assert "default" not in PROJECT["config"]["operatorCidrs"]
    assert "default" not in PROJECT["config"]["seed"]
