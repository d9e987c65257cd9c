"""Cilium: the API server's address is the control plane's own output, and the values exist once."""

from typing import Any

import pytest
import yaml

from tests import configurations
from tests.components.test_k3s_join import moved, reachable
from tests.configurations import HIGHLY_AVAILABLE, dev
from tests.recording import RELEASE, UNKNOWN, Recording, record


@pytest.fixture(scope="module")
def recorded() -> Recording:
    return record(dev())


def values(recording: Recording) -> dict[str, Any]:
    """What Helm gets."""
    found = recording.one(RELEASE, "dev-cilium").inputs["values"]
    assert isinstance(found, dict)
    return found


def on_the_node(recording: Recording) -> Any:
    """What is written to the control plane."""
    return yaml.safe_load(recording.stdin("dev-cilium-values")["VALUES"])


def test_cilium_reaches_the_api_at_the_control_planes_private_address(recorded: Recording) -> None:
    """On every node: nothing listens on 127.0.0.1:6443 on a k3s agent."""
    assert (values(recorded)["k8sServiceHost"], values(recorded)["k8sServicePort"]) == (
        "10.0.1.2",
        6443,
    )


def test_the_address_is_the_servers_output_and_nothing_typed_in() -> None:
    """What the cloud answers is what release, output, file and joins say."""
    recording = record(dev(), answer=moved("dev-control-plane-1", "10.0.1.77"))
    assert values(recording)["k8sServiceHost"] == "10.0.1.77"
    assert recording.outputs["ciliumValues"]["k8sServiceHost"] == "10.0.1.77"
    assert on_the_node(recording)["k8sServiceHost"] == "10.0.1.77"
    assert recording.outputs["apiPrivateEndpoint"] == "https://10.0.1.77:6443"
    assert "10.0.1.2" not in str(values(recording))


def test_the_address_is_unknown_in_a_first_preview_and_everything_else_is_known() -> None:
    """So policies read the rest from the plan's facts."""
    found = record(dev(), preview=True).one(RELEASE, "dev-cilium").inputs["values"]
    assert found["k8sServiceHost"] == UNKNOWN
    assert [key for key, value in found.items() if value == UNKNOWN] == ["k8sServiceHost"]
    assert record(dev(), preview=True).outputs["ciliumValues"] == UNKNOWN


@pytest.mark.parametrize(
    "cluster",
    [dev(), dev(pools={}), HIGHLY_AVAILABLE, dev(apiServerAddress="node-local")],
    ids=["dev", "single node", "highly available", "node-local"],
)
def test_release_output_and_file_render_the_same_values(cluster: dict[str, Any]) -> None:
    """Parity: they are computed once."""
    recording = record(cluster)
    assert values(recording) == recording.outputs["ciliumValues"] == on_the_node(recording)
    planned = configurations.plan(cluster).cilium.values
    assert {**values(recording), "k8s": None} == {
        **planned,
        "k8s": None,
        "k8sServiceHost": values(recording)["k8sServiceHost"],
    }


def test_with_several_control_planes_agents_know_all_of_them() -> None:
    """As one string separated by spaces, from all servers' outputs, first one first."""
    recording = record(HIGHLY_AVAILABLE, answer=moved("dev-control-plane-3", "10.0.1.88"))
    assert values(recording)["k8sServiceHost"] == "10.0.1.2"
    assert values(recording)["k8s"] == {
        "requireIPv4PodCIDR": True,
        "apiServerURLs": "https://10.0.1.2:6443 https://10.0.1.3:6443 https://10.0.1.88:6443",
    }
    assert "apiServerURLs" not in values(record(dev()))["k8s"]


def test_node_local_uses_the_balancer_that_every_k3s_node_has() -> None:
    """127.0.0.1:6444, never :6443, and no list of servers, with several control planes too."""
    for cluster in (dev(), HIGHLY_AVAILABLE):
        found = values(record({**cluster, "apiServerAddress": "node-local"}))
        assert (found["k8sServiceHost"], found["k8sServicePort"]) == ("127.0.0.1", 6444)
        assert "apiServerURLs" not in found["k8s"]


def test_the_release_waits_for_the_api_and_its_definitions_and_never_for_joins(
    recorded: Recording,
) -> None:
    """The first join made the API; waiting for another one would be a deadlock."""
    release = recorded.one(RELEASE, "dev-cilium")
    assert {"Command dev-api", "Command dev-gateway-crds"} <= release.dependencies
    waits_for = reachable(recorded, release)
    assert {found for found in waits_for if found.endswith("-join")} == {
        "Command dev-control-plane-1-join"
    }
    assert not any(found.startswith("Release ") for found in waits_for)


def test_the_release_is_named_pinned_and_not_awaited(recorded: Recording) -> None:
    """Hubble relay and UI stay Pending until nodes join: the ready gate waits, not Helm."""
    release = recorded.one(RELEASE, "dev-cilium")
    fields = ("name", "namespace", "chart", "version", "skipAwait", "timeout")
    assert {key: release.inputs[key] for key in fields} == {
        "name": "cilium",
        "namespace": "kube-system",
        "chart": "https://helm.cilium.io/cilium-1.20.2.tgz",
        "version": "1.20.2",
        "skipAwait": True,
        "timeout": 900,
    }
    assert "atomic" not in release.inputs
    assert release.request.deleteBeforeReplace
    assert release.deleted_with == "NetworkSubnet dev-nodes"


def test_the_gateway_definitions_are_applied_behind_the_gate(recorded: Recording) -> None:
    """All of the release that this Cilium line needs, each with its pinned checksum."""
    command = recorded.command("dev-gateway-crds")
    assert {"Command dev-api", "Server dev-control-plane-1"} == command.dependencies
    lines = recorded.stdin("dev-gateway-crds")["MANIFESTS"].splitlines()
    planned = configurations.plan(dev()).cilium.manifests
    assert lines == [f"{one.url} {one.sha256} -" for one in planned]
    assert len(lines) == 10
    assert all("/v1.6.1/" in line for line in lines)


def test_packs_read_version_mode_and_all_planned_values_from_the_inputs(
    recorded: Recording,
) -> None:
    """In a first preview too; the address is not among them."""
    facts = recorded.one("sovereign:index:Cilium").inputs
    assert (facts["version"], facts["apiServerAddress"]) == ("1.20.2", "control-plane-ip")
    assert facts["values"] == configurations.plan(dev()).cilium.values
    assert "k8sServiceHost" not in facts["values"]
    assert record(dev(), preview=True).one("sovereign:index:Cilium").inputs == facts
