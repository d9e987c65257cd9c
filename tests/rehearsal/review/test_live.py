"""The real engine's events as the facts of a review."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pulumi.automation import events

from rehearsal.program import packs_of
from rehearsal.review import live
from rehearsal.review.operations import operations
from rehearsal.runtime.model import Level, Op
from rehearsal.runtime.policy.pack import python_of
from rehearsal.runtime.values import UNKNOWN, UNKNOWN_TEXT, Secret
from tests.configurations import ROOT

SERVER = "urn:pulumi:dev::sovereign::sovereign:index:WorkerPool$hcloud:index/server:Server::one"
ENVELOPE = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


def step(op: str, **metadata: Any) -> events.EngineEvent:
    state: dict[str, Any] = {
        "type": "hcloud:index/server:Server",
        "urn": SERVER,
        "id": "",
        "parent": "",
    }
    state |= {"parent": "", "provider": "", "outputs": {}, "inputs": metadata.pop("inputs", {})}
    found = {"op": op, "urn": SERVER, "type": state["type"], "provider": "", "new": state}
    return events.EngineEvent.from_json({"resourcePreEvent": {"metadata": found | metadata}})


def policy(level: str, message: str, urn: str = SERVER) -> events.EngineEvent:
    said = {"message": message, "policyName": "r", "policyPackName": "network"}
    said |= {"policyPackVersion": "1", "enforcementLevel": level, "resourceUrn": urn}
    return events.EngineEvent.from_json({"policyEvent": said})


def test_steps_carry_keys_and_inputs_without_any_secret() -> None:
    """Unknown and secret values are told apart from text."""
    inputs = {"ip": UNKNOWN_TEXT, "userData": "[secret]", "key": {**ENVELOPE, "ciphertext": "v1:x"}}
    seen = live.heard_preview([step("update", diffs=["serverType"], inputs=inputs)], (), "")
    (found,) = operations(seen.steps)
    assert (found.action, found.keys) == ("update", ("serverType",))
    assert found.inputs["ip"] is UNKNOWN
    assert isinstance(found.inputs["userData"], Secret)
    assert isinstance(found.inputs["key"], Secret)
    assert "v1:x" not in repr(found.inputs["key"].value)


def test_a_replacement_says_what_forces_it() -> None:
    """As `keys` of the engine's event."""
    heard = [
        step("delete-replaced", keys=["image"]),
        step("replace", keys=["image"], diffs=["image"]),
        step("create-replacement", keys=["image"], diffs=["image"]),
    ]
    (found,) = operations(live.heard_preview(heard, (), "").steps)
    assert (found.action, found.replace_keys, found.old_first) == ("replace", ("image",), True)


def test_what_a_policy_says_is_its_last_line() -> None:
    """The description stands above it; `deferred:` is a level of its own."""
    heard = [
        policy("mandatory", "What it prevents.\nfound 3 > 2. Fix: use fewer"),
        policy("advisory", "x\ndeferred: host"),
    ]
    seen = live.heard_preview(heard, (), "policy violations found")
    assert [(one.level, one.message) for one in seen.violations] == [
        (Level.MANDATORY, "found 3 > 2. Fix: use fewer"),
        (Level.DEFERRED, "deferred: host"),
    ]
    assert seen.errors == ()


def test_advice_about_an_unchanged_resource_is_no_fault_of_the_change() -> None:
    """It counts as known."""
    heard = [step("same"), policy("advisory", "x\nold")]
    assert len(live.heard_preview(heard, (), "").known) == 1
    heard = [step("update"), policy("advisory", "x\nnew")]
    assert live.heard_preview(heard, (), "").known == ()


def test_advice_is_the_changes_where_anything_else_changes() -> None:
    """A namespace that stays loses its policy: the rule speaks of what stays."""
    gone = step("delete", urn=SERVER.replace("::one", "::policy"))
    heard = [step("same"), gone, policy("advisory", "x\nnothing closes it")]
    assert live.heard_preview(heard, (), "").known == ()


