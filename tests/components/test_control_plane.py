"""ControlPlane: the servers that are protected where the configuration says so."""

import pytest

from tests.configurations import HIGHLY_AVAILABLE, dev
from tests.recording import SERVER, record


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
