"""What is previewed of a configuration that is refused."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rehearsal.review.embedded import lend_environment
from rehearsal.review.facts import Problem
from rehearsal.review.preparation import prepare
from rehearsal.runtime.policy.pack import python_of
from sovereign.cli.plan import plan_of
from sovereign.cli.stack_file import StackFile
from sovereign.plan import SovereignPlan
from sovereign.problems import ConfigError
from tests.configurations import ROOT

RANGES = {"network.cidr": "10.0.0.0/16", "network.podCidr": "10.42.0.0/16"}
OLD: dict[str, Any] = {
    "sovereign:cluster": {"name": "dev", "pools": {"default": {"serverType": "cpx32", "ids": [1]}}},
    "sovereign:operatorCidrs": ["203.0.113.0/24"],
}


def inspect(config: Mapping[str, Any]) -> tuple[SovereignPlan | None, Sequence[Problem]]:
    try:
        return plan_of(StackFile(ROOT, "sovereign", "dev", dict(config), ())), ()
    except ConfigError as error:
        return None, [Problem(p.path, p.value, p.rule, p.fix) for p in error.problems]


def test_a_good_configuration_is_previewed_as_it_is() -> None:
    """No problem, nothing put back."""
    found = prepare(OLD, OLD, RANGES, inspect)
    assert (found.config, found.problems, found.set_back) == (OLD, (), ())


def test_everything_refused_is_said_at_once_and_the_rest_is_previewed() -> None:
    """An open firewall, a changed range and an unknown key; the new pool stays."""
    cluster = OLD["sovereign:cluster"]
    new = {
        "sovereign:cluster": {
            **cluster,
            "pools": {**cluster["pools"], "batch": {"serverType": "cpx42", "ids": [10]}},
            "network": {"podCidr": "10.44.0.0/16"},
            "mystery": 1,
        },
        "sovereign:operatorCidrs": ["0.0.0.0/0"],
    }
    found = prepare(new, OLD, RANGES, inspect)
    assert {one.path for one in found.problems} == {
        "sovereign:operatorCidrs[0]",
        "network.podCidr",
        "mystery",
    }
    assert found.config is not None
    assert found.config["sovereign:operatorCidrs"] == ["203.0.113.0/24"]
    assert "batch" in found.config["sovereign:cluster"]["pools"]


def test_a_program_that_is_not_ours_has_no_plan_and_no_problem() -> None:
    """It is previewed as it is."""
    found = prepare({"app:x": 1}, {}, {}, lambda _: (None, ()))
    assert found.config == {"app:x": 1}


def test_a_base_that_is_refused_itself_cannot_be_previewed() -> None:
    """The problems are said all the same."""
    bad = {**OLD, "sovereign:operatorCidrs": ["0.0.0.0/0"]}
    found = prepare(bad, bad, RANGES, inspect)
    assert found.config is None
    assert [one.path for one in found.problems] == ["sovereign:operatorCidrs[0]"]


def test_a_checked_out_program_and_its_packs_get_an_environment(tmp_path: Path) -> None:
    """Where each looks for it, never outside the program, and none that is there is touched."""
    program = tmp_path / "base" / "infra"
    for pack, place in (("own", "venv"), ("shared", "../../.venv"), ("bad", "../../../../stolen")):
        folder = program / "policies" / pack
        folder.mkdir(parents=True)
        manifest = f"runtime: {{name: python, options: {{virtualenv: {place}}}}}\n"
        (folder / "PulumiPolicy.yaml").write_text(manifest, encoding="utf-8")
    lend_environment(program)
    lend_environment(program)
    assert python_of(program / "policies" / "own").exists()
    assert python_of(program / "policies" / "shared").exists()
    assert {one.name for one in tmp_path.iterdir()} == {"base"}
    assert {one.name for one in (tmp_path / "base").iterdir()} == {"infra"}
