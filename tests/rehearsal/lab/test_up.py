"""The dev Sovereign in the lab, from an empty directory to nothing left."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import jsonschema
import pytest

from rehearsal.lab import leaks
from rehearsal.lab.build import Built
from tests.rehearsal.command.rehearsed import ROOT, Directory, Said
from tests.rehearsal.lab.leaks import fabric_of, left, take_down

SCHEMA = json.loads((ROOT / "docs" / "rehearsal.schema.json").read_text(encoding="utf-8"))
COUNTED = ROOT / "tests" / "rehearsal" / "command" / "counted.sh"
OUTSIDE = ("unshare", "--net", "sh", str(COUNTED))
"""Runs a command on a machine of which everything that leaves it is counted."""
NODES = ("dev-control-plane-1", "dev-default-1", "dev-default-2")


@dataclass
class Story:
    """One life of a lab, each command after the other."""

    said: dict[str, Said]
    left: list[str]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, built: Built) -> Iterator[Story]:
    """Up, up again, looked at, destroyed."""
    del built
    temporary = tmp_path_factory.mktemp("temporary")
    directory = Directory(tmp_path_factory.mktemp("up"), {"TMPDIR": str(temporary)})
    run = partial(directory.sovereign, prefix=OUTSIDE)
    try:
        said = {
            "up": run("rehearse", "up", "--lab", "--keep", "--json"),
            "again": run("rehearse", "up", "--lab", "--json"),
            "status": run("lab", "status", "--json"),
            "ssh": run("lab", "ssh", NODES[1], "--", "uname -n; exit 7"),
            "kubectl": run("lab", "kubectl", "get", "nodes", "--output=name"),
        }
        known = leaks.networks(fabric_of(directory.path))
        said["destroy"] = run("rehearse", "destroy", "--lab", "--json")
        yield Story(said, left(directory.path, temporary, known))
    finally:
        take_down(directory)


def answer(story: Story, step: str) -> dict[str, Any]:
    """The JSON answer of a step, which succeeded."""
    said = story.said[step]
    jsonschema.validate(said.answer, SCHEMA)
    assert (said.code, said.answer["result"]) == (0, "succeeded"), said.answer["errors"]
    return said.answer


def test_up_ends_with_every_node_and_component_ready(story: Story) -> None:
    """Three hosts, one control plane; the network between pods and its encryption are proved."""
    up = answer(story, "up")

    assert [(node["name"], node["ready"]) for node in up["nodes"]] == [(n, True) for n in NODES]
    parts = {part["name"]: part["ready"] for part in up["components"]}
    assert {"Cilium", "Cloud controller manager", "pod-network", "encryption"} <= set(parts)
    assert set(parts.values()) == {True}
    assert up["resources"]["create"] == 36


def test_every_node_tells_of_its_boot_and_its_way_to_the_api(story: Story) -> None:
    """cloud-init's own result, and a TLS connection opened from that very host."""
    for node in answer(story, "up")["nodes"]:
        assert node["cloudInit"] == {"status": "done", "errors": []}
        assert node["apiPath"] == {"address": "10.0.1.2:6443", "connected": True, "error": ""}


def test_the_answer_says_what_was_real(story: Story) -> None:
    """And what was not."""
    reality = answer(story, "up")["reality"]

    assert "real cloud-init" in reality["nodes"]
    assert "real kube-apiserver" in reality["kubernetes"]
    assert "Cilium and the cloud controller are stand-ins" in reality["kubernetes"]


def test_a_second_up_finds_the_lab_and_changes_nothing(story: Story) -> None:
    """The lab was kept, so it is not taken down by a command that did not ask for that."""
    again = answer(story, "again")

    assert again["resources"] == {"create": 0, "update": 0, "replace": 0, "delete": 0, "same": 36}
    assert {again["apiCalls"][method] for method in ("POST", "PUT", "DELETE")} == {0}
    assert all(node["ready"] for node in answer(story, "status")["nodes"])
    assert [answer(story, step)["lab"] for step in ("up", "again", "status")] == ["stands"] * 3


def test_a_shell_on_a_node_is_had_with_the_programs_key(story: Story) -> None:
    """On that host, by its pinned key; the exit code is the command's."""
    assert (story.said["ssh"].out, story.said["ssh"].code) == (f"{NODES[1]}\n", 7)


def test_kubectl_speaks_to_the_labs_cluster(story: Story) -> None:
    """From where the operator is."""
    assert sorted(story.said["kubectl"].out.split()) == [f"node/{name}" for name in NODES]


def test_destroy_leaves_nothing_on_the_machine(story: Story) -> None:
    """No namespace, process, mount or file; the project is empty."""
    assert answer(story, "destroy")["nodes"] == []
    assert answer(story, "destroy")["lab"] == "taken down"
    assert story.left == []


@pytest.mark.parametrize("step", ["up", "again", "status", "ssh", "kubectl", "destroy"])
def test_no_packet_leaves_the_machine(story: Story, step: str) -> None:
    """Not one, whatever its address: each command ran where a way out is counted (that the count
    can fail is tested in `tests/rehearsal/command/test_isolation.py`).
    """
    assert story.said[step].err.splitlines()[-1] == "packets that left: 0"
