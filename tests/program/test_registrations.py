"""What the program registers, scenario by scenario, as committed JSON."""

from pathlib import Path
from typing import Any

import pytest

from tests import configurations
from tests.configurations import dev
from tests.conftest import Golden
from tests.program.rendering import render, secret_values, unmasked
from tests.recording import record

GOLDEN = Path(__file__).parent / "golden"

SCENARIOS: dict[str, dict[str, Any]] = {
    "dev": {"cluster": dev()},
    "single-node": {"cluster": dev(pools={})},
    "highly-available": {"cluster": configurations.HIGHLY_AVAILABLE},
    "node-local": {"cluster": dev(apiServerAddress="node-local")},
    "first-preview": {"cluster": dev(), "preview": True},
    "protected": {"cluster": dev(protect=True)},
    "no-operators": {"cluster": dev(), "operators": []},
}
RESOURCES = {
    "dev": 35,
    "single-node": 27,
    "highly-available": 41,
    "node-local": 35,
    "first-preview": 35,
    "protected": 35,
    "no-operators": 35,
}
"""How many resources each scenario has (the stack itself apart): a run cut short shows here."""


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_registers_exactly_its_golden_resources(scenario: str, golden: Golden) -> None:
    """Every input and option of every resource is as committed, and no secret stands in the
    file."""
    settings = SCENARIOS[scenario]
    plan = configurations.plan(settings["cluster"], settings.get("operators", ["203.0.113.0/24"]))
    recording = record(**settings)
    rendered = render(recording, plan)
    assert unmasked(rendered, secret_values(plan)) == []
    golden(GOLDEN / f"{scenario}.json", rendered)
    assert len(recording.registrations) == RESOURCES[scenario]


def test_no_golden_file_is_left_over() -> None:
    """Each file belongs to a scenario."""
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(SCENARIOS)
