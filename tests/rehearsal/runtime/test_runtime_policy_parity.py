"""What policy packs say under this runtime against recordings of the real engine."""

import json
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rehearsal.hetzner import serve
from rehearsal.runtime import Command, Level, Result
from tests.rehearsal.runtime.recorded import PickySimulator, RecordedStep
from tests.rehearsal.runtime.replay import Replay

STACK = "dev"


@pytest.fixture
def replay(reference: Path, tmp_path: Path) -> Iterator[Replay]:
    """The recorded policy scenario with its own pack."""
    folder = reference / "engine-3.259" / "policy"
    if not folder.is_dir():
        pytest.skip(f"no policy recordings: {folder}")
    pack = tmp_path / "policy"
    shutil.copytree(folder, pack, ignore=shutil.ignore_patterns("*.json", "*.md"))
    pack.chmod(0o755)
    manifest = pack / "PulumiPolicy.yaml"
    manifest.chmod(0o644)
    text = manifest.read_text().replace("virtualenv: venv", f"virtualenv: {sys.prefix}")
    manifest.write_text(text)
    rules = pack / "__main__.py"
    rules.chmod(0o644)
    rules.write_text(_with_addresses_of_the_simulator(rules.read_text()))
    recording = json.loads((folder / "recordings.json").read_text())
    recording.setdefault("stack", STACK)
    simulator = PickySimulator()
    with serve(simulator) as endpoint:
        yield Replay(recording, simulator, endpoint, tmp_path)


def _with_addresses_of_the_simulator(rules: str) -> str:
    """The recording's API gave out 127.x.x.x, the simulator gives out 198.51.100.x."""
    found = rules.replace('startswith("127.")', 'startswith("198.51.100.")')
    found = found.replace("{r.props['ipv4Address'].split('.')[0]}.x.x.x", "127.x.x.x")
    assert "198.51.100." in found
    assert ".split('.')[0]" not in found
    return found


def spoken(step: RecordedStep) -> Counter[tuple[str, ...]]:
    """What the packs said, as the recording has it."""
    found: Counter[tuple[str, ...]] = Counter()
    for event in step.data.get("policy_events") or ():
        if event["event"] == "remediation":
            found[event["policyName"], event["resourceUrn"], "remediated"] += 1
        else:
            message = event["message"].rstrip("\n")
            key = event["policyName"], event["resourceUrn"], event["enforcementLevel"], message
            found[key] += 1
    return found


def said(result: Result) -> Counter[tuple[str, ...]]:
    """The same here."""
    found: Counter[tuple[str, ...]] = Counter()
    for one in result.violations:
        if one.level is Level.REMEDIATED:
            found[one.policy, one.urn, "remediated"] += 1
        else:
            text = f"{one.description}\n{one.message}" if one.description else one.message
            found[one.policy, one.urn, one.level.value, text.rstrip("\n")] += 1
    return found


def write_config(replay: Replay, document: Any) -> None:
    path = replay.folder / "policy" / f"config.{STACK}.json"
    path.unlink(missing_ok=True)
    if document is not None:
        path.write_text(json.dumps(document))


def test_packs_judge_every_step_as_the_real_engine_recorded_it(replay: Replay) -> None:
    """Messages, levels and remediations are the recorded ones; an `up` stops at a mandatory rule.

    One verdict is stricter on purpose: a rule that "can't run" fails the run here.
    """
    differences: list[tuple[int, list[object]]] = []
    for step in replay.steps():
        write_config(replay, step.data.get("policy_pack_config"))
        packs = () if step.command is Command.DESTROY else (replay.folder / "policy",)
        result = replay.run(step, policy_packs=packs)
        recorded, ours = regardless_of_order(spoken(step)), regardless_of_order(said(result))
        stopped = step.failed and step.command is Command.UP and "max-servers" not in str(recorded)
        if stopped:
            recorded, ours = mandatory(recorded), mandatory(ours)
        if recorded != ours:
            differences.append((step.number, [*(recorded - ours), *(ours - recorded)]))
        unevaluated = any("can't run policy" in str(key) for key in recorded)
        if result.succeeded is (step.failed or unevaluated):
            differences.append((step.number, [result.errors]))
        if not step.failed:
            differences += [(step.number, [str(one)]) for one in operations(replay, step, result)]
    assert differences == []


def regardless_of_order(found: Counter[tuple[str, ...]]) -> Counter[tuple[str, ...]]:
    """What a stack rule says depends on the order of resources, which is chance, in two cases.

    It stops at the first unknown value, and "too many" is reported for the last server.
    """
    stopped = {key[0] for key in found if "can't run policy" in key[-1]}
    result: Counter[tuple[str, ...]] = Counter()
    for key, count in found.items():
        if key[0] in stopped and "can't run policy" not in key[-1]:
            continue
        result[(key[0], "", *key[2:]) if key[0] == "max-servers" else key] += count
    return result


def mandatory(found: Counter[tuple[str, ...]]) -> Counter[tuple[str, ...]]:
    """The names of the mandatory rules that spoke: which resource came first is chance."""
    return Counter({(key[0],): 1 for key in found if "mandatory" in key})


def operations(replay: Replay, step: RecordedStep, result: Result) -> list[str]:
    return [
        str(one)
        for one in replay.compare(step, result)
        if "recorded exit" not in one.what and "outputs" not in one.what
    ]


def test_a_mandatory_rule_keeps_an_up_from_sending_anything(replay: Replay) -> None:
    """Recording, step 9: nothing reaches the API once a mandatory rule objects to a new server."""
    steps = {step.number: step for step in replay.steps()}
    write_config(replay, None)
    result = replay.run(steps[9], policy_packs=(replay.folder / "policy",))
    assert result.refused
    assert not replay.simulator.servers()
    assert any("server-type" in error for error in result.errors)


def test_a_pack_summary_counts_rules_at_work_and_those_that_looked_at_something(
    replay: Replay,
) -> None:
    """Of eight rules one is disabled in the pack; what looked at nothing is not counted."""
    steps = {step.number: step for step in replay.steps()}
    write_config(replay, None)
    replay.run(steps[2], policy_packs=(replay.folder / "policy",))
    result = replay.run(steps[3], policy_packs=(replay.folder / "policy",))
    (summary,) = result.packs
    assert (summary.name, summary.version) == ("demo", "1.2.0")
    assert (summary.rules, summary.evaluated, summary.deferred) == (7, 7, 0)


def test_a_pack_without_its_environment_is_refused_before_anything_starts(replay: Replay) -> None:
    """The real engine hangs for ever there; here one sentence names the missing directory."""
    manifest = replay.folder / "policy" / "PulumiPolicy.yaml"
    manifest.write_text(manifest.read_text().replace(sys.prefix, "absent"))
    step = next(replay.steps())
    result = replay.run(step, policy_packs=(replay.folder / "policy",))
    assert result.refused
    assert result.steps == ()
    assert "absent" in result.errors[0]
    assert "make setup" in result.errors[0]
