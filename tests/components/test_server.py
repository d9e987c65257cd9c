"""A server: pinned address, its own host key, and no accidental replacement."""

from typing import Any

import pulumi
import pytest
import yaml

from sovereign import secrets
from sovereign.plan.user_data import render
from tests import configurations
from tests.configurations import HIGHLY_AVAILABLE, dev
from tests.recording import SEED, SERVER, Recording, Registration, Secret, record


@pytest.fixture(scope="module")
def recorded() -> Recording:
    return record(HIGHLY_AVAILABLE)


def test_a_server_is_named_typed_and_placed_as_planned(recorded: Recording) -> None:
    """Name and logical name are one, image and location go by name, never by datacenter."""
    for node in configurations.plan(HIGHLY_AVAILABLE).nodes:
        inputs = recorded.one(SERVER, node.name).inputs
        assert {key: inputs[key] for key in ("name", "serverType", "image", "location")} == {
            "name": node.name,
            "serverType": node.server_type,
            "image": node.image,
            "location": node.location,
        }
        assert "datacenter" not in inputs
        assert inputs["labels"] == {
            "cluster": "dev",
            "managed-by": "sovereign",
            "role": node.role,
            "pool": node.pool,
        }


def test_a_server_is_attached_by_its_pinned_address_and_by_the_subnets_id(
    recorded: Recording,
) -> None:
    """`aliasIps: []` keeps the provider from detaching it at each `up` (TF#650)."""
    for node in configurations.plan(HIGHLY_AVAILABLE).nodes:
        (attachment,) = recorded.one(SERVER, node.name).inputs["networks"]
        assert attachment["ip"] == node.private_ip
        assert attachment["aliasIps"] == []
        assert isinstance(attachment["networkId"], int)
        assert attachment["subnetId"] == f"{attachment['networkId']}-10.0.1.0/24"


def test_ids_are_sent_as_numbers(recorded: Recording) -> None:
    """Resource ids are strings, these arguments want integers (pulumi-hcloud#170)."""
    for server in recorded.of(SERVER):
        assert all(isinstance(number, int) for number in server.inputs["firewallIds"])
        assert isinstance(server.inputs["placementGroupId"], int)


def test_a_server_has_the_firewall_and_the_spread_group_of_its_role(recorded: Recording) -> None:
    """One of each."""
    servers = {server.name: server.dependencies for server in recorded.of(SERVER)}
    assert {"Firewall dev-control-plane", "PlacementGroup dev-control-plane-0"} <= servers[
        "dev-control-plane-2"
    ]
    assert {"Firewall dev-workers", "PlacementGroup dev-arm-1"} <= servers["dev-arm-11"]
    assert "Firewall dev-control-plane" not in servers["dev-arm-11"]


def test_no_edit_replaces_a_running_node_but_a_raised_generation(recorded: Recording) -> None:
    """user_data, image, keys and location are ignored (TF#338, TF#372); name and address are
    unique, so the old server goes first (KH#558)."""
    for server in recorded.of(SERVER):
        request = server.request
        assert list(request.ignoreChanges) == ["userData", "image", "sshKeys", "location"]
        assert request.deleteBeforeReplace
        assert server.replacement_trigger == 1
        assert "NetworkSubnet dev-nodes" in server.dependencies
        assert (request.customTimeouts.create, request.customTimeouts.delete) == ("15m", "15m")
        assert server.inputs["shutdownBeforeDeletion"] is True


def test_a_raised_generation_triggers_the_replacement_and_rotates_the_host_key() -> None:
    """Of that node only."""
    pools = {"default": {"ids": [1, 2], "generations": {"2": 3}}}
    before, after = record(dev()), record(dev(pools=pools))
    assert after.one(SERVER, "dev-default-2").replacement_trigger == 3
    assert after.one(SERVER, "dev-default-1").replacement_trigger == 1
    assert user_data(after, "dev-default-1") == user_data(before, "dev-default-1")
    keys = [user_data(run, "dev-default-2")["ssh_keys"] for run in (before, after)]
    assert keys[0] != keys[1]


def user_data(recording: Recording, name: str) -> dict[str, Any]:
    """The cloud-init document of a server."""
    secret = recording.one(SERVER, name).inputs["userData"]
    assert isinstance(secret, Secret)
    document = yaml.safe_load(secret.value)
    assert isinstance(document, dict)
    return document


def test_user_data_is_the_plans_document_with_the_servers_own_host_key(
    recorded: Recording,
) -> None:
    """Secret, for it carries the key; known in a first preview, for the key is derived."""
    preview = record(HIGHLY_AVAILABLE, preview=True)
    for node in configurations.plan(HIGHLY_AVAILABLE).nodes:
        key = secrets.host_key(SEED, node.name, node.generation)
        text = render(node.cloud_config, key.private, key.public)
        assert recorded.one(SERVER, node.name).inputs["userData"] == Secret(text)
        assert preview.one(SERVER, node.name).inputs["userData"] == Secret(text)


ASKED_FOR = {"ip": "10.0.1.2", "macAddress": ""}
"""An attachment as the state keeps it that never came about (data/engine-3.259, 28.1)."""


def changed(name: str, **found: Any) -> Any:
    """A cloud that says something else of one server."""

    def answer(registration: Registration, outputs: dict[str, Any]) -> dict[str, Any]:
        return {**outputs, **found} if registration.name == name else outputs

    return answer


@pytest.mark.parametrize("name", ["dev-control-plane-1", "dev-default-2"])
@pytest.mark.parametrize(
    "found",
    [
        {"networks": []},
        {"networks": [ASKED_FOR], "ipv4Address": None},
        {"ipv4Address": None},
    ],
    ids=str,
)
def test_a_server_without_its_addresses_ends_in_one_sentence(
    name: str, found: dict[str, Any]
) -> None:
    """Its creation failed at the attachment. The sentence says so, and what cures it."""
    with pytest.raises(pulumi.RunError) as refused:
        record(dev(), answer=changed(name, **found))
    assert str(refused.value) == (
        f"server {name} exists but has no private address: attaching it failed; "
        "run `pulumi up --refresh`, which attaches it"
    )


def test_an_api_that_names_no_hardware_address_is_believed() -> None:
    """The public address tells a whole server from a half-made one, too."""
    recording = record(dev(), answer=changed("dev-default-2", networks=[ASKED_FOR]))
    assert "dev-default-2" in {server.name for server in recording.of(SERVER)}


@pytest.mark.parametrize("name", ["dev-control-plane-1", "dev-default-2"])
def test_a_location_that_differs_in_the_cloud_ends_in_one_sentence(name: str) -> None:
    """One changed word would delete every server, disks and datastore included."""
    with pytest.raises(pulumi.RunError) as refused:
        record(dev(location="fsn1"), answer=changed(name, location="nbg1"))
    assert str(refused.value) == (
        f"location: found 'fsn1'; {name} was made in 'nbg1', and a server does not move; write "
        "'nbg1' again, or make new nodes there: a pool of its own, a raised generation"
    )


def test_both_protections_of_hetzner_follow_the_one_setting() -> None:
    """They must be equal (facts: hcloud quirk 13)."""
    for protect in (False, True):
        recording = record(dev(protect=protect))
        server = recording.one(SERVER, "dev-control-plane-1").inputs
        assert server["deleteProtection"] is protect
        assert server["rebuildProtection"] is protect
