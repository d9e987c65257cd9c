"""The catalogue of faults, with sockets: each ends as in the node model, and is cured."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from rehearsal import breaks
from rehearsal.isolation import LAB_SETTINGS
from rehearsal.lab.build import Built
from tests.rehearsal.command.rehearsed import ROOT, Directory

CURED = Path(__file__).with_name("cured.py")
LIMITS = ("gates.joinS=30", "gates.apiS=30", "gates.readyS=40")
"""Long enough for what works, short enough to wait for what does not."""
INCIDENT = "api-host-loopback"
ONE_WORKER = "pools.default.ids=[1]"
"""Enough for every fault but the incident, which is told of two."""
LIMIT_S = 900
NAMES = [one.name for one in breaks.CATALOGUE]
HARMLESS = ("nic-late",)
"""Breaks that a bring-up survives."""
REFUSED = "dial tcp 127.0.0.1:6443: connect: connection refused"
WORKERS = ("dev-default-1", "dev-default-2")
SCHEMA = json.loads((ROOT / "docs" / "rehearsal.schema.json").read_text(encoding="utf-8"))
_SUM = re.compile(r"[0-9a-f]{64}")
_WORKER = re.compile(r"dev-default-\d")
Answer = dict[str, Any]


@dataclass
class Ended:
    """How one fault ended."""

    broken: Answer
    cured: Answer
    """The second run in the same lab, with the fault gone."""
    model: Answer
    """The node model's answer to the broken run."""


@dataclass
class Labs:
    """A directory in which every fault is run once, whichever test asks first."""

    directory: Directory
    ended: dict[str, Ended | str] = field(default_factory=dict)
    """A sentence where a run did not even end."""

    def of(self, name: str) -> Ended:
        """How the fault of that name ended."""
        if name not in self.ended:
            self.ended[name] = self._run(name)
        found = self.ended[name]
        assert isinstance(found, Ended), found
        return found

    def _run(self, name: str) -> Ended | str:
        settings = LIMITS if name == INCIDENT else (*LIMITS, ONE_WORKER)
        words = [word for setting in settings for word in ("--set", setting)]
        wanted = ("rehearse", "up", "--json", "--break", name, *words)
        file = self.directory.path / f"{name}.json"
        command = (sys.executable, str(CURED), str(file), *wanted, "--lab")
        try:
            lab = self.directory.run(*command, limit_s=LIMIT_S)
        except subprocess.TimeoutExpired as late:
            return f"no end after {late.timeout:.0f} s: {late.stderr!r}"
        if not file.is_file() or not lab.out:
            return lab.err[-3000:]
        broken = json.loads(file.read_text(encoding="utf-8"))
        model = self.directory.sovereign(*wanted, "--set", *LAB_SETTINGS)
        return Ended(broken, lab.answer, model.answer)


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory, built: Built) -> Iterator[Labs]:
    """Labs that stand as long as their run; what one that hangs leaves is taken down."""
    del built
    directory = Directory(tmp_path_factory.mktemp("breaks"), {"PYTHONPATH": str(ROOT)})
    yield Labs(directory)
    directory.sovereign("lab", "down")


def nodes(answer: Answer) -> dict[str, tuple[bool | None, str]]:
    """Name -> ready and why not. Sums of files differ: the model sees no file."""
    return {
        one["name"]: (one["ready"], _SUM.sub("<sum>", one["reason"])) for one in answer["nodes"]
    }


def components(answer: Answer) -> dict[str, tuple[bool | None, list[str]]]:
    """The same for components. Which worker registers first, and so gets a pod, is chance."""
    return {
        one["name"]: (one["ready"], sorted(_WORKER.sub("<worker>", one["reason"]).split("; ")))
        for one in answer["components"]
    }


@pytest.mark.parametrize("name", NAMES)
def test_lab_and_node_model_agree_on_every_break(labs: Labs, name: str) -> None:
    """The same verdict on every node and component, for the same reason, in the same words."""
    ended = labs.of(name)

    assert ended.broken["result"] == ended.model["result"]
    assert nodes(ended.broken) == nodes(ended.model)
    assert components(ended.broken) == components(ended.model)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_lab_without_the_break_is_cured(labs: Labs, name: str) -> None:
    """A second run converges on the hosts as the first one left them."""
    cured = labs.of(name).cured

    jsonschema.validate(cured, SCHEMA)
    assert cured["result"] == "succeeded", cured["errors"]
    assert all(node["ready"] for node in cured["nodes"])
    assert all(node["apiPath"]["connected"] for node in cured["nodes"])


@pytest.mark.parametrize("name", [name for name in NAMES if name not in HARMLESS])
def test_a_break_fails_the_run_and_says_why(labs: Labs, name: str) -> None:
    """Every node that is not Ready has a reason."""
    broken = labs.of(name).broken

    jsonschema.validate(broken, SCHEMA)
    assert broken["result"] == "failed"
    assert all(node["reason"] for node in broken["nodes"] if not node["ready"])


def test_the_incident_with_sockets(labs: Labs) -> None:
    """Both workers are refused on their own loopback, and the control plane is not."""
    nodes = {node["name"]: node for node in labs.of(INCIDENT).broken["nodes"]}

    server = nodes["dev-control-plane-1"]
    assert (server["ready"], server["apiPath"]["connected"]) == (True, True)
    for name in WORKERS:
        assert (nodes[name]["ready"], nodes[name]["reason"]) == (False, REFUSED)
        assert nodes[name]["apiPath"] == {
            "address": "127.0.0.1:6443",
            "connected": False,
            "error": REFUSED,
        }


def test_without_workers_the_incident_is_harmless(labs: Labs) -> None:
    """On a k3s server localhost does answer: the fault hides until the first worker."""
    wanted = ("rehearse", "up", "--lab", "--json", "--break", INCIDENT)
    said = labs.directory.sovereign(*wanted, "--set", "pools={}")

    assert (said.code, said.answer["result"]) == (0, "succeeded"), said.answer["errors"]
    assert [node["apiAddress"] for node in said.answer["nodes"]] == ["127.0.0.1:6443"]


def test_a_late_interface_is_waited_for_by_the_boot(labs: Labs) -> None:
    """20 s late: cloud-init waits, and the first run succeeds."""
    broken = labs.of("nic-late").broken

    assert broken["result"] == "succeeded", broken["errors"]
    assert {node["cloudInit"]["status"] for node in broken["nodes"]} == {"done"}


def test_a_damaged_binary_is_a_failed_boot_of_every_host(labs: Labs) -> None:
    """cloud-init's own result says error, with the sentence that names both sums."""
    for node in labs.of("k3s-checksum").broken["nodes"]:
        assert node["cloudInit"]["status"] == "error"
        assert "so it is not installed" in node["cloudInit"]["errors"][-1]
