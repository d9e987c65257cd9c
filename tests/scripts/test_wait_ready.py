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


def wait(host: Sandbox, shell: str = "bash", limit_s: int = 60) -> Ended:
    """Wait for two nodes and two components."""
    return host.ssh(
        "wait-ready.sh", shell, NODES=NODES, COMPONENTS=COMPONENTS, LIMIT_S=str(limit_s)
    )


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
