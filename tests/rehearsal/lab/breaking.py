"""Faults of the catalogue in the lab, each run once, and what every one of them must show.

Two test files share this, so that two labs can stand at a time: faults of the network, and faults
of what arrives and who may join.
"""

import json
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema

from rehearsal.isolation import LAB_SETTINGS
from tests.rehearsal.command.rehearsed import ROOT, Directory
from tests.rehearsal.lab.cured import BOOTS

CURED = Path(__file__).with_name("cured.py")
LIMITS = ("gates.joinS=30", "gates.apiS=30", "gates.readyS=40")
"""Long enough for what works, short enough to wait for what does not."""
INCIDENT = "api-host-loopback"
ONE_WORKER = "pools.default.ids=[1]"
"""Enough for every fault but the incident, which is told of two."""
LIMIT_S = 900
OF_THE_NETWORK = ("api-host-loopback", "mtu-1500", "ipam-overlap", "nic-late")
OF_THE_JOIN = (
    "wrong-agent-token",
    "firewall-closed-6443",
    "k3s-checksum",
    "host-key-changed",
    "no-cloud-controller",
)
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
    boots: dict[str, float]
    """Node -> seconds that its first boot took in the broken run."""


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
        boots = json.loads(file.with_suffix(BOOTS).read_text(encoding="utf-8"))
        return Ended(broken, lab.answer, model.answer, boots)


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


def must_agree(ended: Ended) -> None:
    """Lab and node model: the same verdict on every node and component, for the same reason."""
    assert ended.broken["result"] == ended.model["result"]
    assert nodes(ended.broken) == nodes(ended.model)
    assert components(ended.broken) == components(ended.model)


def must_be_cured(ended: Ended) -> None:
    """A second run converges on the hosts as the first one left them."""
    cured = ended.cured
    jsonschema.validate(cured, SCHEMA)
    assert cured["result"] == "succeeded", cured["errors"]
    assert all(node["ready"] for node in cured["nodes"])
    assert all(node["apiPath"]["connected"] for node in cured["nodes"])


def must_say_why(ended: Ended) -> None:
    """The run fails, and every node that is not Ready has a reason."""
    jsonschema.validate(ended.broken, SCHEMA)
    assert ended.broken["result"] == "failed"
    assert all(node["reason"] for node in ended.broken["nodes"] if not node["ready"])
