"""Environments: what a new one is written as, and what a comparison of two says."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from typer.testing import CliRunner

from sovereign.cli import app
from sovereign.cli.plan import plan_of, settings_of
from sovereign.cli.stack_file import read
from sovereign.config import ClusterConfig
from sovereign.environments.difference import ABSENT, compare, meaning, meanings
from sovereign.parsing import parse
from tests.configurations import OPERATORS, ROOT, dev

NOBODY: dict[str, Any] = {"sovereign:operatorCidrs": []}


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program directory with the dev environment alone."""
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml"):
        (tmp_path / name).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["env", *arguments])
    return result.exit_code, result.output


def leaves(model: type[BaseModel], path: str = "") -> Iterator[str]:
    """Every path of a configuration, pools and lists as an operator would write them."""
    for field in model.model_fields.values():
        here = f"{path}{field.alias}"
        kinds = [field.annotation, *get_args(field.annotation)]
        nested = [k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel)]
        if here == "pools":
            yield from leaves(nested[0], "pools.any.")
        elif nested and field.annotation is nested[0]:
            yield from leaves(nested[0], f"{here}.")
        else:
            yield here


def test_every_setting_has_a_meaning() -> None:
    """A key without one would end a comparison in a traceback."""
    paths = list(leaves(ClusterConfig))
    assert "cilium.hubble.metrics" in paths
    assert "pools.any.serverType" in paths
    for path in paths:
        assert meaning(path).why


def test_every_meaning_is_of_a_setting() -> None:
    """A pattern that covers no key of the configuration is left over from a rename."""
    paths = [path.replace("pools.any", "pools.*") for path in leaves(ClusterConfig)]
    for pattern in meanings():
        covered = any(path == pattern or path.startswith(f"{pattern}.") for path in paths)
        assert covered or pattern.startswith("sovereign:"), pattern


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_the_stack_files_of_the_repository_are_valid(stack: str) -> None:
    """Each plans without a problem and is named after its stack."""
    assert plan_of(read(ROOT, stack).with_defaults(NOBODY)).name == stack


def test_staging_differs_from_production_only_where_it_may() -> None:
    """Whatever should be promoted is equal already."""
    staging, prod = (settings_of(read(ROOT, s).with_defaults(NOBODY)) for s in ("staging", "prod"))
    found = compare(staging, prod)
    assert {difference.meaning.care for difference in found} == {"own"}
    assert "name" in {difference.path for difference in found}


def test_a_comparison_fills_in_defaults() -> None:
    """A value that one states and the other leaves at the same default is no difference."""
    stated, silent = dev(hardening=True), dev()
    assert compare(parse(stated, OPERATORS, None), parse(silent, OPERATORS, None)) == []


def test_a_pool_that_only_one_has_is_one_difference() -> None:
    """Its settings are not listed one by one."""
    second = dev(pools={"default": {"ids": [1, 2]}, "gpu": {"ids": [9], "serverType": "ccx33"}})
    first = dev(pools={"default": {"ids": [1, 2]}})
    (found,) = compare(parse(first, OPERATORS, None), parse(second, OPERATORS, None))
    assert (found.path, found.values) == ("pools.gpu", (ABSENT, "1 x ccx33"))


def test_operators_and_mirror_are_compared_as_well() -> None:
    """They are keys of their own, outside `sovereign:cluster`."""
    found = compare(parse(dev(), OPERATORS, None), parse(dev(), [], "https://mirror.example"))
    assert [d.path for d in found] == ["sovereign:operatorCidrs", "sovereign:artifactMirror"]


def test_a_new_environment_is_valid_and_says_its_price(program: Path) -> None:
    """Three control planes get the node-local address; the file plans as it stands."""
    arguments = ("new", "live", "--control-planes", "3", "--protect", "--program", str(program))
    code, output = run(*arguments)
    assert code == 0
    assert "monthly cost: 60.00 EUR" in output
    assert "pulumi config set --stack live --secret sovereign:seed" in output
    plan = plan_of(read(program, "live").with_defaults(NOBODY))
    assert (plan.name, plan.api_server_address, plan.protect) == ("live", "node-local", True)
    assert len(plan.control_planes) == 3


def test_a_new_environment_of_one_is_reached_by_its_address(program: Path) -> None:
    """One control plane is addressed by its private address."""
    assert run("new", "one", "--workers", "0", "--program", str(program))[0] == 0
    plan = plan_of(read(program, "one").with_defaults(NOBODY))
    assert (plan.api_server_address, plan.workers) == ("control-plane-ip", ())


def test_nothing_is_overwritten(program: Path) -> None:
    """A stack file that is there stays as it is."""
    before = (program / "Pulumi.dev.yaml").read_text(encoding="utf-8")
    code, output = run("new", "dev", "--program", str(program))
    assert (code, "is not overwritten" in output) == (2, True)
    assert (program / "Pulumi.dev.yaml").read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["even", "--control-planes", "2"], "must be odd"),
        (["Upper"], "a letter first"),
        (["old", "--server-type", "cx22"], "can no longer be ordered"),
    ],
)
def test_a_wrong_wish_is_refused_and_writes_nothing(
    program: Path, arguments: list[str], said: str
) -> None:
    """Exit 2 with the rule; no file appears."""
    code, output = run("new", *arguments, "--program", str(program))
    assert code == 2
    assert said in " ".join(output.split())
    assert len(list(program.glob("Pulumi.*.yaml"))) == 1


def test_a_directory_without_a_program_is_refused(tmp_path: Path) -> None:
    """A stack file nobody reads would help nobody."""
    code, output = run("new", "live", "--program", str(tmp_path))
    assert (code, "Pulumi.yaml" in output) == (2, True)


def answer(*arguments: str) -> dict[str, Any]:
    code, output = run(*arguments, "--json")
    assert code == 0
    found: dict[str, Any] = json.loads(output)
    return found


def test_the_comparison_is_there_for_machines(program: Path) -> None:
    """One object with paths, both values, the meaning and both costs."""
    run("new", "live", "--workers", "1", "--program", str(program))
    found = answer("diff", "dev", "live", "--program", str(program))
    by_path = {one["path"]: one for one in found["differences"]}
    assert by_path["name"]["values"] == ["dev", "live"]
    assert by_path["pools.default.ids"]["meaning"]["care"] == "own"
    assert [cost["amount"] for cost in found["costs"]] == [36.0, 24.0]


def test_the_comparison_is_there_for_people(program: Path) -> None:
    """A table with the reason, the price of both, and what is not compared."""
    run("new", "live", "--program", str(program))
    output = run("diff", "dev", "live", "--program", str(program))[1]
    assert "why it matters" in output
    assert "live: 3 servers, monthly cost: 36.00 EUR" in output
    assert "Secrets are not compared" in output