def test_packs_that_came_with_the_command_are_copied_beside_the_program(tmp_path: Path) -> None:
    """With a Python, and their framework as files; a program's own stay where they are in it."""
    program, workspace = tmp_path / "program", tmp_path / "workspace"
    (program / "policies" / "own").mkdir(parents=True)
    copied = workspace / "program"
    own = live._placed(program / "policies" / "own", program, copied, workspace)
    assert own == copied / "policies" / "own"
    for pack in packs_of(tmp_path):
        placed = live._placed(pack, program, copied, workspace)
        assert python_of(placed).exists()
        assert (placed / "rules" / "framework" / "adapter.py").is_file()


def test_a_failure_without_a_reason_in_the_events_is_said() -> None:
    """An error event is better than the exit code."""
    assert live.heard_preview([], (), "no stack named dev").errors == ("no stack named dev",)
    error = events.EngineEvent.from_json(
        {"diagnosticEvent": {"message": "a\nerror: the reason", "severity": "error", "color": ""}}
    )
    assert live.heard_preview([error], (), "exit 255").errors == ("the reason",)


def test_an_exported_state_is_what_was_there_before() -> None:
    """Without what is only waiting to be deleted."""
    state = {
        "resources": [
            {"urn": SERVER, "inputs": {"serverType": "cpx32", "userData": ENVELOPE}},
            {"urn": SERVER, "delete": True},
            {"urn": "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev"},
        ]
    }
    found = live.recorded(state)
    assert [one.name for one in found] == ["one", "p-dev"]
    assert found[0].inputs["serverType"] == "cpx32"


def test_every_word_for_an_operation_is_known() -> None:
    """The engine has more than the runtime carries out."""
    known = {op.value for op in Op}
    assert {op.value for op in events.OpType} - known <= set(live.OTHER_OPS)


OPERATOR = """
import os, subprocess, sys
from pathlib import Path
from rehearsal.hetzner import HetznerSimulator, HetznerState, serve
here = Path(sys.argv[1])
simulator = HetznerSimulator(HetznerState())
with serve(simulator) as endpoint:
    environment = {**os.environ, "HCLOUD_ENDPOINT": endpoint, "HCLOUD_TOKEN": "hunted" + "0" * 58}
    def run(*command):
        return subprocess.run(command, env=environment, cwd=here / "program", capture_output=True,
                              text=True, stdin=subprocess.DEVNULL)
    made = run("pulumi", "stack", "init", "dev")
    assert made.returncode == 0, made.stderr
    seed = "hunted-seed-0123456789-0123456789-0123456789"
    run("pulumi", "config", "set", "--secret", "sovereign:seed", seed)
    run("pulumi", "config", "set", "--path", "sovereign:operatorCidrs[0]", "203.0.113.0/24")
    done = run(sys.executable, "-c", "from sovereign.cli import main; main()",
               "review", "--live", "--output", str(here / "review.md"))
    print(done.returncode, done.stderr)
    assert set(simulator.counts()) <= {"GET"}, simulator.counts()
"""


@pytest.mark.skipif(
    not (shutil.which("pulumi") and shutil.which("unshare")),
    reason="the real engine, `pulumi`, is not on PATH (or unshare)",
)
def test_the_real_engine_reviews_a_stack_in_a_network_without_a_way_out(tmp_path: Path) -> None:
    """Everything is new, nothing is written to the cloud, no secret is in the comment."""
    program = tmp_path / "program"
    program.mkdir()
    for name in ("__main__.py", "Pulumi.yaml", "Pulumi.dev.yaml"):
        shutil.copy(ROOT / name, program / name)
    for name in ("sovereign", "policies"):
        shutil.copytree(ROOT / name, program / name, symlinks=True)
    (program / ".venv").symlink_to(Path(sys.prefix).resolve())
    (tmp_path / "state").mkdir()
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": "hunted-passphrase",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }
    inside = 'ip link set lo up && exec "$0" -c "$1" "$2"'
    command = ["unshare", "-rn", "sh", "-c", inside, sys.executable, OPERATOR, str(tmp_path)]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.stdout.startswith("0 "), done.stdout + done.stderr
    text = (tmp_path / "review.md").read_text(encoding="utf-8")
    assert "Compared with the state of stack `dev`" in text
    assert "36 create" in text
    assert "`dev-control-plane-1` | new" in text
    assert "hunted" not in text
