"""One server, one agent: what they register, listen on, run and say."""

from dataclasses import dataclass
from typing import Any

import pytest

from sovereign.plan.k3s import AGENT_NOT_READY
from tests.configurations import ROOT
from tests.rehearsal.lab.k3s import configurations
from tests.rehearsal.lab.k3s.configurations import CNI, FIRST, agent, apply, ready, workload
from tests.rehearsal.lab.k3s.conftest import VERSION, Boot
from tests.rehearsal.lab.k3s.sandbox import Host, wait_until

EVERYWHERE = {"hostNetwork": True, "tolerations": [{"operator": "Exists"}]}
WORKER = "10.0.1.20"


@dataclass(frozen=True)
class Cluster:
    server: Host
    agent: Host

    def pods(self, name: str) -> list[dict[str, Any]]:
        return self.server.objects("pods", "--namespace=kube-system", f"--selector=app={name}")

    def states(self, name: str) -> list[dict[str, Any]]:
        """Container statuses of the pods of a workload."""
        found = self.pods(name)
        return [s for pod in found for s in pod["status"].get("containerStatuses", ())]


@pytest.fixture(scope="module")
def cluster(boot: Boot) -> Cluster:
    server, worker = boot("server", FIRST), boot("worker", WORKER)
    for host in (server, worker):
        configurations.install_images(host)
    configurations.start(server, "server", configurations.server())
    configurations.start(worker, "agent", agent(WORKER))
    wait_until(lambda: len(server.objects("nodes")) == 2)
    return Cluster(server, worker)


def test_it_says_that_it_is_a_stand_in(cluster: Cluster) -> None:
    """The version line is what join.sh looks for, and honest."""
    assert (
        cluster.server.run("k3s", "--version").stdout == f"k3s version {VERSION} (lab stand-in)\n"
    )
    assert "lab stand-in" in cluster.server.said("info")[0]


def test_nodes_register_with_what_the_configuration_says(cluster: Cluster) -> None:
    """Labels, taints, the uninitialized mark, the private address and a pod range."""
    wait_until(lambda: all("podCIDR" in n["spec"] for n in cluster.server.objects("nodes")))
    nodes = {node["metadata"]["name"]: node for node in cluster.server.objects("nodes")}
    worker = nodes["worker"]
    taints = {f"{t['key']}={t.get('value', '')}:{t['effect']}" for t in worker["spec"]["taints"]}
    assert {
        AGENT_NOT_READY,
        "node.cloudprovider.kubernetes.io/uninitialized=true:NoSchedule",
    } <= taints
    assert worker["metadata"]["labels"]["pool"] == "a"
    assert worker["metadata"]["annotations"]["alpha.kubernetes.io/provided-node-ip"] == WORKER
    assert {"type": "InternalIP", "address": WORKER} in worker["status"]["addresses"]
    assert worker["spec"]["podCIDR"] == "10.42.1.0/24"
    assert "node-role.kubernetes.io/control-plane" not in worker["metadata"]["labels"]
    labels = nodes["server"]["metadata"]["labels"]
    assert labels["node-role.kubernetes.io/control-plane"] == "true"


def test_an_agent_has_its_way_to_the_api_on_6444_of_loopback_and_nothing_else(
    cluster: Cluster,
) -> None:
    """Nobody finds the API on 6443 of a worker: the incident that this project began with."""
    assert cluster.agent.listening() == {"127.0.0.1:6444", "0.0.0.0:10250"}
    url = "https://127.0.0.1"
    answer = cluster.agent.run("curl", "-sk", "--max-time", "5", f"{url}:6444/readyz")
    assert '"code": 401' in answer.stdout
    refused = cluster.agent.run("curl", "-sk", f"{url}:6443/readyz", check=False)
    assert refused.returncode == 7


