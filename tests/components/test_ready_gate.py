"""ReadyGate: `up` ends when every planned node and component is Ready."""

from typing import Any

import pytest

from sovereign.components.ready_gate import fingerprint
from tests import configurations
from tests.configurations import HIGHLY_AVAILABLE, dev
from tests.recording import RELEASE, SERVER, Recording, record


@pytest.fixture(scope="module")
def available() -> Recording:
    return record(HIGHLY_AVAILABLE)


def test_the_gate_waits_for_every_join_and_both_releases(available: Recording) -> None:
    """Whatever it asks about has been started before."""
    dependencies = available.command("dev-ready").dependencies
    nodes = [node.name for node in configurations.plan(HIGHLY_AVAILABLE).nodes]
    assert {f"Command {node}-join" for node in nodes} <= dependencies
    releases = {release.label for release in available.of(RELEASE)}
    assert releases == {"Release dev-cilium", "Release dev-cloud-controller"}
    assert releases <= dependencies


def test_the_gate_asks_for_every_node_and_every_component(available: Recording) -> None:
    """By the names of the plan."""
    planned = configurations.plan(HIGHLY_AVAILABLE)
    assert available.stdin("dev-ready") == {
        "NODES": " ".join(node.name for node in planned.nodes),
        "COMPONENTS": (
            "daemonset/kube-system/cilium deployment/kube-system/cilium-operator "
            "daemonset/kube-system/cilium-envoy deployment/kube-system/hubble-relay "
            "deployment/kube-system/hubble-ui "
            "deployment/kube-system/hcloud-cloud-controller-manager "
            "deployment/kube-system/coredns deployment/kube-system/metrics-server"
        ),
        "CLUSTER": "dev",
        "PROTECT": "",
        "LIMIT_S": "900",
    }


def test_control_planes_of_a_protected_environment_do_not_leave_by_the_gate() -> None:
    """Their servers would stay, outside of the cluster."""
    assert record(dev(protect=True)).stdin("dev-ready")["PROTECT"] == "yes"


def test_a_part_that_is_switched_off_is_not_waited_for() -> None:
    """Hubble off, Envoy in the agent."""
    cilium = {"version": "1.20.2", "hubble": {"enabled": False}, "envoy": {"enabled": False}}
    components = record(dev(cilium=cilium)).stdin("dev-ready")["COMPONENTS"]
    assert "hubble" not in components
    assert "envoy" not in components
    assert "daemonset/kube-system/cilium " in components


def test_the_gate_runs_again_for_a_new_server_and_for_other_values(available: Recording) -> None:
    """Every server's id is a trigger, and the hash of what the releases are made of."""
    ids = {str(1000 + sum(f"{one.type}/{one.name}".encode())) for one in available.of(SERVER)}
    assert len(ids) == 5
    triggers = available.command("dev-ready").inputs["triggers"]
    assert set(triggers) == {*ids, fingerprint(configurations.plan(HIGHLY_AVAILABLE))}


@pytest.mark.parametrize(
    "change",
    [
        {"cilium": {"mtu": 1400}},
        {"cilium": {"version": "1.20.0"}},
        {"k3s": {"version": "v1.35.1+k3s1"}},
        {"cloudController": {"version": "1.34.0"}},
        {"network": {"podCidr": "10.44.0.0/16"}},
    ],
    ids=["value", "Cilium", "k3s", "cloud controller", "pod range"],
)
def test_the_hash_changes_with_values_and_versions(change: dict[str, Any]) -> None:
    """Of all that the gate waits for."""
    changed = configurations.plan(dev(**change))
    assert fingerprint(changed) != fingerprint(configurations.plan(dev()))


def test_the_hash_does_not_hang_on_the_order_of_the_configuration() -> None:
    """A reordered file must not make the gate run again."""
    cluster = dev(pools={"a": {"ids": [1, 2]}, "b": {"ids": [3]}})
    reordered = {
        **dict(reversed(cluster.items())),
        "pools": {"b": {"ids": [3]}, "a": {"ids": [2, 1]}},
    }
    assert fingerprint(configurations.plan(cluster)) == fingerprint(configurations.plan(reordered))


def test_packs_read_what_is_waited_for_from_the_inputs(available: Recording) -> None:
    """Names, references, the limit."""
    facts = available.one("sovereign:index:ReadyGate").inputs
    planned = configurations.plan(HIGHLY_AVAILABLE)
    assert facts == {
        "nodes": [node.name for node in planned.nodes],
        "components": [part.reference for part in planned.components],
        "limitS": 900,
    }
