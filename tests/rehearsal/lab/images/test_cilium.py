"""Cilium's stand-ins on real hosts, against a real API: where they look for it, what they say where
it is not there, and the network that they make. The tests follow a bring-up, from nothing on."""

from pathlib import Path
from typing import Any

import pytest

from rehearsal.lab import charts
from rehearsal.lab.build import Built
from rehearsal.lab.drivers.cluster import LabCluster
from rehearsal.lab.pod_network import BULK_BYTES, prove
from rehearsal.nodes.ports import Release
from sovereign.config import CiliumConfig
from sovereign.plan import cilium
from tests.rehearsal.lab.images.small_cluster import SmallCluster

MARK = b"sovereign-lab-clear-text"
CNI = "/etc/cni/net.d/05-cilium.conflist"
API = {"KUBERNETES_SERVICE_HOST": "10.0.1.2", "KUBERNETES_SERVICE_PORT": "6443"}
TAINT = "node.cilium.io/agent-not-ready"


class Cilium:
    """The release and its containers."""

    def __init__(self, cluster: SmallCluster, helm: LabCluster, chart: Path) -> None:
        self.cluster, self.helm, self.chart = cluster, helm, chart

    def install(self, **change: Any) -> None:
        """The program's values, some of them replaced."""
        config = CiliumConfig.model_validate(
            {"hubble": {"enabled": False}, "gatewayApi": {"enabled": False}}
        )
        planned = cilium.values(
            config, cluster="dev", pod_cidr="10.42.0.0/16", nodes=2, mode="control-plane-ip"
        )
        values = {**cilium.fill(planned, host="10.0.1.2", urls=None), **change}
        release = Release("cilium", "kube-system", str(self.chart), "1.20.2", values)
        kubeconfig = self.cluster.kubeconfig
        self.cluster.lab.as_operator(lambda: self.helm.install_release(kubeconfig, release))

    def agent(self, host: str, **variables: str) -> None:
        """Its agent, started."""
        given = {**API, "K8S_NODE_NAME": host, **variables}
        self.cluster.start(host, "cilium-agent", "cilium", **given)

    def operator(self) -> None:
        """The operator, started."""
        self.cluster.start("cp", "cilium-operator", "cilium-operator", **API, K8S_NODE_NAME="cp")

    def up(self, **change: Any) -> None:
        """Everything, until both agents do their work."""
        self.install(**change)
        self.operator()
        for host in ("cp", "w1"):
            self.agent(host)
        for host in ("cp", "w1"):
            self.cluster.wait(host, "cilium-agent", lambda said: said["ready"])


@pytest.fixture(scope="module")
def release(
    cluster: SmallCluster, built: Built, tmp_path_factory: pytest.TempPathFactory
) -> Cilium:
    """The release installed, its nodes registered, no container started."""
    chart = tmp_path_factory.mktemp("charts") / "cilium-1.20.2.tgz"
    chart.write_bytes(charts.package("cilium", "1.20.2"))
    found = Cilium(cluster, LabCluster(built.bin), chart)
    cluster.register("cp", "10.42.0.0/24")
    cluster.register("w1", "10.42.1.0/24")
    found.install()
    return found


@pytest.fixture(scope="module")
def running(release: Cilium) -> Cilium:
    """The operator and both agents at work."""
    release.up()
    return release


def taints(cluster: SmallCluster, node: str) -> list[str]:
    """Keys of a node's taints."""
    return [taint["key"] for taint in cluster.get("node", node)["spec"].get("taints", [])]


def test_an_agent_that_finds_nothing_on_loopback_ends_with_gos_words(release: Cilium) -> None:
    """The incident: nothing listens on 127.0.0.1:6443 of a worker, whose node gets no network."""
    cluster = release.cluster
    release.agent("w1", KUBERNETES_SERVICE_HOST="127.0.0.1")

    cluster.wait("w1", "cilium-agent", lambda said: said["reason"])

    refused = "dial tcp 127.0.0.1:6443: connect: connection refused"
    assert cluster.last_line("w1", "cilium-agent") == refused
    assert cluster.said("w1", "cilium-agent") == {"ready": False, "reason": refused}
    assert TAINT in taints(cluster, "w1")
    assert cluster.lab.hosts.run_inside(cluster.servers["w1"], ["test", "-e", CNI]).returncode == 1


def test_the_first_of_several_urls_gives_the_reason(release: Cilium) -> None:
    """The list of servers wins over the host; where none answers, the first failure is named."""
    urls = "https://127.0.0.1:7443 https://127.0.0.1:7444"
    release.agent("w1", CILIUM_K8S_API_SERVER_URLS=urls)

    release.cluster.wait("w1", "cilium-agent", lambda said: "7443: connect: " in said["reason"])


