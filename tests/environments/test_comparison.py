"""What a comparison of two environments says."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import jsonschema
import pytest
from pydantic import BaseModel

from rehearsal.runtime.policy.pack import NO_CONFIGURATION, config_path
from sovereign.cli.plan import plan_of, settings_of
from sovereign.cli.stack_file import read
from sovereign.config import ClusterConfig
from sovereign.environments import policies
from sovereign.environments.difference import ABSENT, compare, meaning, meanings
from sovereign.parsing import parse
from tests.configurations import OPERATORS, ROOT, dev
from tests.environments.typed import NOBODY, answer, run


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
        assert covered or pattern.startswith(("sovereign:", "policies")), pattern


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


def test_dev_differs_from_production_only_where_it_should() -> None:
    """Size, protection and how strictly it is judged; whatever should be promoted is equal."""
    files = [read(ROOT, stack).with_defaults(NOBODY) for stack in ("dev", "prod")]
    dev_settings, prod_settings = (settings_of(file) for file in files)
    demanded = policies.demanded(ROOT, "dev"), policies.demanded(ROOT, "prod")
    found = compare(dev_settings, prod_settings, demanded)
    assert {difference.meaning.care for difference in found} == {"own"}
    assert {difference.path for difference in found} == {
        "name",
        "controlPlane.ids",
        "pools.default.serverType",
        "pools.default.fallbackTypes",
        "pools.default.ids",
        "apiServerAddress",
        "protect",
        "policies.network.default-deny",
        "policies.network.sovereign-protected",
        "policies.network.stateful-protected",
    }


def test_staging_is_judged_as_production_is() -> None:
    """What came up there is not refused here."""
    assert policies.demanded(ROOT, "staging") == policies.demanded(ROOT, "prod")


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


@pytest.mark.parametrize("files", [("live", "dev"), ("live",), ("dev",), ()])
def test_rehearsal_and_comparison_take_the_same_policy_configuration(
    tmp_path: Path, files: tuple[str, ...]
) -> None:
    """The environment's own, else dev's, else the rules' defaults."""
    for name in files:
        (tmp_path / f"config.{name}.json").write_text("{}", encoding="utf-8")
    here, there = policies.file_of(tmp_path, "live"), config_path(tmp_path, "live")
    assert here == (tmp_path / f"config.{files[0]}.json" if files else None)
    assert there == (here or NO_CONFIGURATION)
    assert json.loads(there.read_text(encoding="utf-8")) == {}


@pytest.mark.parametrize(("text", "said"), [("{", "must be JSON"), ("[]", "rule by rule")])
def test_a_broken_policy_configuration_is_refused(program: Path, text: str, said: str) -> None:
    """With its path."""
    (program / "policies" / "network" / "config.dev.json").write_text(text, encoding="utf-8")
    code, output = run("diff", "dev", "dev", "--program", str(program))
    assert (code, said in output) == (2, True)


def test_the_comparison_is_there_for_machines(program: Path) -> None:
    """One object with paths, both values, the meaning and both costs."""
    run("new", "live", "--workers", "1", "--program", str(program))
    found = answer("diff", "dev", "live", "--program", str(program))
    by_path = {one["path"]: one for one in found["differences"]}
    assert by_path["name"]["values"] == ["dev", "live"]
    assert by_path["pools.default.ids"]["meaning"]["care"] == "own"
    assert [cost["amount"] for cost in found["costs"]] == [107.97, 71.98]


def test_the_comparison_is_there_for_people(program: Path) -> None:
    """A table with the reason, the price of both, and what is not compared."""
    run("new", "live", "--program", str(program))
    output = run("diff", "dev", "live", "--program", str(program))[1]
    assert "why it matters" in output
    assert "live: 3 servers, monthly cost: 107.97 EUR" in output
    assert "Secrets are not compared" in output


def test_what_should_become_equal_is_a_gate_on_request(program: Path) -> None:
    """Exit 1 with --expect-promoted and only then; the newer version is named."""
    run("new", "live", "--program", str(program))
    file = program / "Pulumi.live.yaml"
    older = file.read_text(encoding="utf-8").replace("v1.36.4+k3s1", "v1.36.3+k3s1")
    file.write_text(older, encoding="utf-8")
    arguments = ("diff", "dev", "live", "--program", str(program))
    assert run(*arguments)[0] == 0
    code, output = run(*arguments, "--expect-promoted")
    assert (code, "1 of" in output) == (1, True)
    assert "dev has the newer one" in " ".join(output.replace("│", " ").split())
    assert run("diff", "dev", "dev", "--program", str(program), "--expect-promoted")[0] == 0


@pytest.mark.parametrize(
    ("one", "other", "newer"),
    [("v1.36.4+k3s1", "v1.36.10+k3s1", 1), ("v1.36.4+k3s2", "v1.36.4+k3s1", 0)],
)
def test_versions_are_compared_by_their_numbers(one: str, other: str, newer: int) -> None:
    """Not by their letters."""
    settings = [parse(dev(k3s={"version": version}), OPERATORS, None) for version in (one, other)]
    (found,) = compare(settings[0], settings[1])
    assert found.newer == newer


def test_only_versions_can_be_newer() -> None:
    """A larger number of anything else, or another image, is not."""
    first = dev(ssh={"port": 22}, controlPlane={"image": "ubuntu-24.04"})
    second = dev(ssh={"port": 2222}, controlPlane={"image": "debian-13"})
    found = compare(parse(first, OPERATORS, None), parse(second, OPERATORS, None))
    assert {difference.newer for difference in found} == {None}
    assert len(found) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["new", "live"],
        ["new", "Live"],
        ["diff", "dev", "dev"],
        ["diff", "dev", "nobody"],
        ["diff", "dev", "prod", "--expect-promoted"],
    ],
)
def test_the_answers_keep_to_their_schema(program: Path, arguments: list[str]) -> None:
    """docs/env.schema.json, whether written, compared or refused."""
    schema = json.loads((ROOT / "docs" / "env.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    where = ROOT if "prod" in arguments else program
    output = run(*arguments, "--program", str(where), "--json")[1]
    jsonschema.validate(json.loads(output), schema)
