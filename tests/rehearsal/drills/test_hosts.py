"""Hosts that die: what notices it, and what brings it back."""

from pathlib import Path

from hcloud.servers import BoundServer

from rehearsal.nodes.status import CLUSTER_LOST
from sovereign.recover.model import Action
from tests.rehearsal.drills.conftest import AVAILABLE
from tests.rehearsal.drills.stage import Stage, opened

WORKERS = ["dev-default-1", "dev-default-2"]


def kill(stage: Stage, name: str) -> int:
    """Delete a server behind the program's back; its id."""
    server: BoundServer = stage.server(name)
    stage.unprotected(server).delete()
    assert server.id is not None
    return server.id


def members(stage: Stage) -> list[list[int]]:
    """The servers of each cluster's datastore."""
    return [sorted(cluster.members) for cluster in stage.nodes.state.clusters.values()]


def ids(stage: Stage, *names: str) -> list[int]:
    """The ids of servers, sorted."""
    return sorted(stage.server(name).id for name in names)


def test_a_killed_worker_comes_back_with_a_refresh(dev: Path) -> None:
    """A plain `up` does not see it; `up --refresh` makes the server anew, which joins."""
    with opened(dev) as stage:
        before = kill(stage, "dev-default-2")
        unseen = stage.up()
        assert unseen.counts["same"] == 36
        assert [node.name for node in stage.status().nodes] == ["dev-control-plane-1", WORKERS[0]]
        result = stage.up(refresh=True)
        assert result.errors == ()
        assert stage.status().ready
        assert stage.server("dev-default-2").id != before
        assert stage.up().counts["same"] == 36


def test_a_control_plane_without_power_is_back_with_it(dev: Path) -> None:
    """Its disk survives: nothing has to be done, no run is needed."""
    with opened(dev) as stage:
        server = stage.server("dev-control-plane-1")
        server.power_off()
        assert not stage.status().ready
        assert set(stage.not_ready()) == {"dev-control-plane-1", *WORKERS}
        server.power_on()
        assert stage.not_ready() == {}
        assert stage.up().counts["same"] == 36


def test_one_of_three_control_planes_is_made_anew_and_joins_a_survivor(available: Path) -> None:
    """Any of the two that joined: the datastore has three members again, one cluster in all."""
    with opened(available, *AVAILABLE) as stage:
        kill(stage, "dev-control-plane-2")
        result = stage.up(refresh=True)
        assert result.errors == ()
        assert stage.status().ready
        three = ids(stage, *(f"dev-control-plane-{n}" for n in (1, 2, 3)))
        assert members(stage) == [three]
        assert stage.up(refresh=True).counts["create"] == 0


def test_the_first_control_plane_joins_a_survivor_too(available: Path) -> None:
    """It finds the cluster that it once created at its peers, and makes no second one. `recover`
    takes it out of the state, for a refresh of the real engine would ask the API that it carried.
    """
    with opened(available, *AVAILABLE) as stage:
        kill(stage, "dev-control-plane-1")
        assert set(stage.not_ready()) == set()
        (lost,) = stage.recover()
        assert (lost.name, lost.action) == ("dev-control-plane-1", Action.FORGET)
        result = stage.up()
        assert result.errors == ()
        assert stage.status().ready
        three = ids(stage, *(f"dev-control-plane-{n}" for n in (1, 2, 3)))
        assert members(stage) == [three]
        again = stage.up(refresh=True)
        assert (again.errors, again.counts["create"], again.counts["replace"]) == ((), 0, 0)


def test_the_only_control_plane_is_not_replaced_by_an_empty_cluster(dev: Path) -> None:
    """Its datastore went with it: the join refuses and says where a restore is described."""
    with opened(dev) as stage:
        kill(stage, "dev-control-plane-1")
        assert set(stage.not_ready().values()) == {CLUSTER_LOST}
        stage.recover()
        result = stage.up()
        (error,) = result.errors
        assert "dev-control-plane-1: the kubelet at 10.0.1.20 belongs to a cluster" in error
        assert 'restore it from a snapshot (docs/operations.md, "The only control plane' in error
        assert len(stage.nodes.state.clusters) == 1
        assert (
            "The only control plane is lost"
            in (stage.program.directory / "docs/operations.md").read_text()
        )
