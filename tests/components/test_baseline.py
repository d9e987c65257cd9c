"""Baseline: policies that hold for every pod, applied when Cilium can take them."""

import pytest

from sovereign.mesh import block_metadata
from tests.configurations import dev
from tests.recording import Recording, record

POLICY = "kubernetes:cilium.io/v2:CiliumClusterwideNetworkPolicy"
BASELINE = "sovereign:index:Baseline"


@pytest.fixture(scope="module")
def recorded() -> Recording:
    return record(dev())


def test_pods_are_kept_off_the_metadata_service_by_default(recorded: Recording) -> None:
    """The mesh's own policy, unchanged; for all namespaces."""
    (expected,) = block_metadata()
    policy = recorded.one(POLICY)
    assert policy.inputs == expected
    assert (policy.name, policy.parent) == ("dev-block-metadata", "Baseline dev-baseline")


def test_the_policy_waits_for_the_ready_gate(recorded: Recording) -> None:
    """Its definition is made by Cilium's operator, at run time."""
    assert "Command dev-ready" in recorded.one(POLICY).dependencies


def test_the_policy_goes_with_the_network(recorded: Recording) -> None:
    """Deleting it then could reach nobody; a replaced or removed server leaves it alone."""
    assert recorded.one(POLICY).deleted_with == "NetworkSubnet dev-nodes"


def test_the_policy_is_applied_to_this_cluster_by_a_pinned_provider(recorded: Recording) -> None:
    """Never by an ambient kubeconfig."""
    provider = recorded.one("pulumi:providers:kubernetes")
    request = recorded.one(POLICY).request
    assert request.provider.rpartition("::")[0] == provider.urn
    assert request.version.startswith("4.")


def test_the_block_can_be_switched_off() -> None:
    """For a storage driver that asks the metadata service; the component stays."""
    recording = record(dev(cilium={"blockMetadata": False}))
    assert not recording.has(POLICY)
    assert recording.one(BASELINE).inputs == {"policies": []}


def test_packs_read_the_names_of_the_policies_from_the_inputs(recorded: Recording) -> None:
    """Plain values."""
    assert recorded.one(BASELINE).inputs == {"policies": ["block-metadata"]}
