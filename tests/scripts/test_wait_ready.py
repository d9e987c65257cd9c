"""wait-ready.sh: the last gate ends when all is ready, or says what is not."""

from typing import Any

import pytest

from tests.scripts.objects import CONTROL_PLANE_TAINT, UNINITIALIZED, daemon_set, deployment, node
from tests.scripts.sandbox import Ended, Sandbox

NODES = "dev-control-plane-1 dev-default-1"
COMPONENTS = "daemonset/kube-system/cilium deployment/kube-system/hubble-relay"
SERVER = node("dev-control-plane-1", "10.0.1.2", taints=(CONTROL_PLANE_TAINT,))
WORKER = node("dev-default-1", "10.0.1.20")
CILIUM = daemon_set("cilium", 2, 2)
RELAY = deployment("hubble-relay", 1, 1)
READY = (
    "ready    node  dev-control-plane-1  10.0.1.2\n"
    "ready    node  dev-default-1  10.0.1.20\n"
    "ready    component  daemonset/kube-system/cilium  2/2\n"
    "ready    component  deployment/kube-system/hubble-relay  1/1\n"
)
NOT_READY = node(
    "dev-default-1", ready="False", reason="KubeletNotReady", message="cni not initialized",
    taints=("node.cilium.io/agent-not-ready", "node.kubernetes.io/not-ready"),
)  # fmt: skip
TAINTS = "node.cilium.io/agent-not-ready:NoSchedule node.kubernetes.io/not-ready:NoSchedule "
REFRESH = 'attached to the network; run "pulumi up --refresh"'


@pytest.fixture
def server(host: Sandbox) -> Sandbox:
    """A control plane, from which the cluster is surveyed."""
    host.write("host", "dev-control-plane-1\n")
    return host


def wait(host: Sandbox, shell: str = "bash", limit_s: int = 60, protect: str = "") -> Ended:
    """Wait for two nodes and two components."""
    planned = {"NODES": NODES, "COMPONENTS": COMPONENTS, "CLUSTER": "dev"}
    return host.ssh("wait-ready.sh", shell, **planned, PROTECT=protect, LIMIT_S=str(limit_s))


def test_a_ready_cluster_is_listed_at_once(server: Sandbox, shell: str) -> None:
    """One line per node and component of the plan; strangers are none of its business."""
    stranger = node("autoscaled-1", ready="False")
    other = daemon_set("other", 2, 0)
    server.cluster(nodes=[SERVER, WORKER, stranger], workloads=[other, CILIUM, RELAY])
    assert wait(server, shell) == Ended(0, READY, "")
    assert server.slept == 0


def test_it_waits_until_all_is_ready(server: Sandbox) -> None:
    """Silence of the API, a node not ready, then readiness: only the last survey is printed."""
    server.cluster("ready.json", nodes=[SERVER, WORKER], workloads=[CILIUM, RELAY])
    server.cluster("joined.json", nodes=[SERVER, NOT_READY], workloads=[CILIUM, RELAY])
    server.cluster(answers=False)
    server.after(10, "cp joined.json cluster.json")
    server.after(20, "cp ready.json cluster.json")
    assert wait(server) == Ended(0, READY, "")
    assert server.slept == 20


