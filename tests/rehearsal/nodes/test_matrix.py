"""One field of the healthy Sovereign changed at a time: the verdict and its reason follow from the
rules."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from rehearsal.nodes.status import ClusterStatus
from tests.rehearsal.nodes.change import Change
from tests.rehearsal.nodes.planned import dev_plan
from tests.rehearsal.nodes.rehearsed import Rehearsed

MATRIX: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "matrix.yaml").read_text(encoding="utf-8")
)


def test_the_healthy_sovereign_is_ready_and_every_step_succeeds() -> None:
    """What the rows are changes of: every step ends well, every node and component is Ready."""
    healthy = Rehearsed(dev_plan()).bring_up()

    assert {step: out.stderr for step, out in healthy.steps.items() if out.exit_code} == {}
    status = healthy.model.status()
    assert status.ready
    assert [node.ready for node in status.nodes] == [True, True, True]
    assert status.warnings == ()
    planned = [part.reference for part in healthy.plan.components]
    properties = ["pod-network", "encryption", "provider-ids"]
    assert sorted(part.name for part in status.components) == sorted([*planned, *properties])


def test_the_matrix_has_at_least_25_rows_of_different_names() -> None:
    """The matrix is what proves the rules; it does not shrink unseen."""
    assert len({row["name"] for row in MATRIX}) == len(MATRIX) >= 25


@pytest.mark.parametrize("row", MATRIX, ids=[row["name"] for row in MATRIX])
def test_one_changed_field_gives_its_verdict_and_reason(row: dict[str, Any]) -> None:
    """First failing step, nodes and components are as the row says, and the gate agrees."""
    rehearsed = Rehearsed(dev_plan(), Change(**row["change"])).bring_up()
    status = rehearsed.model.status()

    assert_first_failure(rehearsed, row.get("step", {}))
    said = next(iter(row.get("step", {}).values()), "")
    assert_nodes(status, {name: part or said for name, part in row.get("nodes", {}).items()})
    assert_components(status, row.get("components"))
    assert row.get("warnings", "") in "\n".join(status.warnings)
    gate = rehearsed.steps["ready"]
    assert (gate.exit_code == 0) == (not row.get("nodes") and _gate_components(status))


def assert_first_failure(rehearsed: Rehearsed, expected: dict[str, str]) -> None:
    """The first step before the gate that failed is the expected one, and says so."""
    failed = {
        step: outcome.stderr
        for step, outcome in rehearsed.steps.items()
        if outcome.exit_code and step != "ready"
    }
    assert next(iter(failed), None) == next(iter(expected), None), failed
    for step, part in expected.items():
        assert part in failed[step]


def assert_nodes(status: ClusterStatus, expected: dict[str, str]) -> None:
    """Exactly the expected nodes are not Ready, each for its reason."""
    not_ready = {node.name: node.reason for node in status.nodes if not node.ready}
    assert set(not_ready) == set(expected), not_ready
    for name, part in expected.items():
        assert part in not_ready[name]


def assert_components(status: ClusterStatus, expected: dict[str, Any] | None) -> None:
    """The expected components are not Ready, with `only` or none expected no other one."""
    reasons = {part.name: part.reason for part in status.components if not part.ready}
    if expected is None:
        return
    parts = {name: part for name, part in expected.items() if name != "only"}
    for name, part in parts.items():
        assert part in reasons.get(name, f"{name} is Ready")
    if "only" in expected or not parts:
        assert set(reasons) == set(parts)


def _gate_components(status: ClusterStatus) -> bool:
    """Whether all components that the gate asks for are Ready."""
    return all(part.ready for part in status.components if "/" in part.name)
