"""What the real provider was seen to send gets the answers that it was seen to get."""

from pathlib import Path
from typing import Any

import yaml

from tests.rehearsal.hetzner.recordings import Difference, Replay, scenarios

EXCEPTIONS = Path(__file__).with_name("recordings_exceptions.yaml")
RECORDED_CALLS = 900
"""Fewer would mean that the replay skips some of the about 970 there are."""


def _differences(reference: Path) -> tuple[list[Difference], int]:
    found: list[Difference] = []
    calls = 0
    for name, steps in scenarios(reference):
        replay = Replay(name)
        for step in steps:
            found += replay.step(step)
        calls += replay.calls
    return found, calls


def _described(difference: Difference) -> dict[str, Any]:
    return {
        "scenario": difference.scenario,
        "step": difference.step,
        "call": f"{difference.method} {difference.path}",
        "recorded": _outcome(*difference.recorded),
        "simulated": _outcome(*difference.simulated),
    }


def _outcome(status: int | None, code: str | None) -> int | str | None:
    return f"{status} {code}" if code else status


def test_the_recorded_calls_get_the_recorded_answers(reference: Path) -> None:
    """Status and error code of every call are equal, but for the committed exceptions."""
    found, calls = _differences(reference)
    described = [_described(difference) for difference in found]
    unique = [entry for n, entry in enumerate(described) if entry not in described[:n]]
    expected = yaml.safe_load(EXCEPTIONS.read_text(encoding="utf-8"))
    assert all(entry.pop("reason") for entry in expected)
    assert unique == expected
    assert calls > RECORDED_CALLS


def test_a_server_that_could_not_be_attached_is_there_without_a_network(reference: Path) -> None:
    """Scenario 28 shows the servers as the recorded API held them after each step."""
    steps = next(steps for name, steps in scenarios(reference) if name == "28-partial-create")
    replay = Replay("28-partial-create")
    for step in steps:
        list(replay.step(step))
        ours = [
            {
                "name": record.name,
                "server_type": record.server_type,
                "private_net": [attachment.ip for attachment in record.attachments],
                "labels": record.labels,
            }
            for record in replay.simulator.servers()
        ]
        theirs = [{key: server[key] for key in ours[0]} for server in step["api_servers_after"]]
        assert ours == theirs, step["title"]