@pytest.mark.parametrize(
    ("worker", "line"),
    [
        (None, f"has not joined: its server may be gone or not {REFRESH}"),
        (
            node("dev-default-1", None),
            f"has no private address: its server is not {REFRESH}",
        ),
        (
            NOT_READY,
            f"10.0.1.20 NotReady (KubeletNotReady: cni not initialized), taints: {TAINTS}",
        ),
        (
            node("dev-default-1", ready="Unknown", reason="NodeStatusUnknown", message="silent"),
            "10.0.1.20 NotReady (NodeStatusUnknown: silent), taints: ",
        ),
        (
            node("dev-default-1", taints=(UNINITIALIZED,)),
            f"10.0.1.20 Ready, but tainted: {UNINITIALIZED}:NoSchedule ",
        ),
        (
            node("dev-default-1", taints=("node.cilium.io/agent-not-ready",)),
            "10.0.1.20 Ready, but tainted: node.cilium.io/agent-not-ready:NoSchedule ",
        ),
    ],
)
def test_a_node_that_is_not_ready_is_explained(
    server: Sandbox, worker: dict[str, Any] | None, line: str
) -> None:
    """Missing, without address, not ready, silent, still tainted: each has its own words."""
    nodes = [SERVER, worker] if worker else [SERVER]
    server.cluster(nodes=nodes, workloads=[CILIUM, RELAY])
    ended = wait(server, limit_s=0)
    line = f"waiting  node  dev-default-1  {line}\n"
    assert ended.code == 1
    assert ended.stdout == READY.replace("ready    node  dev-default-1  10.0.1.20\n", line)
    assert ended.stderr.endswith(f"\nAfter 0 s not everything is ready:\n{line}")


@pytest.mark.parametrize(
    ("workloads", "line"),
    [
        ([RELAY], "does not exist"),
        ([daemon_set("cilium", 2, 1), RELAY], "1/2"),
        ([daemon_set("cilium", 0, 0), RELAY], "0/0"),
        (
            [daemon_set("cilium", 2, 2, updated=1), RELAY],
            "2/2, its last change is still rolling out",
        ),
        (
            [daemon_set("cilium", 2, 2, observed=0), RELAY],
            "2/2, its last change is still rolling out",
        ),
    ],
)
def test_a_component_that_is_not_ready_is_counted(
    server: Sandbox, workloads: list[dict[str, Any]], line: str
) -> None:
    """Missing, too few, none wanted, or pods from before the last change."""
    server.cluster(nodes=[SERVER, WORKER], workloads=workloads)
    ended = wait(server, limit_s=0)
    line = f"waiting  component  daemonset/kube-system/cilium  {line}\n"
    assert ended.code == 1
    assert ended.stdout == READY.replace(
        "ready    component  daemonset/kube-system/cilium  2/2\n", line
    )
    assert ended.stderr.endswith(f"\nAfter 0 s not everything is ready:\n{line}")


def test_a_deployment_without_a_ready_pod_is_counted(server: Sandbox) -> None:
    """Its status leaves out the zero."""
    relay = deployment("hubble-relay", 1, 0)
    server.cluster(nodes=[SERVER, WORKER], workloads=[CILIUM, relay])
    ended = wait(server, limit_s=0)
    assert "waiting  component  deployment/kube-system/hubble-relay  0/1\n" in ended.stdout


def test_the_incident_is_explained(server: Sandbox, shell: str) -> None:
    """The worker's agent dials the loopback: node and refused address are named."""
    server.write("etc/rancher/k3s/k3s.yaml", "kind: Config\n")
    refused = 'level=error msg="dial tcp 127.0.0.1:6443: connect: connection refused"\n'
    logs = {"cilium-x": {"true": refused, "false": refused}}
    server.cluster(nodes=[SERVER, NOT_READY], workloads=[CILIUM, RELAY],
                   cilium={"dev-default-1": logs})  # fmt: skip
    ended = wait(server, shell, limit_s=0)
    assert ended.code == 1
    assert "2 dial tcp 127.0.0.1:6443: connect: connection refused\n" in ended.stderr


def test_a_silent_api_is_the_reason(server: Sandbox) -> None:
    """Nothing can be said of nodes and components then."""
    server.cluster(answers=False)
    ended = wait(server, limit_s=10)
    line = "waiting  the API of dev-control-plane-1 does not answer\n"
    assert (ended.code, ended.stdout, server.slept) == (1, line, 10)
    assert ended.stderr.endswith(line)


def changes(host: Sandbox) -> list[str]:
    """Everything that was asked of the API, but questions."""
    return [call for call in host.calls("k3s") if not call.startswith("kubectl get")]


