"""examples/typescript: a Sovereign from a program for Node, rehearsed."""

import json
import re
from pathlib import Path

import pytest

from sovereign.contract import CONTRACT
from tests.configurations import ROOT
from tests.plugin.npm import EXAMPLE, install
from tests.rehearsal.command.rehearsed import Directory, Said

SCHEMA = json.loads((ROOT / "plugin" / "schema.json").read_text(encoding="utf-8"))
WRAPPER = (EXAMPLE / "sovereign.ts").read_text(encoding="utf-8")
INTERFACE = re.compile(r"export interface (\w+)(?: extends (\w+))? \{\n(.*?)\n\}", re.DOTALL)
PROPERTY = re.compile(r"^    (\w+)(\??): (.*);$", re.MULTILINE)
OUTPUT = re.compile(r"declare readonly (\w+): pulumi\.Output<(.*)>;")
TYPES = {"string": "string", "integer": "number", "object": "Record<"}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Said]:
    """The example brought up twice, then with a mistake, then destroyed."""
    path = tmp_path_factory.mktemp("typescript")
    program = path / "examples" / "typescript"
    install(program)
    (path / "plugin").symlink_to(ROOT / "plugin")
    directory = Directory(path)

    def sovereign(verb: str) -> Said:
        return directory.sovereign("rehearse", verb, "--program", "examples/typescript", "--json")

    found = {"up": sovereign("up"), "again": sovereign("up")}
    mistake(program / "index.ts")
    return {**found, "mistake": sovereign("preview"), "destroy": sovereign("destroy")}


def mistake(index: Path) -> None:
    text = index.read_text(encoding="utf-8")
    right = 'config.requireObject<string[]>("operatorCidrs")'
    assert right in text
    index.write_text(text.replace(right, '["nobody"]'), encoding="utf-8")


def test_it_brings_a_sovereign_up(story: dict[str, Said]) -> None:
    """Every node and component is Ready; the kubeconfig comes back as a secret."""
    answer = story["up"].answer
    assert (story["up"].code, answer["errors"]) == (0, [])
    assert {node["name"]: node["ready"] for node in answer["nodes"]} == {
        "typescript-control-plane-1": True,
        "typescript-default-1": True,
    }
    assert all(part["ready"] for part in answer["components"])
    assert answer["outputs"]["contractVersion"] == 1
    assert answer["outputs"]["kubeconfig"] == {"secret": True}
    assert answer["outputs"]["workers"] == {"typescript-default-1": "10.0.1.20"}


def test_the_packs_judge_what_the_plugin_makes(story: dict[str, Said]) -> None:
    """As many of their rules are at work as on the program in Python."""
    packs = {pack["name"]: pack["evaluated"] for pack in story["up"].answer["policyPacks"]}
    assert set(packs) == {"encryption", "network"}
    assert all(count > 5 for count in packs.values())


def test_a_second_up_changes_nothing(story: dict[str, Said]) -> None:
    """Node, plugin and packs make the same of it."""
    before, after = story["up"].answer["resources"], story["again"].answer["resources"]
    assert after == {**dict.fromkeys(before, 0), "same": before["create"]}


def test_a_mistake_in_the_program_is_one_sentence(story: dict[str, Said]) -> None:
    """The plugin's own, not Node's stack."""
    answer = story["mistake"].answer
    assert (story["mistake"].code, answer["result"]) == (1, "refused")
    (error,) = answer["errors"]
    assert "sovereign:index:Sovereign 'typescript': configuration refused, 1 problem: " in str(
        error
    )
    assert "'nobody'" in str(error)
    assert "node_modules" not in story["mistake"].err


def test_destroy_leaves_nothing(story: dict[str, Said]) -> None:
    """In a workspace of its own, beside the one of the program in Python."""
    assert story["destroy"].code == 0, story["destroy"].err


def test_the_wrapper_says_nothing_that_the_schema_does_not() -> None:
    """Every key that it types is one of the schema's, as optional as there; every output is
    promised, with its type."""
    interfaces = {name: (base, body) for name, base, body in INTERFACE.findall(WRAPPER)}
    assert set(interfaces) == {"SovereignArgs", "ClusterConfig", "ControlPlaneConfig", "PoolConfig"}
    component = SCHEMA["resources"]["sovereign:index:Sovereign"]
    for name, (base, body) in interfaces.items():
        if name == "SovereignArgs":
            known, required = component["inputProperties"], component["requiredInputs"]
        else:
            section = SCHEMA["types"][f"sovereign:index:{name}"]
            known, required = section["properties"], section.get("required", [])
        typed = PROPERTY.findall(body + "\n" + (interfaces[base][1] if base else ""))
        assert typed, name
        for key, optional, _ in typed:
            assert key in known, f"{name}.{key}"
            assert (key in required) is not bool(optional), f"{name}.{key}"
    promised = {promise.name: promise.type for promise in CONTRACT}
    declared = dict(OUTPUT.findall(WRAPPER))
    for output, type_ in declared.items():
        assert type_.startswith(TYPES[promised[output]]), output
    listed = re.search(r"const OUTPUTS = \[(.*?)\]", WRAPPER, re.DOTALL)
    assert listed is not None
    assert re.findall(r'"(\w+)"', listed[1]) == list(declared)
