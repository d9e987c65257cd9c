"""WorkerPool: equal servers with stable ids; removing one touches no other."""

from typing import Any

from tests.configurations import HIGHLY_AVAILABLE, dev
from tests.recording import SERVER, Recording, record


def servers(recording: Recording) -> dict[str, Any]:
    """Name -> inputs of every worker."""
    return {
        server.name: server.inputs
        for server in recording.of(SERVER)
        if server.parent.startswith("WorkerPool ")
    }


def test_removing_one_worker_leaves_the_inputs_of_all_others() -> None:
    """The smaller pool has the same servers but one, to the last input."""
    three = servers(record(dev(pools={"default": {"ids": [1, 2, 3]}})))
    two = servers(record(dev(pools={"default": {"ids": [1, 3]}})))
    assert set(three) - set(two) == {"dev-default-2"}
    assert {name: three[name] for name in two} == two


def test_workers_are_never_protected() -> None:
    """They come and go, also in a protected environment."""
    recording = record(dev(protect=True))
    for name in servers(recording):
        server = recording.one(SERVER, name)
        assert not server.request.protect
        assert server.inputs["deleteProtection"] is False
        assert server.inputs["rebuildProtection"] is False


def test_a_pool_has_its_own_location_and_type() -> None:
    """In the same network zone."""
    arm = servers(record(HIGHLY_AVAILABLE))["dev-arm-11"]
    assert (arm["location"], arm["serverType"]) == ("hel1", "cax21")


def test_packs_read_the_planned_nodes_from_the_components_inputs() -> None:
    """One component per pool."""
    pools = record(HIGHLY_AVAILABLE).of("sovereign:index:WorkerPool")
    assert [(pool.name, pool.inputs["pool"], pool.inputs["location"]) for pool in pools] == [
        ("dev-arm", "arm", "hel1"),
        ("dev-default", "default", "nbg1"),
    ]
    assert pools[0].inputs["nodes"] == [
        {
            "name": "dev-arm-11",
            "id": 11,
            "generation": 1,
            "privateIp": "10.0.1.30",
            "serverType": "cax21",
            "image": "ubuntu-24.04",
            "placementGroup": "dev-arm-1",
        }
    ]


def test_an_empty_pool_is_a_component_without_servers() -> None:
    """Scaling to zero keeps the pool."""
    recording = record(dev(pools={"idle": {"ids": []}}))
    assert servers(recording) == {}
    assert recording.outputs["pools"] == {
        "idle": {"location": "nbg1", "serverType": "", "nodes": []}
    }