def departure(name: str) -> list[str]:
    """What is asked of the API where a node leaves without a drain."""
    secret = f"{name}.node-password.k3s --namespace=kube-system"
    return [
        f"kubectl delete node {name} --ignore-not-found --timeout=60s",
        f"kubectl delete secret {secret} --ignore-not-found",
    ]


def with_more(host: Sandbox, *more: Any) -> None:
    """A ready cluster with nodes that are not planned."""
    host.cluster(nodes=[SERVER, WORKER, *more], workloads=[CILIUM, RELAY])


def test_control_planes_that_are_not_planned_leave_one_at_a_time(
    server: Sandbox, shell: str
) -> None:
    """Those that are not Ready first: etcd lets no healthy member go beside a dead one."""
    dead = node("dev-control-plane-3", ready="Unknown")
    with_more(server, node("dev-control-plane-2"), dead, node("autoscaled-1"))
    ended = wait(server, shell)
    assert (ended.code, ended.stderr) == (0, ""), ended
    assert ended.stdout.endswith(READY)
    flags = "--ignore-daemonsets --delete-emptydir-data --force --timeout=60s"
    assert changes(server) == [
        *departure("dev-control-plane-3"),
        f"kubectl drain dev-control-plane-2 {flags}",
        *departure("dev-control-plane-2"),
    ]


def test_nobody_leaves_a_cluster_that_is_not_ready(server: Sandbox) -> None:
    """One that is planned may still be on its way."""
    server.cluster(nodes=[SERVER, NOT_READY, node("dev-control-plane-2")], workloads=[CILIUM])
    assert wait(server).code == 1
    assert changes(server) == []


def test_a_protected_control_plane_stays_in_the_cluster(server: Sandbox, shell: str) -> None:
    """Pulumi would refuse to delete its server after it has left."""
    with_more(server, node("dev-control-plane-2"))
    ended = wait(server, shell, protect="yes")
    assert ended.code == 1
    assert ended.stderr.startswith("dev-control-plane-2: no longer planned, and protect keeps its")
    assert changes(server) == []


def test_a_worker_does_not_leave_beside_a_control_plane(server: Sandbox, shell: str) -> None:
    """It would be asked through a server that has left; alone it is none of the gate's business."""
    with_more(server, node("dev-control-plane-2"), node("dev-default-2"))
    ended = wait(server, shell)
    assert ended.code == 1
    assert ended.stderr.startswith("dev-default-2: a worker and a control plane do not leave in")
    with_more(server, node("dev-default-2"))
    assert wait(server, shell) == Ended(0, READY, "")
    assert changes(server) == []


def test_a_worker_of_a_pool_with_a_like_name_is_no_control_plane(server: Sandbox) -> None:
    """Only `control-plane` itself is reserved; its workers leave by their own commands."""
    with_more(server, node("dev-control-plane-big-1"))
    assert wait(server, protect="yes") == Ended(0, READY, "")
    assert changes(server) == []


def test_a_control_plane_that_is_no_node_may_have_been_taken_out(server: Sandbox) -> None:
    """Its server stayed and its inputs are as they were: only a raised generation lets it join."""
    server.cluster(nodes=[WORKER], workloads=[CILIUM, RELAY])
    line = 'run "pulumi up --refresh"; one that was taken out before comes back with a raised'
    assert (
        f"dev-control-plane-1  has not joined: its server may be gone or not {REFRESH}"
        in (ended := wait(server, limit_s=0)).stdout
    )
    assert line in ended.stdout


def test_a_control_plane_that_cannot_be_drained_stays(server: Sandbox, shell: str) -> None:
    """And the gate fails, so that its server stays, too."""
    server.cluster(
        nodes=[SERVER, WORKER, node("dev-control-plane-2")],
        workloads=[CILIUM, RELAY],
        refuses={"drain": "error: cannot evict pod"},
    )
    ended = wait(server, shell)
    assert ended.code == 1
    assert "dev-control-plane-2 is cordoned, but not drained after 60 s; make room" in ended.stderr
    assert not any("delete" in call.split() for call in changes(server))
