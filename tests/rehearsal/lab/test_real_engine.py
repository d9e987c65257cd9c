"""The real engine in the lab, dry: what the tour asks of `pulumi`, with which addresses, how it
ends, and to which engine a lab belongs."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rehearsal import isolation
from rehearsal.lab import engine
from rehearsal.report import Report
from tests.rehearsal.lab.dry_engine import DryLab, StandIn, dry_lab, flags, on_path, rules

WHATS = [step.what for step in engine.TOUR]


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """A stand-in of its own."""
    return on_path(tmp_path / "engine", monkeypatch)


@dataclass(frozen=True)
class Tour:
    """One tour, taken to its end."""

    lab: DryLab
    report: Report
    calls: list[dict[str, Any]]
    operations: list[dict[str, Any]]


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tour]:
    """A tour with nothing wrong."""
    folder = tmp_path_factory.mktemp("tour")
    with pytest.MonkeyPatch.context() as environment, dry_lab(folder / "lab") as lab:
        pulumi = on_path(folder / "engine", environment)
        yield Tour(lab, lab.carry_out(), pulumi.calls(), pulumi.operations())


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[DryLab]:
    """A lab without hosts, to be brought up by the real engine."""
    with dry_lab(tmp_path / "lab") as opened:
        yield opened


def test_the_tour_takes_its_steps_in_order_and_leaves_nothing(tour: Tour) -> None:
    """Made, left alone, a worker more, one fewer, refreshed, destroyed; each step adds to the
    answer."""
    report, made, lab = tour.report, tour.operations, tour.lab
    assert (report.result, rules(report)) == ("succeeded", [])
    assert [call["words"][0] for call in made] == ["up", "up", "up", "up", "refresh", "destroy"]
    apply, unchanged = ["--yes", "--skip-preview"], "--expect-no-changes"
    assert [flags(call) for call in made] == [
        apply,
        [*apply, unchanged],
        apply,
        apply,
        [*apply, unchanged],
        apply,
    ]
    pools = [call["config"]["sovereign:cluster"]["pools"]["default"]["ids"] for call in made]
    assert pools == [[1, 2], [1, 2], [1, 2, 3], [1, 2], [1, 2], [1, 2]]
    assert report.resources == {"create": 4, "update": 0, "replace": 0, "delete": 4, "same": 12}
    assert [node.name for node in report.nodes] == [node.name for node in lab.order.plan.nodes]
    assert all(node.ready for node in report.nodes)
    assert [pack["name"] for pack in report.policyPacks] == ["encryption", "network"]
    assert lab.simulator.is_empty()


def test_every_call_meets_the_lab_and_nothing_of_the_callers(tour: Tour) -> None:
    """Endpoint, token, state and mirror are the lab's; no plugin is fetched, the ones that are
    there are found; the seed is in no file."""
    calls, lab = tour.calls, tour.lab
    assert len(calls) == 18  # the stack, its secret and the operation, six times
    backend = f"file://{lab.workspace.engine / 'state'}"
    for call in calls:
        assert call["environment"] == {
            "HCLOUD_ENDPOINT": lab.endpoint,
            "HCLOUD_TOKEN": isolation.TOKEN,
            "PULUMI_BACKEND_URL": backend,
            "PULUMI_CONFIG_PASSPHRASE": isolation.PASSPHRASE,
            "PULUMI_DEBUG_COMMANDS": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_HOME": str(lab.order.root.parent / "engine" / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }
        assert call["directory"] == str(lab.workspace.engine / "program")
        assert call["config"]["sovereign:artifactMirror"] == "http://198.18.0.1"
        assert "sovereign:seed" not in call["config"]
        assert call["words"][-5:] == ["--stack", "dev", "--non-interactive", "--color", "never"]
    assert [call["words"][:3] for call in calls[:2]] == [
        ["stack", "select", "--create"],
        ["config", "set", "--secret"],
    ]


def test_policies_judge_what_is_brought_up(tour: Tour) -> None:
    """Neither a refresh nor a destroy brings anything up."""
    packs = [call["words"].count("--policy-pack") for call in tour.operations]
    assert packs == [2, 2, 2, 2, 0, 0]


@pytest.mark.parametrize("failing", [1, 3, 5])
def test_a_step_that_fails_ends_the_tour_with_its_sentence(
    pulumi: StandIn, lab: DryLab, failing: int
) -> None:
    """No later step is taken; the nodes are shown as they are."""
    pulumi.wish(fail_at=failing, says="error: it did not work")
    report = lab.carry_out()
    assert report.result == "failed"
    assert rules(report) == [f"{WHATS[failing - 1]}: error: it did not work"]
    assert len(pulumi.operations()) == failing


def test_an_engine_that_fails_without_a_word_has_failed(pulumi: StandIn, lab: DryLab) -> None:
    """The exit code counts."""
    pulumi.wish(fail_at=1)
    assert rules(lab.carry_out()) == ["up: no output"]


def test_what_a_policy_forbids_is_refused(pulumi: StandIn, lab: DryLab) -> None:
    """The policy's own sentence is among the answer's policies."""
    pulumi.wish(fail_at=1, refuses=True)
    report = lab.carry_out()
    assert (report.result, rules(report)) == ("refused", [])
    assert [finding["message"] for finding in report.policies] == ["forbidden"]
    assert len(pulumi.operations()) == 1


def test_a_content_engine_is_not_believed(pulumi: StandIn, lab: DryLab) -> None:
    """Nodes are counted and asked; after a destroy the project has to be empty."""
    pulumi.wish(idle=True)
    assert rules(lab.carry_out()) == ["up: 0 workers instead of 2"]
    pulumi.wish()
    lab.nodes.not_ready.append("dev-default-2")
    assert rules(lab.carry_out()) == ["up: dev-default-2: NotReady: no network"]
    pulumi.wish(idle=True)
    assert rules(lab.carry_out(verb="destroy")) == ["destroy: something is left at Hetzner"]


def test_a_lab_that_stays_is_only_brought_up(pulumi: StandIn, lab: DryLab) -> None:
    """Whether it is to be kept, or was kept before; an order to refresh goes to the engine."""
    assert lab.carry_out(keep=True).result == "succeeded"
    lab.stands(engine="pulumi", kept=True)
    assert lab.carry_out(refresh=True).result == "succeeded"
    assert [call["words"][0] for call in pulumi.operations()] == ["up", "up"]
    assert [flags(call) for call in pulumi.operations()] == [
        ["--yes", "--skip-preview"],
        ["--yes", "--skip-preview", "--refresh"],
    ]
    destroyed = lab.carry_out(verb="destroy")
    assert (destroyed.result, destroyed.nodes, destroyed.components) == ("succeeded", (), ())


def test_without_a_pool_the_tour_adds_no_worker(pulumi: StandIn, tmp_path: Path) -> None:
    """There is nothing to add one to."""
    with dry_lab(tmp_path / "lab", "pools={}") as lab:
        assert lab.carry_out().result == "succeeded"
    assert [call["words"][0] for call in pulumi.operations()] == ["up", "up", "refresh", "destroy"]


def test_an_account_in_the_stack_file_stays_behind(pulumi: StandIn, tmp_path: Path) -> None:
    """The provider would take it before the environment that names the lab's Hetzner."""
    account = ("hcloud:token=x", "hcloud:endpoint=https://api.hetzner.cloud/v1")
    with dry_lab(tmp_path / "lab", *account) as lab:
        lab.carry_out(keep=True)
    for call in pulumi.calls():
        assert not [key for key in call["config"] if key.startswith("hcloud:")]
        assert not [word for word in call["words"] if word.startswith("hcloud:")]
