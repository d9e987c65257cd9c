"""Three servers share one etcd: they join one by one, one may vanish, its successor takes over."""

import json

import pytest

from tests.rehearsal.lab.k3s import configurations
from tests.rehearsal.lab.k3s.configurations import CNI, FIRST, agent, ready
from tests.rehearsal.lab.k3s.conftest import Boot
from tests.rehearsal.lab.k3s.sandbox import Host, wait_until

ADDRESSES = {"one": FIRST, "two": "10.0.1.3", "three": "10.0.1.4"}


@pytest.fixture(scope="module")
def servers(boot: Boot) -> dict[str, Host]:
    found = {name: boot(name, address) for name, address in ADDRESSES.items()}
    for name, host in found.items():
        host.write(CNI, "{}")
        configurations.start(host, "server", configurations.server(ADDRESSES[name]))
    return found


@pytest.fixture(scope="module")
def worker(boot: Boot, servers: dict[str, Host]) -> Host:
    host = boot("worker", "10.0.1.20")
    host.write(CNI, "{}")
    configurations.start(host, "agent", agent("10.0.1.20"))
    wait_until(lambda: len(known(host)) == len(servers))
    return host


def members(host: Host) -> list[dict[str, object]]:
    """Members of etcd as a server's own one knows them."""
    tls = "/var/lib/rancher/k3s/server/tls"
    pair = [
        "--cert",
        f"{tls}/etcd.crt",
        "--key",
        f"{tls}/etcd.key",
        "--cacert",
        f"{tls}/etcd-ca.crt",
    ]
    url = "https://127.0.0.1:2379/v3/cluster/member/list"
    answer = host.run("curl", "-s", *pair, "-d", "{}", url, check=False).stdout
    found: list[dict[str, object]] = json.loads(answer or "{}").get("members", [])
    return found


def known(worker: Host) -> list[str]:
    """Servers that an agent's balancer keeps in mind."""
    file = "/var/lib/rancher/k3s/agent/etc/k3s-agent-load-balancer.json"
    kept: list[str] = json.loads(worker.run("cat", file, check=False).stdout or "[]")
    return kept


def test_all_are_voting_members_of_one_etcd(servers: dict[str, Host]) -> None:
    found = members(servers["three"])
    assert len(found) == 3
    assert not any(member.get("isLearner") for member in found)
    hashes = {
        host.run("sha256sum", "/var/lib/rancher/k3s/server/tls/server-ca.crt").stdout
        for host in servers.values()
    }
    assert len(hashes) == 1


def test_what_one_writes_another_reads(servers: dict[str, Host]) -> None:
    servers["two"].kubectl("create", "configmap", "shared", "--from-literal=by=two")
    query = "--output=jsonpath={.data.by}"
    assert servers["three"].kubectl("get", "configmap", "shared", query) == "two"


def test_an_agent_learns_of_every_server(worker: Host) -> None:
    assert sorted(known(worker)) == sorted(f"{one}:6443" for one in ADDRESSES.values())


def test_the_loss_of_the_first_leaves_api_and_agent_working(
    servers: dict[str, Host], worker: Host
) -> None:
    """It was the one that the agent was given, and the one that ran the controllers."""
    servers["one"].power_cut()
    survivor = servers["two"]
    wait_until(lambda: ready(survivor, "one") == "Unknown", 90)
    query = '--output=jsonpath={.status.conditions[?(@.type=="Ready")].message}'
    said = survivor.kubectl("get", "node", "one", query)
    assert said == "Kubelet stopped posting node status."
    assert ready(survivor, "worker") == "True"
    wait_until(lambda: len(known(worker)) == 2)


def test_its_member_leaves_with_its_node(servers: dict[str, Host]) -> None:
    servers["two"].kubectl("delete", "node", "one", "--timeout=60s")
    assert len(members(servers["two"])) == 2
    secrets = servers["two"].kubectl("get", "secrets", "--namespace=kube-system", "--output=name")
    wait_until(lambda: "one.node-password" not in secrets)


def test_a_successor_joins_through_a_survivor(boot: Boot, servers: dict[str, Host]) -> None:
    """Same name, same address, an empty disk."""
    successor = boot("one", FIRST)
    config = configurations.server(server=f"https://{ADDRESSES['two']}:6443")
    del config["cluster-init"]
    configurations.start(successor, "server", config)
    assert len(members(servers["two"])) == 3


def test_a_living_server_ends_when_its_node_is_deleted_and_joins_afresh(
    servers: dict[str, Host],
) -> None:
    """Its etcd was taken out of the cluster; started again, it leaves its old data alone."""
    servers["two"].kubectl("delete", "node", "three", "--timeout=60s")
    assert servers["three"].ends(60) == 1
    said = servers["three"].said("fatal")[-1]
    assert said == "etcd exited: the member has been permanently removed from the cluster"
    assert len(members(servers["two"])) == 2
    servers["three"].start("server")
    wait_until(lambda: configurations.up(servers["three"]), 120)
    assert len(members(servers["two"])) == 3


def test_without_a_majority_the_api_does_not_answer(servers: dict[str, Host]) -> None:
    servers["two"].power_cut()
    survivor = servers["three"]
    survivor.power_cut()
    survivor.power_on()
    survivor.start("server")
    answer = survivor.run("k3s", "kubectl", "get", "nodes", "--request-timeout=5s", check=False)
    assert answer.returncode != 0
