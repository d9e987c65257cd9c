"""Faults of what arrives and who may join, with sockets: each ends as in the node model, and is
cured.
"""

import pytest

from tests.rehearsal.lab.breaking import (
    OF_THE_JOIN,
    Labs,
    must_agree,
    must_be_cured,
    must_say_why,
)


@pytest.mark.parametrize("name", OF_THE_JOIN)
def test_lab_and_node_model_agree(labs: Labs, name: str) -> None:
    """The same verdict on every node and component, for the same reason, in the same words."""
    must_agree(labs.of(name))


@pytest.mark.parametrize("name", OF_THE_JOIN)
def test_the_same_lab_without_the_break_is_cured(labs: Labs, name: str) -> None:
    """A second run converges on the hosts as the first one left them."""
    must_be_cured(labs.of(name))


@pytest.mark.parametrize("name", OF_THE_JOIN)
def test_a_break_fails_the_run_and_says_why(labs: Labs, name: str) -> None:
    """Every node that is not Ready has a reason."""
    must_say_why(labs.of(name))


def test_a_damaged_binary_is_a_failed_boot_of_every_host(labs: Labs) -> None:
    """cloud-init's own result says error, with the sentence that names both sums."""
    for node in labs.of("k3s-checksum").broken["nodes"]:
        assert node["cloudInit"]["status"] == "error"
        assert "so it is not installed" in node["cloudInit"]["errors"][-1]
