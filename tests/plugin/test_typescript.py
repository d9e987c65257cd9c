"""examples/typescript: a Sovereign from a program for Node, rehearsed."""

import json
import re
import shutil
from pathlib import Path

import pytest

from docs.generator.typescript import module
from sovereign.contract import CONTRACT
from tests.configurations import ROOT
from tests.plugin.npm import EXAMPLE, install
from tests.rehearsal.command.rehearsed import Directory, Said

WRAPPER = (EXAMPLE / "sovereign.ts").read_text(encoding="utf-8")
OUTPUT = re.compile(r"declare readonly (\w+): pulumi\.Output<(.*)>;")
STRICT = {"world-open-ports": {"openShare": 1e-6}}
OFFICE = 'sovereign:operatorCidrs=["203.0.0.0/16"]'
"""Under the strict rule a range of this size counts as the world: no firewall may let it in."""


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Said]:
    """The example brought up twice, beside the program in Python; then under a stricter rule, then
    with a mistake, then destroyed."""
    path = tmp_path_factory.mktemp("typescript")
    program = path / "examples" / "typescript"
    install(program)
    (path / "plugin").symlink_to(ROOT / "plugin")
    directory = Directory(path)

    def sovereign(verb: str, *more: str) -> Said:
        words = ("rehearse", verb, "--program", "examples/typescript", "--json", *more)
        return directory.sovereign(*words)

    found = {"up": sovereign("up"), "again": sovereign("up")}
    found["python"] = directory.sovereign("rehearse", "up", "--json")
    packs = program / "policies"  # those beside a program are its own
    (program / ".venv").symlink_to(ROOT / ".venv")
    shutil.copytree(ROOT / "policies", packs, symlinks=True)
    (packs / "network" / "config.dev.json").write_text(json.dumps(STRICT), encoding="utf-8")
    found["strict"] = sovereign("preview", "--set", OFFICE)
    shutil.rmtree(packs)
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
    """Exactly as many of their rules are at work as on the program in Python."""

    def at_work(program: str) -> dict[str, int]:
        packs = story[program].answer["policyPacks"]
        return {pack["name"]: pack["evaluated"] for pack in packs}

    assert set(at_work("up")) == {"encryption", "network"}
    assert at_work("up") == at_work("python")


def test_a_child_of_the_plugins_component_is_refused(story: dict[str, Said]) -> None:
    """By a rule that finds something wrong with the child alone; each is named by its URN."""
    answer = story["strict"].answer
    assert (story["strict"].code, answer["result"]) == (1, "refused")
    found = [one for one in answer["policies"] if one["level"] == "mandatory"]
    assert {one["policy"] for one in found} == {"world-open-ports"}
    parents = "sovereign:index:Sovereign$sovereign:index:Network$hcloud:index/firewall:Firewall"
    assert {one["urn"].split("::", 2)[2] for one in found} == {
        f"{parents}::typescript-control-plane",
        f"{parents}::typescript-workers",
    }


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


def test_the_wrapper_is_what_the_plugin_says() -> None:
    """`python -m docs.generator` would change nothing."""
    assert module() == WRAPPER


def test_the_wrapper_has_every_output_and_no_open_door() -> None:
    """Declared and listed; a key that the schema lacks is a mistake to the compiler."""
    declared = dict(OUTPUT.findall(WRAPPER))
    assert set(declared) == {promise.name for promise in CONTRACT}
    assert declared["networkId"] == "number"
    assert declared["apiEndpoints"] == "string[]"
    assert declared["workerPrivateIps"] == "Record<string, string>"
    listed = WRAPPER.partition("const OUTPUTS = [")[2].partition("]")[0]
    assert re.findall(r'"(\w+)"', listed) == list(declared)
    assert "[key: string]" not in WRAPPER
    assert "effect: TaintEffect;" in WRAPPER
    assert 'export type EncryptionType = "wireguard";' in WRAPPER
