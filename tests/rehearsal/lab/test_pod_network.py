"""What the facts of the hosts amount to, in the node model's words."""

import json
from collections.abc import Mapping, Sequence
from subprocess import CompletedProcess
from typing import Any

import pytest

from rehearsal.lab.pod_network import BULK_BYTES, PROGRAM, Proof, judge, prove
from rehearsal.nodes import pod_network
from rehearsal.nodes.helm_values import HelmValues

PEER = {"pods": "10.42.1.0/24", "small": True, "full": True, "bulk": BULK_BYTES}
FACTS = {
    "agent": True,
    "address": "10.0.1.2",
    "mtu": 1450,
    "nic_mtu": 1450,
    "encrypted": True,
    "expected": 1,
    "peers": [PEER],
    "frames": 800,
    "clear": 0,
    "cipher": BULK_BYTES + 200_000,
}


class Said:
    """Hosts that answer from a table: server id -> facts; None is a host that is off."""

    def __init__(self, facts: Mapping[int, Mapping[str, Any] | None]) -> None:
        self.facts = facts
        self.asked: list[tuple[int, Sequence[str]]] = []

    def run_inside(self, server_id: int, argv: Sequence[str]) -> CompletedProcess[str]:
        """The agent's condition, or the proof."""
        self.asked.append((server_id, argv))
        facts = self.facts[server_id]
        if facts is None:
            return CompletedProcess(argv, 255, "", "")
        agent = {
            "ready": facts["agent"],
            "pods": PEER["pods"] if facts["agent"] else "10.42.9.0/24",
        }
        shown = facts if argv[0] == PROGRAM else agent
        return CompletedProcess(argv, 0, json.dumps(shown), "")


def test_packets_of_full_size_and_two_megabytes_prove_it() -> None:
    """Nothing to say."""
    assert judge([FACTS, FACTS]) == Proof("", "")


@pytest.mark.parametrize("change", [{"full": False}, {"bulk": BULK_BYTES - 1}, {"bulk": 0}])
def test_a_stall_with_too_large_an_mtu_is_said_as_the_model_says_it(
    change: Mapping[str, Any],
) -> None:
    """With the arithmetic."""
    facts = {**FACTS, "mtu": 1500, "peers": [{**PEER, **change}]}

    values = {"MTU": 1500, "encryption": {"enabled": True, "type": "wireguard"}}
    assert judge([FACTS, facts]).pod_network == pod_network.mtu_problem(HelmValues(values), 1450)


def test_a_stall_that_no_arithmetic_explains_is_said_with_its_bytes() -> None:
    """The packets are right, whatever the plan says."""
    facts = {**FACTS, "peers": [{**PEER, "bulk": 4096}]}

    assert judge([facts]).pod_network == (
        "small packets pass, bulk stalls: 4096 of 2097152 bytes reached the pods of 10.42.1.0/24"
    )


def test_no_packet_at_all_is_another_failure() -> None:
    """It says whose pods nobody reaches."""
    facts = {**FACTS, "peers": [{**PEER, "small": False, "full": False, "bulk": 0}]}

    assert judge([facts]).pod_network == (
        "no packet reaches the pods of 10.42.1.0/24 from other nodes"
    )


def test_a_host_that_does_not_know_all_others_proves_nothing() -> None:
    """An empty list of peers is no proof where there should be one."""
    said = judge([{**FACTS, "peers": []}]).pod_network

    assert said == "10.0.1.2 knows the pods of 0 other nodes, not of 1"
    assert judge([{**FACTS, "peers": [], "expected": 0}]).pod_network == ""


def test_one_readable_packet_is_a_failure_of_the_encryption() -> None:
    """And only where encryption was asked for."""
    assert judge([FACTS, {**FACTS, "clear": 3}]).encryption == (
        "3 packets of pods were on the network in clear text"
    )
    assert judge([{**FACTS, "clear": 3, "encrypted": False}]).encryption == ""


@pytest.mark.parametrize("cipher", [0, BULK_BYTES - 1])
def test_a_wire_on_which_nothing_was_seen_proves_no_encryption(cipher: int) -> None:
    """What pods got across has to be there in WireGuard; without other nodes nothing has."""
    facts = {**FACTS, "frames": 0, "cipher": cipher}

    assert judge([FACTS, facts]).encryption == (
        f"pods got 2097152 bytes across, and only {cipher} bytes of WireGuard were on the network"
    )
    assert judge([{**facts, "peers": [], "expected": 0}]).encryption == ""


def test_a_stall_is_no_failure_of_the_encryption_but_silence_is() -> None:
    """Small packets came across, so some of WireGuard must be there."""
    stalled = {**FACTS, "peers": [{**PEER, "full": False, "bulk": 0}]}

    assert judge([{**stalled, "cipher": 5000}]).encryption == ""
    assert judge([{**stalled, "cipher": 0}]).encryption != ""


def test_only_hosts_with_a_working_agent_are_asked_and_expected() -> None:
    """The others' nodes are not Ready, which is said elsewhere."""
    hosts = Said({1: FACTS, 2: {**FACTS, "agent": False}, 3: FACTS, 4: None})

    assert prove(hosts, [4, 3, 2, 1]) == Proof("", "")

    proofs = sorted((server, argv[1]) for server, argv in hosts.asked if argv[0] == PROGRAM)
    assert proofs == [(1, "1"), (3, "1")]


def test_a_route_to_the_pods_of_a_host_without_an_agent_proves_nothing() -> None:
    """It may stand for a while; what it leads to is not looked at."""
    gone = {**PEER, "pods": "10.42.9.0/24", "small": False}
    hosts = Said({1: {**FACTS, "peers": [PEER, gone]}, 2: {**FACTS, "agent": False}, 3: FACTS})

    assert prove(hosts, [1, 2, 3]) == Proof("", "")


def test_a_proof_that_breaks_off_is_no_proof() -> None:
    """The program failed on a host whose agent works."""
    assert judge([FACTS, {}]) == Proof(
        "the proof did not end: see pod-network-probe on that host",
        "the proof did not end: see pod-network-probe on that host",
    )
