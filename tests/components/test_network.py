"""Network: a closed private network whose ranges never change."""

from typing import Any

import pulumi
import pytest

from tests.configurations import HIGHLY_AVAILABLE, dev
from tests.recording import SERVER, Recording, Registration, record

NETWORK = "hcloud:index/network:Network"
SUBNET = "hcloud:index/networkSubnet:NetworkSubnet"
FIREWALL = "hcloud:index/firewall:Firewall"
GROUP = "hcloud:index/placementGroup:PlacementGroup"
LABELS = {"cluster": "dev", "managed-by": "sovereign"}


@pytest.fixture(scope="module")
def recorded() -> Recording:
    return record(dev())


def rules(recording: Recording, name: str) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """Direction, protocol, port, sources of every rule of a firewall."""
    found = recording.one(FIREWALL, name).inputs["rules"]
    return [
        (rule["direction"], rule["protocol"], rule["port"], tuple(rule["sourceIps"]))
        for rule in found
    ]


def test_the_nodes_subnet_is_a_cloud_subnet_of_the_network(recorded: Recording) -> None:
    """In the network's zone, by the id that the cloud gave."""
    network, subnet = recorded.one(NETWORK), recorded.one(SUBNET)
    assert (network.name, network.inputs["name"], network.inputs["ipRange"]) == (
        "dev",
        "dev",
        "10.0.0.0/16",
    )
    assert {key: subnet.inputs[key] for key in ("type", "networkZone", "ipRange")} == {
        "type": "cloud",
        "networkZone": "eu-central",
        "ipRange": "10.0.1.0/24",
    }
    assert isinstance(subnet.inputs["networkId"], int)
    assert subnet.dependencies == {"Network dev"}


def test_the_zone_follows_the_location() -> None:
    """Servers in Ashburn need a subnet in us-east."""
    assert record(dev(location="ash")).one(SUBNET).inputs["networkZone"] == "us-east"


@pytest.mark.parametrize("type_", [NETWORK, SUBNET])
@pytest.mark.parametrize("protect", [False, True])
def test_a_changed_range_is_ignored_and_protection_is_as_configured(
    type_: str, protect: bool
) -> None:
    """The provider would crash in Diff or report false success (TF#1523); another zone replaces
    the subnet, too."""
    request = record(dev(protect=protect)).one(type_).request
    zone = ["networkZone"] if type_ == SUBNET else []
    assert list(request.ignoreChanges) == ["ipRange", *zone]
    assert request.protect is protect


def other_range(type_: str, found: str) -> Any:
    """A cloud whose network or subnet has another range than the configuration."""

    def answer(registration: Registration, outputs: dict[str, Any]) -> dict[str, Any]:
        return {**outputs, "ipRange": found} if registration.type == type_ else outputs

    return answer


@pytest.mark.parametrize(
    ("type_", "path", "planned"),
    [(NETWORK, "network.cidr", "10.0.0.0/16"), (SUBNET, "network.nodeCidr", "10.0.1.0/24")],
)
def test_a_range_that_differs_in_the_cloud_ends_in_one_sentence(
    type_: str, path: str, planned: str
) -> None:
    """It names both ranges and the way out, before anything is attached there."""
    with pytest.raises(pulumi.RunError) as refused:
        record(dev(), answer=other_range(type_, "10.9.0.0/16"))
    assert str(refused.value) == (
        f"{path}: found '{planned}'; the network was made with '10.9.0.0/16', a range never "
        "changes under running nodes; write '10.9.0.0/16' again, or make a new environment"
    )


def test_ssh_and_the_api_are_open_to_operators_only(recorded: Recording) -> None:
    """The firewalls hold these rules and no other."""
    operators = ("203.0.113.0/24",)
    assert rules(recorded, "dev-control-plane") == [
        ("in", "tcp", "22", operators),
        ("in", "tcp", "6443", operators),
    ]
    assert rules(recorded, "dev-workers") == [("in", "tcp", "22", operators)]


def test_without_operators_both_firewalls_are_closed() -> None:
    """An empty list means nobody, never everybody (KH#1707)."""
    recording = record(dev(), operators=[])
    assert rules(recording, "dev-control-plane") == []
    assert rules(recording, "dev-workers") == []


def test_the_ssh_rule_follows_the_configured_port() -> None:
    """Port 22 is not opened beside it."""
    recording = record(dev(ssh={"port": 2222}))
    assert [rule[2] for rule in rules(recording, "dev-control-plane")] == ["2222", "6443"]
    assert [rule[2] for rule in rules(recording, "dev-workers")] == ["2222"]


def test_name_and_labels_of_firewalls_are_fixed_for_life(recorded: Recording) -> None:
    """Rules vanish when only name or labels change (TF#931)."""
    for firewall in recorded.of(FIREWALL):
        assert list(firewall.request.ignoreChanges) == ["name", "labels"]


def test_each_planned_slot_is_a_spread_group() -> None:
    """Ids 1 and 11 are in different groups of ten."""
    groups = record(HIGHLY_AVAILABLE).of(GROUP)
    assert {(group.name, group.inputs["name"], group.inputs["type"]) for group in groups} == {
        ("dev-control-plane-0",) * 2 + ("spread",),
        ("dev-default-0",) * 2 + ("spread",),
        ("dev-arm-1",) * 2 + ("spread",),
    }


def test_everything_in_the_cloud_carries_the_clusters_labels(recorded: Recording) -> None:
    """So that a cluster can be found and swept in a shared project; subnets take no labels."""
    labelled = [
        found for found in recorded if found.type.startswith("hcloud:") and found.type != SUBNET
    ]
    assert {found.type for found in labelled} >= {NETWORK, FIREWALL, GROUP, SERVER}
    for found in labelled:
        assert LABELS.items() <= found.inputs["labels"].items(), found.label


def test_packs_read_the_ranges_from_the_components_inputs(recorded: Recording) -> None:
    """Plain values, there in a first preview too."""
    assert recorded.one("sovereign:index:Network").inputs == {
        "networkCidr": "10.0.0.0/16",
        "nodeCidr": "10.0.1.0/24",
        "podCidr": "10.42.0.0/16",
        "serviceCidr": "10.43.0.0/16",
        "loadBalancerAddresses": [f"10.0.1.{last}" for last in range(250, 255)],
    }
