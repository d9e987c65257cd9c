"""The committed table of hcloud resources, and how it reads differences."""

import pytest

from rehearsal.runtime.drivers.hcloud import schema
from rehearsal.runtime.drivers.hcloud.api import NotLoopback, require_loopback
from rehearsal.runtime.drivers.hcloud.driver import HANDLERS
from rehearsal.runtime.record import Record
from rehearsal.runtime.values import UNKNOWN

REPLACE = {
    "firewall:Firewall": [],
    "firewallAttachment:FirewallAttachment": ["firewallId"],
    "loadBalancer:LoadBalancer": ["location", "networkZone"],
    "loadBalancerNetwork:LoadBalancerNetwork": ["ip", "loadBalancerId", "networkId", "subnetId"],
    "loadBalancerService:LoadBalancerService": ["listenPort", "loadBalancerId", "protocol"],
    "loadBalancerTarget:LoadBalancerTarget": ["ip", "labelSelector", "loadBalancerId", "serverId"],
    "network:Network": ["ipRange"],
    "networkSubnet:NetworkSubnet": ["ipRange", "networkId", "networkZone", "type", "vswitchId"],
    "placementGroup:PlacementGroup": [],
    "primaryIp:PrimaryIp": ["datacenter", "location", "type"],
    "server:Server": ["datacenter", "image", "location", "sshKeys", "userData"],
    "serverNetwork:ServerNetwork": ["ip", "networkId", "serverId", "subnetId"],
    "sshKey:SshKey": ["publicKey"],
    "volume:Volume": ["location"],
}
"""facts/runtime.md §6: schema.json of pulumi-hcloud 1.43.3, and RequiresReplace in the Terraform
source where the bridge's schema says nothing."""


def test_the_table_says_what_replaces_a_resource() -> None:
    """A property that is missing here would be changed in place, and the API would refuse it."""
    found = {
        type_.removeprefix("hcloud:index/"): sorted(entry.replace)
        for type_, entry in schema.table().items()
    }
    assert found == REPLACE


def test_every_type_of_the_table_has_a_handler() -> None:
    """And no handler is without a table entry."""
    assert set(HANDLERS) == set(schema.table())


def test_the_servers_outputs_are_complete_so_that_the_real_cli_accepts_the_state() -> None:
    """facts/runtime.md §5: without the provider's defaults its preview says "3 to update"."""
    entry = schema.table()["hcloud:index/server:Server"]
    outputs = schema.with_all_outputs(entry, {"name": "s"})
    for name in ("backups", "deleteProtection", "rebuildProtection", "keepDisk"):
        assert outputs[name] is False
    for name in ("ignoreRemoteFirewallIds", "shutdownBeforeDeletion"):
        assert outputs[name] is False
    assert outputs["allowDeprecatedImages"] is None
    assert "firewallIds" in outputs


def server(outputs: dict[str, object], **inputs: object) -> Record:
    given = {"__defaults": [], "name": "s", **inputs}
    return Record("urn:pulumi:dev::p::x::s", "x", True, inputs=given, outputs={**given, **outputs})


ENTRY = schema.table()["hcloud:index/server:Server"]


def changed(old: Record, **inputs: object) -> list[str]:
    return list(schema.diff(ENTRY, old, {"__defaults": [], "name": "s", **inputs}).keys)


def test_inputs_are_compared_with_what_was_read_back() -> None:
    """What failed to be applied shows as a difference again (recording 27.9)."""
    old = server({"labels": {"a": "old"}}, labels={"a": "new"})
    assert changed(old, labels={"a": "new"}) == ["labels"]


def test_user_data_is_compared_with_the_input_because_the_output_is_a_hash() -> None:
    """Otherwise every server would be replaced by every run."""
    old = server({"userData": "wK9leoEi2xH7hUH5D+q3hxwsPXE="}, userData="#cloud-config\n")
    assert changed(old, userData="#cloud-config\n") == []
    assert changed(old, userData="#cloud-config\nruncmd: []\n") == ["userData"]


def test_removing_an_input_is_a_change_unless_the_api_computes_it() -> None:
    """Recording 13.5: the placement group goes, the firewalls stay."""
    old = server({}, placementGroupId=7, firewallIds=[1], labels={"a": "b"})
    assert sorted(changed(old)) == ["labels", "placementGroupId"]


def test_removing_an_input_with_a_default_is_a_change_where_it_differs_from_it() -> None:
    """`backups=False` and no backups are the same."""
    assert changed(server({"backups": False}, backups=False)) == []
    assert changed(server({"backups": True}, backups=True)) == ["backups"]


def test_networks_are_a_set_in_which_absent_fields_are_filled_in() -> None:
    """Recording 16.8: by subnet or by network is the same attachment."""
    attached = {
        "networkId": 7,
        "subnetId": "7-10.0.1.0/24",
        "ip": "10.0.1.2",
        "aliasIps": [],
        "macAddress": "86:00",
    }
    other = {**attached, "networkId": 8, "subnetId": "", "ip": "10.1.1.2"}
    old = server({"networks": [attached, other]}, networks=[{"subnetId": "7-10.0.1.0/24"}])
    first, second = {"networkId": 7, "ip": "10.0.1.2"}, {"networkId": 8, "ip": "10.1.1.2"}
    assert changed(old, networks=[second, first]) == []
    assert changed(old, networks=[second, {**first, "ip": "10.0.1.9"}]) == ["networks"]
    assert changed(old, networks=[second, {**first, "aliasIps": ["10.0.1.50"]}]) == ["networks"]
    assert changed(old, networks=[first]) == ["networks"]


def test_a_fixed_name_asks_for_delete_first_and_an_automatic_one_does_not() -> None:
    """README of the recordings; keys are built on another framework and never ask."""
    old = server({}, image="a")
    named = schema.diff(ENTRY, old, {"__defaults": [], "name": "s", "image": "b"})
    automatic = schema.diff(ENTRY, old, {"__defaults": ["name"], "name": "s", "image": "b"})
    renamed = schema.diff(ENTRY, old, {"__defaults": [], "name": "t", "image": "b"})
    assert named.delete_before_replace
    assert not automatic.delete_before_replace
    assert not renamed.delete_before_replace
    key = schema.table()["hcloud:index/sshKey:SshKey"]
    assert not schema.diff(key, old, {"name": "s", "publicKey": "b"}).delete_before_replace


def test_before_a_creation_only_what_is_given_or_defaulted_is_known() -> None:
    """The real provider knows the address of an attachment already (engine 3.259, executed)."""
    networks = [{"__defaults": [], "subnetId": UNKNOWN, "ip": "10.0.1.2"}]
    planned = schema.plan(ENTRY, {"name": "s", "networks": networks}, None)
    assert planned["ipv4Address"] is UNKNOWN
    assert planned["backups"] is False
    assert planned["networks"][0]["ip"] == "10.0.1.2"
    assert planned["networks"][0]["macAddress"] is UNKNOWN
    assert "labels" not in planned


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080/v1", "http://localhost/v1", "http://[::1]/v1"]
)
def test_an_endpoint_on_this_machine_is_accepted(url: str) -> None:
    """Also by name and by IPv6."""
    assert require_loopback(url) == url


@pytest.mark.parametrize(
    "url",
    ["https://api.hetzner.cloud/v1", "http://10.0.0.1/v1", "http://127.0.0.1.example.org/v1", "x"],
)
def test_an_endpoint_anywhere_else_is_refused(url: str) -> None:
    """A rehearsal cannot cost money."""
    with pytest.raises(NotLoopback, match="loopback only"):
        require_loopback(url)