def test_a_server_has_supervisor_and_api_on_6443_and_the_api_alone_on_6444(
    cluster: Cluster,
) -> None:
    """As k3s has them; /cacerts is for everybody, the API for nobody unknown."""
    assert {"0.0.0.0:6443", "127.0.0.1:6444"} <= cluster.server.listening()
    shown = cluster.agent.run("curl", "-sk", f"https://{FIRST}:6443/cacerts").stdout
    assert shown.startswith("-----BEGIN CERTIFICATE-----")
    cluster.agent.write("/tmp/ca.crt", shown)
    verified = cluster.agent.run("curl", "-s", "--cacert", "/tmp/ca.crt", f"https://{FIRST}:6443/")
    assert '"code": 401' in verified.stdout


def test_nobody_says_who_he_is_by_a_header(cluster: Cluster) -> None:
    """The listener hands identities on to the API server, but only those of certificates."""
    lie = ["-H", "X-Remote-User: system:admin", "-H", "X-Remote-Group: system:masters"]
    answer = cluster.agent.run("curl", "-sk", *lie, f"https://{FIRST}:6443/api/v1/nodes")
    assert '"code": 401' in answer.stdout


def test_a_kubelet_answers_clients_without_a_certificate_with_401(cluster: Cluster) -> None:
    """As the real one does."""
    said = cluster.server.run(
        "curl", "-sk", "-w", "%{http_code}", f"https://{WORKER}:10250/healthz"
    )
    assert said.stdout.endswith("401")


def test_taints_keep_pods_away_unless_they_are_tolerated(cluster: Cluster) -> None:
    """A DaemonSet that tolerates everything runs on every node; a Deployment without tolerations
    waits, with the scheduler's words."""
    apply(
        cluster.server,
        workload("DaemonSet", "everywhere", ["stay"], **EVERYWHERE),
        workload("Deployment", "nowhere", ["stay"], hostNetwork=True),
    )
    wait_until(lambda: sum(state["ready"] for state in cluster.states("everywhere")) == 2)
    wait_until(lambda: "conditions" in cluster.pods("nowhere")[0]["status"])
    pod = cluster.pods("nowhere")[0]
    said = next(c for c in pod["status"]["conditions"] if c["type"] == "PodScheduled")
    assert said["message"].startswith("0/2 nodes are available: 1 node(s) had untolerated taint")
    daemonset = cluster.server.objects("daemonsets", "--namespace=kube-system")[0]
    status = daemonset["status"]
    assert (status["desiredNumberScheduled"], status["observedGeneration"]) == (2, 1)


def test_a_changed_daemonset_is_rolled_out_node_by_node(cluster: Cluster) -> None:
    """`kubectl rollout status` follows it to its end."""
    apply(cluster.server, workload("DaemonSet", "everywhere", ["stay", "changed"], **EVERYWHERE))
    rollout = ["rollout", "status", "daemonset/everywhere", "--namespace=kube-system"]
    assert "successfully rolled out" in cluster.server.kubectl(*rollout, "--timeout=60s")
    arguments = {tuple(p["spec"]["containers"][0]["args"]) for p in cluster.pods("everywhere")}
    assert arguments == {("stay", "changed")}


def test_the_last_line_of_a_failed_container_is_told(cluster: Cluster) -> None:
    """Where status finds the connection that was refused; `kubectl logs` has it too."""
    sentence = "dial tcp 127.0.0.1:6443: connect: connection refused"
    apply(cluster.server, workload("Deployment", "failing", ["fail", sentence], **EVERYWHERE))
    wait_until(lambda: any(state["lastState"] for state in cluster.states("failing")))
    state = cluster.states("failing")[0]
    assert state["lastState"]["terminated"]["message"] == sentence
    logs = ["logs", "--namespace=kube-system", "--selector=app=failing", "--previous=true"]
    assert sentence in cluster.server.kubectl(*logs)


