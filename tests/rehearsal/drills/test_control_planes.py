"""Control planes that change: replaced one at a time, more of them, fewer, others, and never
without a quorum."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rehearsal.runtime import Result
from tests.rehearsal.drills.conftest import AVAILABLE
from tests.rehearsal.drills.stage import Stage, opened

FIRST, SECOND, THIRD = (f"dev-control-plane-{number}" for number in (1, 2, 3))
BALANCED = "apiServerAddress=node-local"


@contextmanager
def staged(folder: Path, ids: str) -> Iterator[Stage]:
    """The stack with control planes of these ids."""
    with opened(folder, f"controlPlane.ids={ids}", BALANCED) as stage:
        yield stage


def change(stage: Stage, ids: str, generations: str = "{}", *more: str, **options: bool) -> Result:
    """One `up` with other control planes."""
    stage.settings = (
        f"controlPlane.ids={ids}",
        f"controlPlane.generations={generations}",
        BALANCED,
        *more,
    )
    return stage.up(**options)


def healthy(stage: Stage, *names: str) -> None:
    """One cluster, everything Ready, and its datastore has a member on each of these servers."""
    assert stage.status().ready, stage.not_ready()
    living = [cluster for cluster in stage.nodes.state.clusters.values() if cluster.members]
    (cluster,) = living
    assert sorted(cluster.members) == sorted(stage.server(name).id for name in names)
    servers = [one for one in cluster.nodes if "control-plane" in one]
    assert sorted(servers) == sorted(names)


def untouched(stage: Stage) -> None:
    """Another `up` finds nothing to do."""
    again = stage.up()
    assert again.errors == ()
    assert {op: count for op, count in again.counts.items() if count and op != "same"} == {}


def steps(result: Result, suffix: str) -> list[str]:
    """Steps of resources whose name ends so, as `op name`, in their order."""
    return [
        f"{step.op.value} {step.urn.rpartition('::')[2]}"
        for step in result.steps
        if step.urn.endswith(suffix)
    ]


@pytest.mark.parametrize("order", ["123", "321"])
def test_raised_generations_replace_one_control_plane_after_the_other(
    available: Path, order: str
) -> None:
    """Each leaves through one that stays; afterwards there is nothing to do."""
    raised: dict[str, int] = {}
    with opened(available, *AVAILABLE) as stage:
        for turn, number in enumerate(order, 2):
            name, raised[number] = f"dev-control-plane-{number}", turn
            before = {one: stage.server(one).id for one in (FIRST, SECOND, THIRD)}
            result = change(stage, "[1, 2, 3]", json.dumps(raised))
            assert result.errors == ()
            assert steps(result, f"{name}-retire") == [f"create {name}-retire"]
            healthy(stage, FIRST, SECOND, THIRD)
            after = {one: stage.server(one).id for one in (FIRST, SECOND, THIRD)}
            assert {one for one in before if before[one] != after[one]} == {name}
        untouched(stage)


def test_the_same_control_plane_is_replaced_twice(available: Path) -> None:
    """Its retirement is run again for the next generation."""
    with opened(available, *AVAILABLE) as stage:
        assert change(stage, "[1, 2, 3]", "{1: 2}").errors == ()
        first = stage.server(FIRST).id
        assert change(stage, "[1, 2, 3]", "{1: 3}").errors == ()
        assert stage.server(FIRST).id != first
        healthy(stage, FIRST, SECOND, THIRD)


def test_all_at_once_go_one_after_the_other(available: Path) -> None:
    """The first in turn as it is, the others when it is back: where that takes too long, the next
    `up` goes on; the cluster lives through all of it."""
    with opened(available, *AVAILABLE) as stage:
        before = {one: stage.server(one).id for one in (FIRST, SECOND, THIRD)}
        for _ in range(4):
            result = change(stage, "[1, 2, 3]", "{1: 2, 2: 2, 3: 2}")
            if not result.errors:
                break
            assert "-retire" in result.errors[0]  # the model does not wait, the script does
            (cluster,) = stage.nodes.state.clusters.values()
            living = {stage.server(one).id for one in (FIRST, SECOND, THIRD)}
            assert len(living & set(cluster.members)) >= 2
        assert result.errors == ()
        healthy(stage, FIRST, SECOND, THIRD)
        assert not set(before.values()) & {stage.server(n).id for n in (FIRST, SECOND, THIRD)}
        untouched(stage)


def test_any_one_of_three_stays_alone_and_takes_two_in_again(available: Path) -> None:
    """Not the lowest either: members leave through the one that stays, before servers go."""
    with opened(available, *AVAILABLE) as stage:
        result = change(stage, "[3]")
        assert result.errors == ()
        healthy(stage, THIRD)
        untouched(stage)
        assert change(stage, "[1, 2, 3]").errors == ()
        healthy(stage, FIRST, SECOND, THIRD)
        untouched(stage)


def test_one_becomes_three_and_one_again(dev: Path) -> None:
    """The survivor has no resource that would let it leave."""
    with staged(dev, "[1]") as stage:
        assert change(stage, "[1, 2, 3]").errors == ()
        healthy(stage, FIRST, SECOND, THIRD)
        result = change(stage, "[1]")
        assert result.errors == ()
        healthy(stage, FIRST)
        untouched(stage)


def test_a_protected_control_plane_does_not_leave(available: Path) -> None:
    """Neither by a removed id nor by a raised generation, with nobody looking at a preview."""
    with opened(available, *AVAILABLE) as stage:
        assert change(stage, "[1, 2, 3]", "{}", "protect=true").errors == ()
        removed = change(stage, "[1]", "{}", "protect=true")
        assert "dev-control-plane-2: no longer planned, and protect keeps" in removed.errors[0]
        raised = change(stage, "[1, 2, 3]", "{2: 2}", "protect=true")
        assert "dev-control-plane-2: its generation was raised, and protect" in raised.errors[0]
        assert change(stage, "[1, 2, 3]", "{}", "protect=true").errors == ()
        healthy(stage, FIRST, SECOND, THIRD)


def test_a_node_is_not_removed_in_the_run_that_replaces_a_control_plane(available: Path) -> None:
    """Its leave is bound to the server that would be gone by then: refused before any delete."""
    with opened(available, *AVAILABLE) as stage:
        first = stage.server(FIRST).id
        result = change(stage, "[1, 2, 3]", "{1: 2}", "pools.default.ids=[1]")
        assert 'in the same "pulumi up" that removes dev-default-2: remove' in result.errors[0]
        assert stage.server(FIRST).id == first
        assert stage.server("dev-default-2")
        fewer = change(stage, "[1]", "{}", "pools.default.ids=[1]")
        assert "dev-default-2: a worker and a control plane do not leave" in fewer.errors[0]
        assert change(stage, "[1, 2, 3]").errors == ()
        healthy(stage, FIRST, SECOND, THIRD)


def test_everything_goes_without_a_word_to_a_node(available: Path) -> None:
    """Also after a control plane was replaced: what is in the cluster goes with the network."""
    with opened(available, *AVAILABLE) as stage:
        assert change(stage, "[1, 2, 3]", "{1: 2}").errors == ()
        before = len(stage.nodes.state.clusters)
        assert stage.destroy().errors == ()
        assert stage.names() == []
        assert len(stage.nodes.state.clusters) == before
