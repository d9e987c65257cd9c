"""The catalogue of faults: each ends as it says, and the same run without it is cured."""

from pathlib import Path

import pytest

from rehearsal import breaks
from rehearsal.nodes.join import BINARY
from tests.rehearsal.nodes.change import SERVER, WORKERS, Change
from tests.rehearsal.nodes.planned import available_plan, dev_plan, solo_plan
from tests.rehearsal.nodes.rehearsed import Rehearsed

REFUSED = "dial tcp 127.0.0.1:6443: connect: connection refused"
MISMATCH = "ssh: handshake failed: ssh: host key mismatch"
EVERYONE = (SERVER, *WORKERS)
ENDS: dict[str, tuple[dict[str, str], str]] = {
    "api-host-loopback": (dict.fromkeys(WORKERS, REFUSED), "daemonset/kube-system/cilium"),
    "mtu-1500": ({}, "pod-network"),
    "ipam-overlap": (
        dict.fromkeys(
            WORKERS,
            "dial tcp 10.0.1.2:6443: i/o timeout: Cilium gave 10.0.1.0/24 to pods, and "
            "addresses of nodes are in it",
        ),
        "daemonset/kube-system/cilium",
    ),
    "wrong-agent-token": (
        dict.fromkeys(
            WORKERS,
            "Waiting to retrieve agent configuration; server is not ready: failed to retrieve "
            "configuration from "
            "server: https://127.0.0.1:6444/v1-k3s/config: 401 Unauthorized",
        ),
        "",
    ),
    "nic-late": ({}, ""),
    "firewall-closed-6443": (
        dict.fromkeys(
            EVERYONE,
            "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady "
            "message:Network plugin returns error: cni plugin not initialized",
        ),
        "",
    ),
    "k3s-checksum": ({}, ""),
    "host-key-changed": (dict.fromkeys(EVERYONE, MISMATCH), ""),
    "no-cloud-controller": (
        dict.fromkeys(
            EVERYONE,
            "Ready, but tainted: node.cloudprovider.kubernetes.io/uninitialized:NoSchedule",
        ),
        "deployment/kube-system/hubble-relay",
    ),
}
"""Break -> node not Ready and its exact reason, and a component that is not Ready."""
NAMES = [one.name for one in breaks.CATALOGUE]


def test_the_catalogue_holds_the_breaks_of_the_lab() -> None:
    """Model and lab know the same faults by the same names, each explained."""
    assert set(NAMES) == set(ENDS)
    assert all(one.what and one.expected for one in breaks.CATALOGUE)
    assert breaks.table().row_count == len(NAMES)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "k3s-checksum"])
def test_a_break_ends_as_the_catalogue_says(name: str) -> None:
    """Exactly the nodes it names are not Ready, for the very sentence an operator is shown."""
    status = Rehearsed(dev_plan()).broken(name).bring_up().model.status()

    nodes, component = ENDS[name]
    assert {node.name: node.reason for node in status.nodes if not node.ready} == nodes
    not_ready = {part.name for part in status.components if not part.ready}
    assert component in not_ready if component else not nodes or not status.ready


def test_a_damaged_k3s_binary_stops_the_boot_of_every_node() -> None:
    """The checksum that came and the one expected are both named; nothing is installed."""
    rehearsed = Rehearsed(dev_plan()).broken("k3s-checksum").bring_up()

    first = rehearsed.steps[f"{SERVER}-join"]
    assert first.exit_code == 1
    assert first.stderr.endswith("cloud-init failed, so k3s is not started; the reason is above.\n")
    assert "has the SHA-256" in first.stderr
    for node in rehearsed.model.status().nodes:
        assert node.ready is False
        assert "is expected, so it is not installed" in node.reason
    assert all(BINARY not in host.installed for host in rehearsed.model.state.hosts.values())


@pytest.mark.parametrize("name", NAMES)
def test_the_same_run_without_the_break_is_cured(name: str, tmp_path: Path) -> None:
    """No break leaves anything behind that a second, healthy run does not put right."""
    broken = Rehearsed(dev_plan()).broken(name).bring_up()

    cured = broken.again(tmp_path / "nodes.json").bring_up()

    assert cured.model.status().ready
    assert cured.steps["ready"].exit_code == 0


@pytest.mark.parametrize("name", ["api-host-loopback", "mtu-1500", "ipam-overlap", "nic-late"])
def test_what_breaks_workers_is_harmless_on_one_node(name: str) -> None:
    """A k3s server answers on its own loopback, and one node has no peers to lose."""
    solo = Rehearsed(solo_plan()).broken(name).bring_up()

    assert solo.model.status().ready
    assert solo.steps["ready"].exit_code == 0


def test_the_incident_as_the_gate_tells_it() -> None:
    """Workers have joined and are NotReady; the diagnosis counts the refused connection."""
    incident = Rehearsed(dev_plan()).broken("api-host-loopback").bring_up()

    status = incident.model.status()
    assert [(node.name, node.ready, node.api_address) for node in status.nodes] == [
        (SERVER, True, "127.0.0.1:6443"),
        (WORKERS[0], False, "127.0.0.1:6443"),
        (WORKERS[1], False, "127.0.0.1:6443"),
    ]
    assert all(incident.steps[f"{name}-join"].exit_code == 0 for name in EVERYONE)
    gate = incident.steps["ready"]
    assert gate.exit_code == 1
    assert f"ready    node  {SERVER}  10.0.1.2\n" in gate.stdout
    assert f"waiting  node  {WORKERS[0]}  10.0.1.20 NotReady (KubeletNotReady: " in gate.stdout
    assert REFUSED in gate.stderr.partition("== connections that failed")[2]


def test_the_incident_strikes_several_control_planes_workers_all_the_same() -> None:
    """With the list of API servers in the values, the break removes it as well."""
    incident = Rehearsed(available_plan()).broken("api-host-loopback").bring_up()

    not_ready = {node.name: node.reason for node in incident.model.status().nodes if not node.ready}
    assert not_ready == dict.fromkeys(WORKERS, REFUSED)


def test_a_late_interface_is_waited_for_only_up_to_the_limit() -> None:
    """20 s are waited for; the limit of the plan, 300 s, is not exceeded in silence."""
    rehearsed = Rehearsed(dev_plan()).broken("nic-late")
    assert rehearsed.model.surroundings.private_nic_delay_s == 20
    rehearsed.model.surroundings = type(rehearsed.model.surroundings)(private_nic_delay_s=301)

    outcome = rehearsed.join(rehearsed.plan.nodes[0])

    assert outcome.exit_code == 1
    assert "has no NIC with the private address 10.0.1.2 after 300 s" in outcome.stderr


def test_k3s_own_cloud_controller_would_initialize_nodes_without_hetzners() -> None:
    """Nodes are Ready then, with provider ids that Hetzner's controller can never take over."""
    change = Change("k3s", "disable-cloud-controller", None, SERVER)
    rehearsed = Rehearsed(dev_plan(), change).broken("no-cloud-controller").bring_up()

    assert rehearsed.reasons() == {}
    assert "providerID k3s://" in str(rehearsed.model.status().components)