def test_a_missing_secret_holds_a_pod_up_until_it_is_there(cluster: Cluster) -> None:
    """In the kubelet's words."""
    key = {"valueFrom": {"secretKeyRef": {"name": "later", "key": "token"}}, "name": "SECRET"}
    apply(cluster.server, workload("Deployment", "patient", ["stay"], env=[key], **EVERYWHERE))
    wait_until(lambda: any("waiting" in s["state"] for s in cluster.states("patient")))
    waits = {"reason": "CreateContainerConfigError", "message": 'secret "later" not found'}
    wait_until(lambda: cluster.states("patient")[0]["state"] == {"waiting": waits})
    make = ["create", "secret", "generic", "later", "--namespace=kube-system"]
    cluster.server.kubectl(*make, "--from-literal=token=told")
    wait_until(lambda: cluster.states("patient")[0]["ready"])
    logs = cluster.server.kubectl("logs", "--namespace=kube-system", "--selector=app=patient")
    assert "secret=told" in logs
    assert "namespace=kube-system" in logs


def test_a_job_runs_to_its_end(cluster: Cluster) -> None:
    """With the conditions that Helm waits for."""
    apply(cluster.server, workload("Job", "once", ["once"], **EVERYWHERE))
    wait = ["wait", "--namespace=kube-system", "--for=condition=Complete", "job/once"]
    assert "condition met" in cluster.server.kubectl(*wait, "--timeout=60s")


def test_a_deleted_namespace_goes_with_what_it_holds(cluster: Cluster) -> None:
    """And it was given its service account and the cluster's authority before."""
    cluster.server.kubectl("create", "namespace", "passing")
    given = ["--namespace=passing", "serviceaccount/default", "configmap/kube-root-ca.crt"]
    cluster.server.kubectl("wait", "--for=create", "--timeout=30s", *given)
    cluster.server.kubectl("delete", "namespace", "passing", "--timeout=60s")
    assert "passing" not in cluster.server.kubectl("get", "namespaces", "--output=name")


def test_a_node_is_ready_once_a_pod_network_says_so(cluster: Cluster) -> None:
    """And only then a pod that is not on the host's network starts."""
    assert ready(cluster.server, "worker") == "False"
    cluster.server.kubectl("taint", "node", "worker", AGENT_NOT_READY.replace("=true", "") + "-")
    uninitialized = "node.cloudprovider.kubernetes.io/uninitialized-"
    cluster.server.kubectl("taint", "nodes", "--all", uninitialized)
    cluster.server.kubectl("delete", "daemonset", "everywhere", "--namespace=kube-system")
    cluster.agent.write(CNI, "{}")
    wait_until(lambda: ready(cluster.server, "worker") == "True")
    assert ready(cluster.server, "server") == "False"
    cluster.server.write(CNI, "{}")
    dns = ["deployment/coredns", "--namespace=kube-system"]
    cluster.server.kubectl("wait", "--for=condition=Available", "--timeout=60s", *dns)


def test_a_node_leaves_by_the_programs_own_script(cluster: Cluster) -> None:
    """Drained, deleted, its password forgotten: its name is free."""
    script = (ROOT / "sovereign/scripts/leave.sh").read_text(encoding="utf-8")
    cluster.server.write("/root/leave.sh", script)
    given = "NODE='worker'\nSERVER_ID='1'\nLIMIT_S='60'\n"
    said = cluster.server.run("sh", "/root/leave.sh", text=given).stdout
    assert "node/worker drained" in said
    assert said.endswith("worker has left\n")
    found = cluster.server.kubectl("get", "secrets", "--namespace=kube-system", "--output=name")
    assert "worker.node-password" not in found


def test_a_host_of_the_same_name_joins_after_that(boot: Boot, cluster: Cluster) -> None:
    """A successor, on another host."""
    cluster.agent.close()
    successor = boot("worker", "10.0.1.21")
    configurations.start(successor, "agent", agent("10.0.1.21"))
    wait_until(lambda: "worker" in cluster.server.kubectl("get", "nodes", "--output=name"))


def test_after_a_power_cut_everything_is_as_it_was(cluster: Cluster) -> None:
    """The only server returns with its disk: same Nodes, same objects, Ready again."""
    cluster.server.power_cut()
    cluster.server.power_on()
    cluster.server.start("server")
    wait_until(lambda: configurations.up(cluster.server), 120)
    wait_until(lambda: ready(cluster.server, "server") == "True")
    wait_until(lambda: cluster.states("patient") and cluster.states("patient")[0]["ready"])
    assert cluster.states("patient")[0]["restartCount"] > 0
