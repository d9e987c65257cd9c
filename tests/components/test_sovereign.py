"""Sovereign: the composition, and what holds for everything in it."""

from typing import Any

import pytest

from tests.configurations import HIGHLY_AVAILABLE, dev
from tests.recording import Recording, Secret, record

PROVIDER = "pulumi:providers:kubernetes"


@pytest.fixture(scope="module")
def recorded() -> Recording:
    return record(dev())


def test_it_is_composed_of_these_parts(recorded: Recording) -> None:
    """Each a component of its own below the Sovereign."""
    parts = {found.label for found in recorded if found.parent == "Sovereign dev"}
    assert parts == {
        "Network dev",
        "Access dev",
        "ControlPlane dev-control-plane",
        "WorkerPool dev-default",
        "K3sJoin dev-join",
        "kubernetes dev",
        "Cilium dev-cilium",
        "CloudController dev-cloud-controller",
        "ReadyGate dev-ready",
        "Baseline dev-baseline",
    }


def test_every_component_registers_its_outputs(recorded: Recording) -> None:
    """One that does not stays "creating" for ever."""
    components = {found.urn for found in recorded if not found.custom}
    assert components == set(recorded.component_outputs)


def test_kubernetes_resources_use_the_explicit_provider(recorded: Recording) -> None:
    """Never an ambient kubeconfig."""
    provider = recorded.one(PROVIDER)
    on_cluster = [found for found in recorded if found.type.startswith("kubernetes:")]
    assert len(on_cluster) == 4
    for found in on_cluster:
        assert found.request.provider.rpartition("::")[0] == provider.urn, found.label


def test_the_provider_has_the_secret_kubeconfig_and_a_fixed_identity(recorded: Recording) -> None:
    """Without `clusterIdentifier` a changed kubeconfig replaces everything on the cluster
    (pulumi-kubernetes#2745)."""
    inputs = recorded.one(PROVIDER).inputs
    assert inputs["clusterIdentifier"] == "sovereign-dev"
    assert inputs["kubeconfig"] == recorded.outputs["kubeconfig"]
    assert isinstance(inputs["kubeconfig"], Secret)


def test_hetzner_resources_use_the_default_provider(recorded: Recording) -> None:
    """So that `hcloud:*` configuration and HCLOUD_* both work."""
    assert all(not found.request.provider for found in recorded if "hcloud:" in found.type)


def test_only_network_and_control_plane_are_protected() -> None:
    """And nothing where it is not asked for."""
    protected = {found.label for found in record(dev(protect=True)) if found.request.protect}
    assert protected == {"Network dev", "NetworkSubnet dev-nodes", "Server dev-control-plane-1"}
    assert not any(found.request.protect for found in record(dev()))


@pytest.mark.parametrize("cluster", [dev(), HIGHLY_AVAILABLE], ids=["dev", "highly available"])
def test_nothing_waits_for_itself(cluster: dict[str, Any]) -> None:
    """The dependencies have no cycle; the ready gate comes last, the baseline behind it."""
    recording = record(cluster)
    waiting = {found.label: set(found.dependencies) for found in recording}
    order: list[str] = []
    while waiting:
        ready = sorted(label for label, after in waiting.items() if not after & waiting.keys())
        assert ready, f"a cycle among {sorted(waiting)}"
        order += ready
        for label in ready:
            del waiting[label]
    assert order[-2:] == ["Command dev-ready", "CiliumClusterwideNetworkPolicy dev-block-metadata"]


def test_packs_read_the_whole_from_the_components_inputs(recorded: Recording) -> None:
    """Counts, versions, operators, and which artifacts are pinned."""
    facts = dict(recorded.one("sovereign:index:Sovereign").inputs)
    artifacts = {one["name"]: (one["version"], one["pinned"]) for one in facts.pop("artifacts")}
    assert facts == {
        "clusterName": "dev",
        "environment": "dev",
        "location": "nbg1",
        "controlPlanes": 1,
        "workers": 2,
        "attachments": 3,
        "apiServerAddress": "control-plane-ip",
        "k3sVersion": "v1.36.4+k3s1",
        "ciliumVersion": "1.20.2",
        "operatorCidrs": ["203.0.113.0/24"],
        "protect": False,
    }
    assert artifacts["k3s-amd64"] == ("v1.36.4+k3s1", False)
    assert artifacts["gateway-api-gateways"] == ("v1.6.1", True)
    assert "k3s-arm64" not in artifacts


def test_the_facts_of_all_components_are_known_in_a_first_preview() -> None:
    """They are all that packs can rely on then."""
    preview, done = record(dev(), preview=True), record(dev())
    facts = {found.label: found.inputs for found in preview if not found.custom}
    assert facts == {found.label: found.inputs for found in done if not found.custom}
    assert len(facts) == 10


def test_a_first_preview_registers_what_the_update_registers() -> None:
    """The shape never hangs on what the cloud answers."""
    preview, done = record(dev(), preview=True), record(dev())
    assert set(preview.registrations) == set(done.registrations)
