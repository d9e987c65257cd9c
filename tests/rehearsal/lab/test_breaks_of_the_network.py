"""Faults of the network, with sockets: each ends as in the node model, and is cured."""

import pytest

from rehearsal import breaks
from tests.rehearsal.lab.breaking import (
    HARMLESS,
    INCIDENT,
    OF_THE_JOIN,
    OF_THE_NETWORK,
    REFUSED,
    WORKERS,
    Labs,
    must_agree,
    must_be_cured,
    must_say_why,
)


def test_every_fault_of_the_catalogue_has_its_run_here_or_there() -> None:
    """A new one is not forgotten."""
    assert sorted((*OF_THE_NETWORK, *OF_THE_JOIN)) == sorted(b.name for b in breaks.CATALOGUE)


@pytest.mark.parametrize("name", OF_THE_NETWORK)
def test_lab_and_node_model_agree(labs: Labs, name: str) -> None:
    """The same verdict on every node and component, for the same reason, in the same words."""
    must_agree(labs.of(name))


@pytest.mark.parametrize("name", OF_THE_NETWORK)
def test_the_same_lab_without_the_break_is_cured(labs: Labs, name: str) -> None:
    """A second run converges on the hosts as the first one left them."""
    must_be_cured(labs.of(name))


@pytest.mark.parametrize("name", [n for n in OF_THE_NETWORK if n not in HARMLESS])
def test_a_break_fails_the_run_and_says_why(labs: Labs, name: str) -> None:
    """Every node that is not Ready has a reason."""
    must_say_why(labs.of(name))


def test_the_incident_with_sockets(labs: Labs) -> None:
    """Both workers are refused on their own loopback, and the control plane is not."""
    nodes = {node["name"]: node for node in labs.of(INCIDENT).broken["nodes"]}

    server = nodes["dev-control-plane-1"]
    assert (server["ready"], server["apiPath"]["connected"]) == (True, True)
    for name in WORKERS:
        assert (nodes[name]["ready"], nodes[name]["reason"]) == (False, REFUSED)
        assert nodes[name]["apiPath"] == {
            "address": "127.0.0.1:6443",
            "connected": False,
            "error": REFUSED,
        }


def test_without_workers_the_incident_is_harmless(labs: Labs) -> None:
    """On a k3s server localhost does answer: the fault hides until the first worker."""
    wanted = ("rehearse", "up", "--lab", "--json", "--break", INCIDENT)
    said = labs.directory.sovereign(*wanted, "--set", "pools={}")

    assert (said.code, said.answer["result"]) == (0, "succeeded"), said.answer["errors"]
    assert [node["apiAddress"] for node in said.answer["nodes"]] == ["127.0.0.1:6443"]


def test_a_late_interface_is_waited_for_by_the_boot(labs: Labs) -> None:
    """20 s late: cloud-init waits that long, and the first run succeeds."""
    late = labs.of("nic-late")

    assert late.broken["result"] == "succeeded", late.broken["errors"]
    assert {node["cloudInit"]["status"] for node in late.broken["nodes"]} == {"done"}
    assert {node["name"] for node in late.broken["nodes"]} == set(late.boots)
    assert min(late.boots.values()) >= 20
