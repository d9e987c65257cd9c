"""CloudController: part of the default, its token in its Secret and nowhere else."""

import pytest

from tests import configurations
from tests.components.test_k3s_join import reachable
from tests.configurations import HIGHLY_AVAILABLE, dev
from tests.recording import (
    CLUSTER_SECRET,
    HCLOUD_TOKEN,
    RELEASE,
    Recording,
    Secret,
    record,
    reveal,
)


@pytest.fixture(scope="module")
def recorded() -> Recording:
    return record(dev())


def test_the_token_lives_in_the_secret_that_the_chart_reads(recorded: Recording) -> None:
    """Beside the id of the network, as text; secret on the wire."""
    secret = recorded.one(CLUSTER_SECRET)
    metadata = secret.inputs["metadata"]
    assert (metadata["name"], metadata["namespace"]) == ("hcloud", "kube-system")
    data = secret.inputs["stringData"]
    assert isinstance(data, Secret)
    assert reveal(data) == {"token": HCLOUD_TOKEN, "network": str(recorded.outputs["networkId"])}


def test_the_release_is_pinned_and_carries_the_planned_values(recorded: Recording) -> None:
    """1.35.0, routes off."""
    release = recorded.one(RELEASE, "dev-cloud-controller")
    fields = ("name", "namespace", "chart", "version", "skipAwait")
    chart = "https://charts.hetzner.cloud/hcloud-cloud-controller-manager-1.35.0.tgz"
    assert {key: release.inputs[key] for key in fields} == {
        "name": "hcloud-cloud-controller-manager",
        "namespace": "kube-system",
        "chart": chart,
        "version": "1.35.0",
        "skipAwait": True,
    }
    values = dict(release.inputs["values"])
    annotations = values.pop("podAnnotations")
    assert values == configurations.plan(dev()).cloud_controller.values
    assert set(annotations) == {"sovereign/token"}


def test_another_token_restarts_the_controller(recorded: Recording) -> None:
    """It reads the token once; the annotation changes with it and tells nothing about it."""
    text = fingerprint_of("a")
    assert text != fingerprint_of("b")
    assert len(text) == 16
    values = recorded.one(RELEASE, "dev-cloud-controller").inputs["values"]
    assert values["strategy"] == {"type": "Recreate"}


def fingerprint_of(token: str) -> str:
    """What the annotation says."""
    import asyncio

    import pulumi

    from sovereign.components.cloud_controller import fingerprint

    async def known() -> str:
        return str(await fingerprint(pulumi.Output.secret(token)).future())

    return asyncio.run(known())


def test_it_waits_for_the_api_and_its_secret_and_never_for_cilium_or_joins() -> None:
    """Cilium's pods need the taint cleared that this controller clears."""
    recording = record(HIGHLY_AVAILABLE)
    release = recording.one(RELEASE, "dev-cloud-controller")
    assert {"Command dev-api", "Secret dev-hcloud"} <= release.dependencies
    waits_for = reachable(recording, release)
    assert not any(found.startswith("Release ") for found in waits_for)
    assert {found for found in waits_for if found.endswith("-join")} == {
        "Command dev-control-plane-1-join"
    }


def test_both_go_with_the_network(recorded: Recording) -> None:
    """Deleting them then could reach nobody (pulumi-kubernetes#2675); a replaced or removed server
    leaves them alone."""
    for found in (recorded.one(CLUSTER_SECRET), recorded.one(RELEASE, "dev-cloud-controller")):
        assert found.deleted_with == "NetworkSubnet dev-nodes"


def test_packs_read_version_and_routes_from_the_inputs(recorded: Recording) -> None:
    """Plain values."""
    assert recorded.one("sovereign:index:CloudController").inputs == {
        "version": "1.35.0",
        "podCidr": "10.42.0.0/16",
        "routes": False,
    }
