"""The cloud controller's stand-in on a real host, against a real API and the simulated Hetzner."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from rehearsal.hetzner.serving import application, serving
from tests.rehearsal.lab.hosts.small_lab import wait_until
from tests.rehearsal.lab.images.small_cluster import SmallCluster

NAME = "hcloud-cloud-controller-manager"
UNINITIALIZED = "node.cloudprovider.kubernetes.io/uninitialized"
PROVIDED = "alpha.kubernetes.io/provided-node-ip"
API = {"KUBERNETES_SERVICE_HOST": "10.0.1.2", "KUBERNETES_SERVICE_PORT": "6443"}
ACCOUNT = {
    "apiVersion": "v1",
    "kind": "ServiceAccount",
    "metadata": {"name": NAME, "namespace": "kube-system"},
}
ADMINISTRATOR = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "ClusterRoleBinding",
    "metadata": {"name": NAME},
    "roleRef": {
        "apiGroup": "rbac.authorization.k8s.io",
        "kind": "ClusterRole",
        "name": "cluster-admin",
    },
    "subjects": [{"kind": "ServiceAccount", "name": NAME, "namespace": "kube-system"}],
}


class Controlled:
    """A cluster, its controller, and the API that it asks."""

    def __init__(self, cluster: SmallCluster) -> None:
        self.cluster = cluster

    def start(self, *, version: str = "v1.35.0", **variables: str) -> None:
        """Run it with a token and the private network, unless told otherwise."""
        known = {"HCLOUD_TOKEN": "any", "HCLOUD_NETWORK": str(self.cluster.network)}
        self.cluster.start("cp", NAME, NAME, arguments=version, **{**API, **known, **variables})

    def ends_with(self, sentence: str) -> bool:
        """Wait for its end; whether that is its last line."""
        self.cluster.wait("cp", NAME, lambda said: said["reason"])
        return self.cluster.last_line("cp", NAME) == sentence

    def node(self, name: str) -> Any:
        """A Node."""
        return self.cluster.get("node", name)

    def tainted(self, name: str) -> bool:
        """Whether a node is not initialized."""
        return any(t["key"] == UNINITIALIZED for t in self.node(name)["spec"].get("taints", []))


@pytest.fixture(scope="module")
def controlled(cluster: SmallCluster) -> Iterator[Controlled]:
    """Nodes of three kinds: two servers, a server with another address, no server at all."""
    app = application(cluster.lab.simulator)
    cluster.apply(ACCOUNT, ADMINISTRATOR)
    with ExitStack() as stack:
        served = serving(app, "198.18.0.1", 8080)
        cluster.lab.as_operator(lambda: stack.enter_context(served))
        yield Controlled(cluster)


def test_without_a_token_it_says_which_variable_is_missing(controlled: Controlled) -> None:
    """In its own words."""
    controlled.start(HCLOUD_TOKEN="")

    assert controlled.ends_with('environment variable "HCLOUD_TOKEN" is required')


def test_a_network_that_does_not_exist_ends_it(controlled: Controlled) -> None:
    """By id or name."""
    controlled.start(HCLOUD_NETWORK="nobodys")

    sentence = "hcloud/newCloud: the network that HCLOUD_NETWORK names does not exist"
    assert controlled.ends_with(sentence)


def test_a_version_before_the_end_of_datacenters_panics(controlled: Controlled) -> None:
    """Below 1.30.1."""
    controlled.start(version="v1.30.0")

    assert controlled.ends_with(
        f"panic: runtime error: invalid memory address or nil pointer dereference ({NAME} v1.30.0)"
    )


def test_an_api_that_is_not_there_ends_it_with_gos_words(controlled: Controlled) -> None:
    """Before Cilium serves 10.43.0.1 there, or at a closed port."""
    controlled.start(KUBERNETES_SERVICE_PORT="7443")

    assert controlled.ends_with("dial tcp 10.0.1.2:7443: connect: connection refused")


def test_it_initializes_the_nodes_that_are_servers(controlled: Controlled) -> None:
    """Provider id, addresses, labels; and the taint goes."""
    cluster = controlled.cluster
    cluster.register("cp", "10.42.0.0/24", **{PROVIDED: "10.0.1.2"})
    cluster.register("w1", "10.42.1.0/24", **{PROVIDED: "10.0.1.20"})
    controlled.start()

    wait_until(lambda: not controlled.tainted("cp") and not controlled.tainted("w1"))

    for name in ("cp", "w1"):
        node = controlled.node(name)
        record = cluster.lab.record(cluster.servers[name])
        assert node["spec"]["providerID"] == f"hcloud://{record.id}"
        assert node["metadata"]["labels"]["node.kubernetes.io/instance-type"] == "cx33"
        assert node["metadata"]["labels"]["topology.kubernetes.io/region"] == "nbg1"
    wait_until(lambda: len(controlled.node("w1")["status"]["addresses"]) == 3)
    assert controlled.node("w1")["status"]["addresses"] == [
        {"type": "Hostname", "address": "w1"},
        {"type": "ExternalIP", "address": record.public_ipv4},
        {"type": "InternalIP", "address": "10.0.1.20"},
    ]
    assert "agent-not-ready" in str(controlled.node("w1")["spec"]["taints"])


def test_it_says_of_every_other_node_why_not(controlled: Controlled) -> None:
    """No server of that name; an address that its server does not have."""
    cluster = controlled.cluster
    cluster.apply(_node("nobody"))
    cluster.kubectl("delete", "node", "w1")
    cluster.register("w1", "10.42.1.0/24", **{PROVIDED: "10.9.9.9"})
    controlled.start()

    cluster.wait("cp", NAME, lambda said: len(said.get("nodes", ())) == 2)

    assert cluster.said("cp", NAME)["nodes"] == {
        "nobody": "failed to get instance metadata: server nobody not found",
        "w1": 'provided node ip for node "w1" is not valid: failed to get node address from cloud '
        "provider that matches ip: 10.9.9.9",
    }
    assert controlled.tainted("w1")


def test_it_stays_ready_while_hetzners_api_is_away(controlled: Controlled) -> None:
    """A kept lab serves it only while a command runs; one that was never there ends it."""
    cluster = controlled.cluster
    controlled.start()
    cluster.wait("cp", NAME, lambda said: said["ready"])
    cluster.on("cp", "ip", "route", "add", "blackhole", "198.18.0.1")
    try:
        controlled.cluster.on("cp", "sleep", "2")
        assert cluster.said("cp", NAME)["ready"]
        controlled.start()
        cluster.wait("cp", NAME, lambda said: "newCloud" in said["reason"])
    finally:
        cluster.on("cp", "ip", "route", "delete", "blackhole", "198.18.0.1")


def test_a_node_whose_server_is_gone_is_deleted(controlled: Controlled) -> None:
    """Once it is not Ready; a server that only has trouble keeps its Node."""
    cluster = controlled.cluster
    cluster.apply(_node("gone", providerID="hcloud://999999"))
    cluster.apply(_node("troubled", providerID=f"hcloud://{cluster.servers['w1']}"))
    for name in ("gone", "troubled"):
        cluster.kubectl("taint", "node", name, f"{UNINITIALIZED}-")
    controlled.start()

    wait_until(lambda: "gone" not in cluster.kubectl("get", "nodes", "-o", "name"))

    assert "node/troubled" in cluster.kubectl("get", "nodes", "-o", "name")


def _node(name: str, **spec: str) -> dict[str, Any]:
    taint = {"key": UNINITIALIZED, "value": "true", "effect": "NoSchedule"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name},
        "spec": {"taints": [taint], **spec},
    }
