"""`sovereign rehearse` from an empty directory to an empty project."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.rehearsal.command.rehearsed import ROOT, Directory, Said

SCHEMA = json.loads((ROOT / "docs" / "rehearsal.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Said]:
    """One life of a stack, each command after the other in one directory."""
    directory = Directory(tmp_path_factory.mktemp("story"))
    run = directory.sovereign
    return {
        "preview": run("rehearse", "preview", "--json"),
        "up": run("rehearse", "up", "--json"),
        "again": run("rehearse", "up", "--json"),
        "app": run("rehearse", "up", "--program", "examples/app-stack", "--json"),
        "traced": run(
            *("rehearse", "up", "--program", "examples/app-stack", "--json"),
            *("--set", "app-stack:instrumentation=true"),
        ),
        "smaller": run("rehearse", "up", "--json", "--set", "pools.default.ids=[2]"),
        "status": run("rehearse", "status", "--json", "--set", "pools.default.ids=[2]"),
        "destroy": run("rehearse", "destroy", "--json", "--set", "pools.default.ids=[2]"),
        "table": run("rehearse", "up"),
    }


def ready(answer: dict[str, Any]) -> dict[str, bool | None]:
    return {node["name"]: node["ready"] for node in answer["nodes"]}


@pytest.mark.parametrize("step", ["preview", "up", "again", "app", "smaller", "status", "destroy"])
def test_every_answer_is_one_object_of_the_published_schema(
    story: dict[str, Said], step: str
) -> None:
    """stdout holds exactly one JSON object, and the schema in docs describes it."""
    jsonschema.validate(story[step].answer, SCHEMA)
    assert story[step].code == 0, story[step].err


def test_a_preview_creates_nothing_and_is_judged_by_both_packs(story: dict[str, Said]) -> None:
    """All 36 resources are planned, no call is sent, what is unknown yet is deferred by name."""
    answer = story["preview"].answer
    assert answer["resources"]["create"] == 36
    assert answer["apiCalls"] == {"GET": 0, "POST": 0, "PUT": 0, "DELETE": 0}
    assert {pack["name"] for pack in answer["policyPacks"]} == {"network", "encryption"}
    assert all(pack["evaluated"] > 0 for pack in answer["policyPacks"])
    deferred = [p for p in answer["policies"] if p["level"] == "deferred"]
    assert any("k8sServiceHost" in finding["message"] for finding in deferred)
    assert not [p for p in answer["policies"] if p["level"] == "mandatory"]
    assert set(ready(answer).values()) == {None}


def test_up_ends_with_every_node_and_component_ready(story: dict[str, Said]) -> None:
    """Cilium reaches the API by the control plane's private address from every node."""
    answer = story["up"].answer
    assert ready(answer) == {
        "dev-control-plane-1": True,
        "dev-default-1": True,
        "dev-default-2": True,
    }
    assert {node["apiAddress"] for node in answer["nodes"]} == {"10.0.1.2:6443"}
    assert all(part["ready"] for part in answer["components"])
    names = {part["name"] for part in answer["components"]}
    assert {"Cilium", "Hubble relay", "Hubble UI", "CoreDNS", "Cloud controller manager"} <= names
    assert answer["monthlyCost"]["sample"] is True
    assert answer["reality"]["hetznerApi"] == "simulated on loopback"


def test_outputs_show_that_a_secret_is_there_and_not_what_it_is(story: dict[str, Said]) -> None:
    """The kubeconfig is masked; no private key stands in the whole answer or progress."""
    said = story["up"]
    assert said.answer["outputs"]["kubeconfig"] == {"secret": True}
    assert "PRIVATE KEY" not in said.out + said.err


def test_a_second_up_changes_nothing_and_sends_no_write(story: dict[str, Said]) -> None:
    """36 resources are the same; Hetzner's API is not written to."""
    answer = story["again"].answer
    assert answer["resources"] == {"create": 0, "update": 0, "replace": 0, "delete": 0, "same": 36}
    assert {m: answer["apiCalls"][m] for m in ("POST", "PUT", "DELETE")} == {
        "POST": 0,
        "PUT": 0,
        "DELETE": 0,
    }


def test_an_app_stack_runs_after_the_cluster_and_reads_its_contract(story: dict[str, Said]) -> None:
    """The workload is Ready, behind policies, Gateway and route; the outputs are the app's."""
    answer = story["app"].answer
    assert answer["resources"]["create"] == 12
    assert all(part["ready"] for part in answer["components"])
    assert answer["outputs"]["contractVersion"] == 1
    workload = [p for p in answer["components"] if p["name"] == "deployment/hello/hello"]
    assert [part["ready"] for part in workload] == [True]


def test_what_needs_an_operator_that_is_not_there_is_refused_by_name(
    story: dict[str, Said],
) -> None:
    """The cluster has no OpenTelemetry operator, and a rehearsal does not pretend that it had."""
    answer = story["traced"].answer
    assert (story["traced"].code, answer["result"]) == (1, "failed")
    assert 'no matches for kind "Instrumentation"' in str(answer["errors"])


def test_removing_a_worker_touches_no_other_node(story: dict[str, Said]) -> None:
    """Worker 1 goes; worker 2 keeps its name and address; only the last gate runs again."""
    answer = story["smaller"].answer
    assert answer["resources"]["replace"] == 1
    assert ready(answer) == {"dev-control-plane-1": True, "dev-default-2": True}
    assert {n["name"]: n["privateIp"] for n in answer["nodes"]}["dev-default-2"] == "10.0.1.21"


def test_status_shows_what_the_last_up_left(story: dict[str, Said]) -> None:
    """No program runs; nodes and components are as they are."""
    answer = story["status"].answer
    assert answer["resources"]["same"] == 0
    assert ready(answer) == {"dev-control-plane-1": True, "dev-default-2": True}


def test_destroy_leaves_the_simulated_project_empty(story: dict[str, Said]) -> None:
    """Everything is deleted, and the next up begins with nothing."""
    answer = story["destroy"].answer
    assert answer["resources"]["delete"] > 0
    assert answer["nodes"] == []
    assert "36 create" in story["table"].out


def test_the_tables_say_what_a_person_asks_first(story: dict[str, Said]) -> None:
    """Ready or not, the API's address, the verdict of the packs, cost, and what was modelled."""
    text = story["table"].out
    for expected in (
        "dev-default-1",
        "10.0.1.2:6443",
        "Ready",
        "rules",
        "[secret]",
        "107.97 EUR (sample prices of 2026-09-04)",
        "every node and component is Ready",
        "engine: embedded",
    ):
        assert expected in text
    assert story["table"].code == 0


def test_state_lives_in_the_working_directory_only(tmp_path: Path) -> None:
    """A preview leaves `.rehearsal/<stack>` and nothing else."""
    directory = Directory(tmp_path)
    before = {path.name for path in tmp_path.iterdir()}
    directory.sovereign("rehearse", "preview", "--json")
    assert {path.name for path in tmp_path.iterdir()} - before == {".rehearsal"}