def test_one_answering_url_of_several_is_enough(release: Cilium) -> None:
    """With servers that do not run yet in the list, the agent goes on with the one that does."""
    urls = "https://127.0.0.1:7443 https://10.0.1.2:6443"
    release.agent("w1", CILIUM_K8S_API_SERVER_URLS=urls)

    release.cluster.wait("w1", "cilium-agent", lambda said: "Operator" in said["reason"])


def test_an_address_that_the_api_has_no_certificate_for_is_named(release: Cilium) -> None:
    """With the names that it has one for, as Go says it."""
    release.cluster.on("cp", "ip", "address", "add", "10.0.1.99/32", "dev", "lo")
    release.agent("cp", KUBERNETES_SERVICE_HOST="10.0.1.99")

    release.cluster.wait("cp", "cilium-agent", lambda said: said["reason"])

    said = release.cluster.last_line("cp", "cilium-agent")
    assert said.startswith("tls: failed to verify certificate: x509: certificate is valid for 10.")
    assert said.endswith(", not 10.0.1.99")


def test_an_agent_waits_for_the_definitions_of_the_operator(release: Cilium) -> None:
    """Until they are there it runs, is not ready, and says what it waits for in Cilium's words."""
    release.agent("cp")

    release.cluster.wait("cp", "cilium-agent", lambda said: said["reason"])

    assert release.cluster.said("cp", "cilium-agent")["reason"] == (
        "Still waiting for Cilium Operator to register the following CRDs: "
        "[crd:ciliumnodes.cilium.io]"
    )


def test_with_the_planned_mtu_pods_talk_at_full_size_and_nobody_can_read_it(
    running: Cilium,
) -> None:
    """1305 bytes, two megabytes, and nothing but WireGuard between the hosts."""
    lab, servers = running.cluster.lab, running.cluster.servers

    with lab.fabric.capture() as capture:
        proof = prove(lab.hosts, servers.values())

    assert (proof.pod_network, proof.encryption) == ("", "")
    between = capture.between("10.0.1.2", "10.0.1.20")
    encrypted = [frame for frame in between if frame.udp_ports == (51871, 51871)]
    assert sum(len(frame.data) for frame in encrypted) > BULK_BYTES
    assert not capture.holds(MARK)
    assert not [frame for frame in capture.frames if 8472 in (frame.udp_ports or ())]
    assert running.cluster.said("w1", "cilium-agent")["route_mtu"] == cilium.pod_route_mtu(1450)


def test_an_agent_that_works_lets_its_node_be_ready(running: Cilium) -> None:
    """It writes the CNI's configuration and takes its taint away, and only its own."""
    for node in ("cp", "w1"):
        assert TAINT not in taints(running.cluster, node)
        assert "node.cloudprovider.kubernetes.io/uninitialized" in taints(running.cluster, node)
        assert '"cilium-cni"' in running.cluster.on(node, "cat", CNI)


def test_the_api_answers_at_its_service_address_once_the_agent_runs(running: Cilium) -> None:
    """Other pods dial 10.43.0.1; in place of kube-proxy, the agent serves it on its host."""
    version = running.cluster.on(
        "w1", "curl", "-sk", "--max-time", "5", "https://10.43.0.1/version"
    )

    assert "Unauthorized" in version or '"major"' in version


def test_with_an_mtu_of_1500_small_packets_pass_and_bulk_stalls(running: Cilium) -> None:
    """The private network carries 1450 bytes; the proof says it in the node model's words."""
    running.up(MTU=1500)
    hosts, servers = running.cluster.lab.hosts, running.cluster.servers

    proof = prove(hosts, servers.values())

    assert proof.pod_network == (
        "small packets pass, bulk stalls: MTU 1500 lets pods send 1355 bytes, 1500 with overhead, "
        "and the private network carries 1450"
    )
    assert proof.encryption == ""


def test_a_pool_that_holds_the_nodes_addresses_cuts_the_workers_off(running: Cilium) -> None:
    """Cilium's default pool gives the second node 10.0.1.0/24: every node then sends its peers'
    addresses to pods, and a worker's agent loses the API. The control plane has it at home."""
    cluster = running.cluster
    for host in ("cp", "w1"):
        cluster.stop(host, "cilium-agent")
    cluster.kubectl("delete", "ciliumnodes", "--all")
    running.install(ipam={"mode": "cluster-pool"})
    running.operator()
    for host in ("cp", "w1"):
        running.agent(host)

    cluster.wait("w1", "cilium-agent", lambda said: "timeout" in said["reason"])

    assert cluster.last_line("w1", "cilium-agent") == (
        "dial tcp 10.0.1.2:6443: i/o timeout: "
        "Cilium gave 10.0.1.0/24 to pods, and addresses of nodes are in it"
    )
    cluster.wait("cp", "cilium-agent", lambda said: said["ready"])
