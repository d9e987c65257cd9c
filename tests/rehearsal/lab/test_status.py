"""The lab's verdicts in the words of the node model."""

from dataclasses import replace
from typing import Any

from rehearsal.lab.status import NO_LEADER, Lab, status
from rehearsal.lab.survey import Found
from rehearsal.lab.view import Silence, View, read
from rehearsal.nodes.k3s_words import NO_CNI, SILENT
from rehearsal.nodes.project import Attachment, Machine
from rehearsal.nodes.status import CLUSTER_LOST, NOT_JOINED, NodeStatus
from tests.rehearsal.lab.kubernetes import daemon_set, deployment, node, pod

ACTIVE = Found("done", units={"k3s": {"state": "active", "error": ""}}, datastore=True)
REFUSED = "dial tcp 127.0.0.1:6443: connect: connection refused"
SERVER = Machine(
    id=1,
    name="dev-control-plane-1",
    user_data="",
    public_ipv4="198.51.100.1",
    status="running",
    attachments=(Attachment(1, "10.0.1.2"),),
    rules=None,
    ssh_keys=(),
    image="ubuntu-24.04",
    server_type="cpx32",
    role="control-plane",
)


def seen(
    found: Found,
    view: View | Silence,
    machine: Machine = SERVER,
    noted: str = "",
    failures: dict[int, str] | None = None,
) -> NodeStatus:
    """The status of one server."""
    lab = Lab(
        machines=(machine,),
        found={machine.id: found},
        view=view,
        noted={"198.51.100.1": noted} if noted else {},
        failures=failures or {},
        api_addresses={machine.name: "10.0.1.2:6443"},
    )
    (one,) = status(lab, ()).nodes
    return one


def cluster(ready: str = "True", *others: dict[str, Any], **more: Any) -> View:
    return read([node(SERVER.name, 1, ready, **more), *others])


def test_a_ready_node_is_ready() -> None:
    """Without a reason, and without an address of Cilium where there is none."""
    one = seen(ACTIVE, cluster())

    assert (one.ready, one.reason, one.api_address) == (True, "", "")


def test_a_taint_of_the_bring_up_keeps_a_ready_node_from_being_ready() -> None:
    """Other taints are the operator's own."""
    taints = [
        {"key": "node.cloudprovider.kubernetes.io/uninitialized", "effect": "NoSchedule"},
        {"key": "tier", "effect": "NoSchedule"},
    ]
    one = seen(ACTIVE, cluster(taints=taints))

    uninitialized = "node.cloudprovider.kubernetes.io/uninitialized:NoSchedule"
    assert (one.ready, one.reason) == (False, f"Ready, but tainted: {uninitialized}")


def test_a_node_without_a_network_says_so_until_cilium_is_installed() -> None:
    """Then its agent's own reason counts, whatever the kubelet says."""
    without = seen(ACTIVE, cluster("False", message=NO_CNI))
    agent = {"cilium-agent": {"ready": False, "reason": REFUSED}}
    view = cluster("False", daemon_set("cilium", 1, 0), message=NO_CNI)
    broken = seen(replace(ACTIVE, agents=agent), view)

    assert (without.ready, without.reason) == (False, NO_CNI)
    assert (broken.ready, broken.reason) == (False, REFUSED)


def test_a_silent_kubelet_is_told_apart_by_why() -> None:
    """Its server is off, its k3s does not run, or it is cut off."""
    view = cluster("Unknown", message=SILENT)
    failed = Found("done", units={"k3s": {"state": "failed", "error": "no token"}})
    timeout = {"address": "10.0.1.2:6443", "connected": False, "error": "i/o timeout"}

    assert seen(Found(), view, replace(SERVER, status="off")).reason == (
        f"{SILENT} Its server is off."
    )
    assert seen(failed, view).reason == f"{SILENT} Its k3s does not run: no token"
    assert seen(replace(ACTIVE, api_path=timeout), view).reason == f"{SILENT} i/o timeout"


