"""The packs under the real engine, where `pulumi` is on PATH: a program that is not ours, and the
audit of a state, with the verdicts of the embedded runtime.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from rehearsal import engine, isolation
from rehearsal.program import Program
from rehearsal.runtime import Command
from sovereign.cli import stack_file
from tests.configurations import ROOT
from tests.policies.registrations import Registrations, edited
from tests.policies.runs import bench, saved
from tests.policies.test_plain_program import FAULTS, PROGRAM
from tests.policies.wire import POLICIES, running

pytestmark = pytest.mark.skipif(
    not shutil.which("pulumi"), reason="the real engine, `pulumi`, is not on PATH"
)


@pytest.mark.parametrize("faults", ["", " ".join(FAULTS)])
def test_both_judge_a_program_that_is_not_ours_alike(tmp_path: Path, faults: str) -> None:
    """Pack, policy, level and resource of every finding in a first preview."""
    directory = tmp_path / "plain"
    shutil.copytree(PROGRAM, directory)
    shutil.copytree(POLICIES, directory / "policies", symlinks=True)
    config = {"plain:faults": faults}
    with bench(directory, "plain", config, (), tmp_path / "backend") as made:
        embedded = made.run(Command.PREVIEW)
        real = engine.preview(
            Program(directory, "plain", config, ()),
            stack="dev",
            workspace=tmp_path / "engine",
            endpoint=made.endpoint,
            packs=[POLICIES / "encryption", POLICIES / "network"],
            virtualenv=ROOT / ".venv",
        )

    theirs = {(p["pack"], p["policy"], p["level"], p["urn"]) for p in real.policies}
    ours = {(v.pack, v.policy, v.level.value, v.urn) for v in embedded.violations}
    assert ours == theirs
    expected = set().union(*(FAULTS[each] for each in faults.split()))
    assert {policy for _, policy, _, _ in ours} == expected
    assert real.succeeded is not bool(faults)


def opened(state: Registrations) -> None:
    """A firewall that somebody opened, and the incident."""
    for each in state.values():
        if each.type.endswith(":Firewall"):
            each.inputs["rules"][0]["sourceIps"] = ["0.0.0.0/0"]
        if each.name == "dev-cilium" and each.type.endswith(":Release"):
            each.inputs["values"]["k8sServiceHost"] = "127.0.0.1"


@pytest.mark.parametrize("broken", [False, True])
def test_both_audit_a_state_alike(tmp_path: Path, broken: bool) -> None:
    """`pulumi policy analyze` of what an `up` left behind, without the passphrase."""
    file = stack_file.read(ROOT, "dev", []).with_defaults(isolation.DEFAULTS)
    secrets = ("sovereign:seed",)
    with bench(ROOT, file.project, file.engine_config(), secrets, tmp_path / "backend") as made:
        made.run(Command.UP)
        deployment = made.deployment
    state = edited(saved(deployment), opened if broken else lambda _: None)
    for resource in deployment["deployment"]["resources"]:
        if resource["type"].endswith((":Firewall", ":Release")):
            resource["inputs"] = state[resource["urn"]].inputs
    exported = tmp_path / "state.json"
    exported.write_text(json.dumps(deployment), encoding="utf-8")

    with running("encryption") as encryption, running("network") as network:
        ours = {
            (each.policy, each.level, each.message.splitlines()[-1])
            for pack in (encryption, network)
            for each in pack.judge(state).findings
        }
    assert {policy for policy, level, _ in ours if level == "mandatory"} == (
        {"world-open-ports", "api-server-address"} if broken else set()
    )
    code, theirs = analyzed(exported, tmp_path)
    assert code == (1 if broken else 0)
    assert theirs == ours


def analyzed(exported: Path, home: Path) -> tuple[int, set[tuple[str, str, str]]]:
    """Exit code, and policy, level and last line of each finding."""
    copied = home / "repository"
    shutil.copytree(POLICIES, copied / "policies", symlinks=True)
    (copied / ".venv").symlink_to(ROOT / ".venv")
    command = ["pulumi", "policy", "analyze", "--json", "--non-interactive", "--file", exported]
    for pack in ("encryption", "network"):
        command += ["--policy-pack", copied / "policies" / pack]
        command += ["--policy-pack-config", copied / "policies" / pack / "config.dev.json"]
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith("PULUMI_CONFIG")
    }
    environment |= {"PULUMI_HOME": str(home / "home"), "PULUMI_SKIP_UPDATE_CHECK": "true"}
    run = subprocess.run(
        [str(word) for word in command],
        cwd=copied,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return run.returncode, {_finding(event) for event in _policy_events(run.stdout)}


def _policy_events(printed: str) -> list[dict[str, Any]]:
    events = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
    return [event["policyEvent"] for event in events if "policyEvent" in event]


def _finding(event: dict[str, Any]) -> tuple[str, str, str]:
    last = event["message"].strip().splitlines()[-1]
    return event["policyName"], event["enforcementLevel"], last
