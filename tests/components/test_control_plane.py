"""ControlPlane: the servers that are protected where the configuration says so."""

import pytest

from sovereign import secrets
from tests.configurations import HIGHLY_AVAILABLE, dev
from tests.recording import COMMAND, SEED, SERVER, Recording, record


def control_planes(cluster: object) -> list[str]:
    return [
        server.name
        for server in record(cluster).of(SERVER)
        if server.parent == "ControlPlane dev-control-plane"
    ]


def test_one_server_per_id_belongs_to_the_component() -> None:
    """Whatever the order in which the ids were written."""
    names = [f"dev-control-plane-{node}" for node in (1, 2, 3)]
    assert control_planes(HIGHLY_AVAILABLE) == names
    shuffled = dev(controlPlane={"ids": [3, 1, 2]})
    assert control_planes(shuffled) == names


@pytest.mark.parametrize("protect", [False, True])
def test_protection_is_set_on_each_server_as_configured(protect: bool) -> None:
    """And on no component, which would hand it down to workers."""
    recording = record(dev(protect=protect))
    assert recording.one(SERVER, "dev-control-plane-1").request.protect is protect
    assert not any(found.request.protect for found in recording if not found.custom)


def test_packs_read_the_planned_nodes_from_the_components_inputs() -> None:
    """Name, id, generation, address, type, image and group of each."""
    assert record(dev()).one("sovereign:index:ControlPlane").inputs == {
        "location": "nbg1",
        "nodes": [
            {
                "name": "dev-control-plane-1",
                "id": 1,
                "generation": 1,
                "privateIp": "10.0.1.2",
                "serverType": "cpx32",
                "image": "ubuntu-24.04",
                "placementGroup": "dev-control-plane-0",
            }
        ],
    }


def test_the_component_gives_the_addresses_that_the_cloud_said() -> None:
    """In the order of ids."""
    recording = record(HIGHLY_AVAILABLE)
    urn = recording.one("sovereign:index:ControlPlane").urn
    assert recording.component_outputs[urn] == {"privateIps": ["10.0.1.2", "10.0.1.3", "10.0.1.4"]}


def raised(**generations: int) -> Recording:
    """Three control planes with these generations, by `_ID`."""
    found = {name.removeprefix("_"): number for name, number in generations.items()}
    pools = {"default": {"ids": [1], "generations": {"1": 2}}}
    return record(dev(controlPlane={"ids": [1, 2, 3], "generations": found}, pools=pools))


def retired(recording: Recording) -> list[str]:
    """The commands that let control planes leave."""
    return [found.name for found in recording.of(COMMAND) if found.name.endswith("-retire")]


def test_a_first_bring_up_makes_its_servers_side_by_side() -> None:
    """None of generation 1 waits for another, and nobody has to leave."""
    recording = record(HIGHLY_AVAILABLE)
    assert retired(recording) == []
    for server in recording.of(SERVER):
        assert not {one for one in server.dependencies if one.startswith(("Server", "Command"))}


def test_a_raised_generation_waits_until_the_old_server_has_left() -> None:
    """It is asked through one that stays, by a script that runs for each generation."""
    recording = raised(_1=4)
    assert retired(recording) == ["dev-control-plane-1-retire"]
    command = recording.command("dev-control-plane-1-retire")
    assert "Server dev-control-plane-2" in command.dependencies
    assert "Server dev-control-plane-1" not in command.dependencies
    assert command.inputs["triggers"][-1] == 4
    assert recording.stdin("dev-control-plane-1-retire") == {
        "NODE": "dev-control-plane-1",
        "ADDRESS": "10.0.1.2",
        "SSH_PORT": "22",
        "HOST_KEY": secrets.host_key(SEED, "dev-control-plane-1", 4).public,
        "OTHERS": "dev-control-plane-2 dev-control-plane-3",
        "NODES": "dev-control-plane-1 dev-control-plane-2 dev-control-plane-3 dev-default-1",
        "CLUSTER": "dev",
        "PROTECT": "",
        "LIMIT_S": "600",
    }
    server = recording.one(SERVER, "dev-control-plane-1")
    assert "Command dev-control-plane-1-retire" in server.dependencies


def test_several_raised_generations_go_one_after_the_other() -> None:
    """Each waits for the server of the one before; the first in turn is there for all of them."""
    recording = raised(_1=2, _2=2, _3=2)
    assert retired(recording) == ["dev-control-plane-2-retire", "dev-control-plane-3-retire"]
    for number in (2, 3):
        command = recording.command(f"dev-control-plane-{number}-retire")
        assert f"Server dev-control-plane-{number - 1}" in command.dependencies
        assert command.inputs["connection"].value["host"] == "198.51.100.2"


def test_workers_that_leave_in_the_same_run_go_first() -> None:
    """Their leave is bound to the control plane as it was before the run."""
    command = raised(_1=2).command("dev-control-plane-1-retire")
    assert "Server dev-default-1" in command.dependencies


def test_the_first_in_turn_waits_for_the_workers_that_leave_through_it() -> None:
    """It has no command of its own, and they reach the cluster by its address as it was."""
    server = raised(_1=2, _2=3, _3=4).one(SERVER, "dev-control-plane-1")
    assert "Server dev-default-1" in server.dependencies


def test_a_protected_control_plane_does_not_leave_for_a_raised_generation() -> None:
    """Its server would stay, outside of the cluster."""
    plan = dev(protect=True, controlPlane={"ids": [1, 2, 3], "generations": {"1": 2}})
    assert record(plan).stdin("dev-control-plane-1-retire")["PROTECT"] == "yes"
