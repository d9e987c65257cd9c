"""The runtime's verdicts against recordings of the real engine, never against its own."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from rehearsal import runtime
from rehearsal.hetzner import serve
from tests.rehearsal.runtime.bridges import EFFECTS, outside
from tests.rehearsal.runtime.recorded import PickySimulator, supported
from tests.rehearsal.runtime.replay import Replay

UNPROVED = Path(runtime.__file__).with_name("unproved.yaml")
ATTEMPTS = {"21": 4}
"""How often a scenario is replayed until nothing differs: in this one the program raises right
after a registration, and on a busy machine Pulumi's SDK may end before it has sent that one."""
SCENARIOS = [f"{number:02}" for number in range(1, 29)]


def unproved() -> dict[str, set[int]]:
    """Scenario → steps that are not compared."""
    found: dict[str, set[int]] = defaultdict(set)
    for entry in yaml.safe_load(UNPROVED.read_text()):
        found[entry["scenario"]] |= set(entry["steps"])
    return found


def recording(reference: Path, scenario: str) -> dict[str, Any]:
    """One recording; skips where it is absent."""
    files = sorted((reference / "engine-3.259" / "scenarios").glob(f"{scenario}-*.json"))
    if not files:
        pytest.skip(f"no recording {scenario} in {reference}/engine-3.259/scenarios")
    found: dict[str, Any] = json.loads(files[0].read_text())
    return found


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_compared_step_ends_as_the_real_engine_recorded_it(
    reference: Path, tmp_path: Path, scenario: str
) -> None:
    """Verdict, operations per resource, differing keys, order and outputs are the recorded ones."""
    recorded = recording(reference, scenario)
    for attempt in range(ATTEMPTS.get(scenario, 1)):
        differences = replayed(recorded, scenario, tmp_path / str(attempt))
        if not differences:
            break
    assert differences == []


def replayed(recorded: dict[str, Any], scenario: str, folder: Path) -> list[str]:
    """Where a replay ends otherwise than the recording."""
    left_out = unproved()[scenario]
    simulator = PickySimulator()
    differences: list[str] = []
    with serve(simulator) as endpoint:
        folder.mkdir()
        replay = Replay(recorded, simulator, endpoint, folder)
        for step in replay.steps():
            if step.number in left_out:
                replay.learn_names(step)
                continue
            if (scenario, step.number) in EFFECTS:
                EFFECTS[scenario, step.number](replay)
            outside(replay, step)
            result = replay.run(step)
            differences += [str(one) for one in replay.compare(step, result)]
    return differences


def test_the_table_of_unproved_steps_names_recorded_steps_and_a_reason(reference: Path) -> None:
    """No step is left out twice, none that does not exist, and every unsupported one is listed."""
    entries = yaml.safe_load(UNPROVED.read_text())
    listed = [(entry["scenario"], step) for entry in entries for step in entry["steps"]]
    assert len(listed) == len(set(listed))
    assert all(len(entry["reason"]) > 10 for entry in entries)
    for scenario in SCENARIOS:
        steps = Replay(recording(reference, scenario), PickySimulator(), "", Path()).steps()
        by_number = {step.number: step for step in steps}
        assert unproved()[scenario] <= set(by_number)
        missing = [n for n, step in by_number.items() if not supported(step)]
        assert set(missing) <= unproved()[scenario]


def test_what_a_recorded_step_did_otherwise_is_noticed(reference: Path, tmp_path: Path) -> None:
    """The comparison itself fails when an operation, a key or an output differs."""
    scenario = recording(reference, "03")
    simulator = PickySimulator()
    with serve(simulator) as endpoint:
        replay = Replay(scenario, simulator, endpoint, tmp_path)
        first, second, *_ = replay.steps()
        result = replay.run(first)
        assert replay.compare(first, result) == []
        found = [str(one) for one in replay.compare(second, result)]
    assert any("recorded but not done" in one for one in found)
    assert any("done but not recorded" in one for one in found)