def test_a_server_that_is_no_node_has_the_first_reason_on_its_way() -> None:
    """Switched off; not reached by SSH; stopped by cloud-init; refused by the cluster."""
    nobody = View((), ())
    boot = Found("error", ("Runparts: 1 failures", "the sum is wrong"))
    refused = Found("done", units={"k3s-agent": {"state": "activating", "error": "401"}})

    assert seen(Found(), nobody, replace(SERVER, status="off")).reason == "its server is off"
    assert seen(Found("done"), nobody, noted="ssh: host key mismatch").reason == (
        "ssh: host key mismatch"
    )
    assert seen(boot, nobody).reason == "the sum is wrong"
    assert seen(refused, nobody).reason == "401"


def test_a_host_that_could_not_be_started_says_why() -> None:
    """Whether it has joined before or not."""
    late = {SERVER.id: "it did not start"}

    assert seen(Found(), View((), ()), failures=late).reason == "it did not start"
    assert seen(Found(), cluster("Unknown", message=SILENT), failures=late).reason == (
        f"{SILENT} Its k3s does not run: it did not start"
    )


def test_a_server_on_which_nothing_was_tried_has_no_verdict() -> None:
    """As in the node model: it has not joined."""
    one = seen(Found("done"), View((), ()))

    assert (one.ready, one.reason) == (None, NOT_JOINED)


def test_a_cluster_without_an_answer_has_lost_its_leader_or_everything() -> None:
    """It is lost where no control plane has a datastore on its disk."""
    worker = replace(SERVER, id=2, name="dev-default-1", role="worker")
    silence = Silence("refused")

    assert seen(ACTIVE, silence).reason == NO_LEADER
    assert seen(replace(ACTIVE, datastore=False), silence, worker).reason == CLUSTER_LOST


def component(found: Found, *objects: dict[str, Any]) -> tuple[bool, str]:
    """Ready and reason of the one workload, on a cluster of one server."""
    lab = Lab((SERVER,), {SERVER.id: found}, cluster("True", *objects), {}, {}, {SERVER.name: ""})
    (one,) = status(lab, ()).components
    return one.ready, one.reason


def test_a_workload_names_its_failing_pods_and_those_that_wait() -> None:
    """Where none is to be had at all, that is the reason."""
    pods = [pod("ui", on=SERVER.name, ended="no route"), pod("ui", pending="0/1 nodes")]

    assert component(ACTIVE, deployment("ui", 2, 0), *pods) == (
        False,
        f"{SERVER.name}: no route; 0/1 nodes",
    )
    assert component(ACTIVE, deployment("ui", 1, 1), pod("ui", on=SERVER.name)) == (True, "")
    assert component(ACTIVE, daemon_set("envoy", 0, 0)) == (False, "no node takes it")


def test_what_a_stand_in_says_on_its_host_counts_before_what_the_api_was_told() -> None:
    """A kubelet that is cut off still shows its pod as it was; a ready workload needs no reason."""
    host = replace(ACTIVE, agents={"cilium-agent": {"ready": False, "reason": "i/o timeout"}})
    running = pod("cilium", on=SERVER.name)

    assert component(host, daemon_set("cilium", 1, 0), running) == (
        False,
        f"{SERVER.name}: i/o timeout",
    )
    assert component(host, daemon_set("cilium", 1, 1), running) == (True, "")


def test_the_boot_and_the_path_to_the_api_are_shown_as_they_were_found() -> None:
    """For `--json`."""
    path = {"address": "10.0.1.2:6443", "connected": False, "error": REFUSED}
    one = seen(replace(ACTIVE, api_path=path, cloud_init_errors=("late",)), cluster())

    assert one.cloud_init is not None
    assert (one.cloud_init.status, one.cloud_init.errors) == ("done", ("late",))
    assert one.api_path is not None
    assert (one.api_path.connected, one.api_path.error) == (False, REFUSED)
