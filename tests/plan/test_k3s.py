"""k3s options: Cilium is the only network, nodes wait for the cloud controller, hardened."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from sovereign.plan.model import NodePlan
from tests import configurations
from tests.configurations import HIGHLY_AVAILABLE, dev
from tests.strategies import clusters


def nodes(cluster: Any = None) -> dict[str, NodePlan]:
    return {node.name: node for node in configurations.plan(cluster or dev()).nodes}


SERVER = nodes()["dev-control-plane-1"].k3s_config
AGENT = nodes()["dev-default-1"].k3s_config


def test_a_server_leaves_the_network_to_cilium() -> None:
    """No Flannel, no kube-proxy, no network policies of k3s."""
    wanted = {
        "flannel-backend": "none",
        "disable-network-policy": True,
        "disable-kube-proxy": True,
        "disable-cloud-controller": True,
        "disable-helm-controller": True,
        "disable": ["traefik", "servicelb", "local-storage"],
    }
    assert {key: SERVER[key] for key in wanted} == wanted


def test_a_server_speaks_and_is_certified_at_its_private_address() -> None:
    """The certificate holds no public address: clients verify the private one."""
    assert (SERVER["node-ip"], SERVER["advertise-address"], SERVER["tls-san"]) == (
        "10.0.1.2",
        "10.0.1.2",
        ["10.0.1.2"],
    )
    assert AGENT["node-ip"] == "10.0.1.20"


def test_pods_and_services_have_the_configured_ranges() -> None:
    """On servers; agents learn them."""
    network = {"podCidr": "10.44.0.0/16", "serviceCidr": "10.45.0.0/16"}
    found = nodes(dev(network=network))["dev-control-plane-1"].k3s_config
    assert (found["cluster-cidr"], found["service-cidr"]) == ("10.44.0.0/16", "10.45.0.0/16")


def test_every_node_waits_for_the_cloud_controller() -> None:
    """Else its provider id is never set, and cannot be later."""
    for config in (SERVER, AGENT):
        assert "cloud-provider=external" in config["kubelet-arg"]


def test_secrets_are_encrypted_in_etcd() -> None:
    """From the first start on, with or without hardening."""
    assert SERVER["secrets-encryption"] is True
    plain = nodes(dev(hardening=False))["dev-control-plane-1"].k3s_config
    assert plain["secrets-encryption"] is True


def test_no_token_and_no_url_is_planned() -> None:
    """They come over stdin, from the seed and from outputs."""
    for config in (SERVER, AGENT):
        assert config.keys().isdisjoint({"token", "agent-token", "server", "token-file"})


def test_exactly_one_server_initialises_the_cluster() -> None:
    """The first in turn; `cluster-init` on several makes several clusters."""

    def initialises(cluster: Any) -> list[str]:
        return [name for name, node in nodes(cluster).items() if "cluster-init" in node.k3s_config]

    assert initialises(dev()) == ["dev-control-plane-1"]
    assert initialises(HIGHLY_AVAILABLE) == ["dev-control-plane-1"]
    assert initialises(dev(controlPlane={"ids": [5, 3, 9]})) == ["dev-control-plane-3"]
    replaced = {"ids": [1, 2, 3], "generations": {"1": 2}}
    assert initialises(dev(controlPlane=replaced)) == ["dev-control-plane-2"]
    twice = {"ids": [1, 2, 3], "generations": {"1": 3, "2": 2, "3": 2}}
    assert initialises(dev(controlPlane=twice)) == ["dev-control-plane-2"]


def test_everybody_joins_the_first_control_plane_in_turn() -> None:
    """A raised generation makes another one the first: nobody joins through the one that goes."""
    through = {name: node.joins_through for name, node in nodes(HIGHLY_AVAILABLE).items()}
    assert through == {
        "dev-control-plane-1": None,
        "dev-control-plane-2": "10.0.1.2",
        "dev-control-plane-3": "10.0.1.2",
        "dev-arm-11": "10.0.1.2",
        "dev-default-1": "10.0.1.2",
    }
    replaced = dev(controlPlane={"ids": [1, 2, 3], "generations": {"1": 2}})
    found = nodes(replaced)
    assert found["dev-control-plane-1"].joins_through == "10.0.1.3"
    assert found["dev-control-plane-2"].joins_through is None
    assert found["dev-default-1"].joins_through == "10.0.1.3"


def test_the_control_plane_is_tainted_only_where_there_are_workers() -> None:
    """Alone it must run everything."""
    assert SERVER["node-taint"] == ["node-role.kubernetes.io/control-plane=:NoSchedule"]
    empty: list[dict[str, Any]] = [{}, {"idle": {"ids": []}}]
    for pools in empty:
        assert "node-taint" not in nodes(dev(pools=pools))["dev-control-plane-1"].k3s_config


def test_agents_and_never_servers_wait_for_ciliums_agent() -> None:
    """The control plane must run what makes the network."""
    assert AGENT["node-taint"] == ["node.cilium.io/agent-not-ready=true:NoExecute"]
    assert "node.cilium.io" not in str(SERVER)


def test_configured_taints_and_labels_are_said_at_registration() -> None:
    """A pool's beside the agent's own taint; a control plane's instead of the default."""
    taints = [
        {"key": "gpu", "value": "a", "effect": "NoExecute"},
        {"key": "b", "effect": "NoSchedule"},
    ]
    labels = {"zone": "a", "example.com/tier": "web"}
    pools = {"default": {"ids": [1], "taints": taints, "labels": labels}}
    config = nodes(dev(pools=pools))["dev-default-1"].k3s_config
    assert config["node-taint"][1:] == ["gpu=a:NoExecute", "b=:NoSchedule"]
    assert config["node-label"] == ["example.com/tier=web", "zone=a"]
    bare = nodes(dev(controlPlane={"taints": []}))["dev-control-plane-1"].k3s_config
    assert "node-taint" not in bare


def test_hardening_sets_admission_audit_and_kernel_defaults() -> None:
    """As the hardening guide of k3s says, each file where user_data writes it."""
    assert SERVER["protect-kernel-defaults"] is AGENT["protect-kernel-defaults"] is True
    directory = "/var/lib/rancher/k3s/server"
    assert {
        "enable-admission-plugins=NodeRestriction,EventRateLimit",
        f"admission-control-config-file={directory}/psa.yaml",
        f"audit-policy-file={directory}/audit.yaml",
        "service-account-extend-token-expiration=false",
    } <= set(SERVER["kube-apiserver-arg"])
    assert SERVER["kube-controller-manager-arg"] == ["terminated-pod-gc-threshold=100"]
    for config in (SERVER, AGENT):
        assert "streaming-connection-idle-timeout=5m" in config["kubelet-arg"]
        assert any(one.startswith("tls-cipher-suites=TLS_ECDHE_") for one in config["kubelet-arg"])


def test_without_hardening_nothing_of_it_is_left() -> None:
    """An option without its file would keep k3s from starting."""
    for node in nodes(dev(hardening=False)).values():
        assert "protect-kernel-defaults" not in node.k3s_config
        assert "kube-apiserver-arg" not in node.k3s_config
        assert node.k3s_config["kubelet-arg"] == ["cloud-provider=external"]


@settings(max_examples=25)
@given(clusters())
def test_options_that_must_be_equal_on_all_servers_are(cluster: dict[str, Any]) -> None:
    """k3s refuses a server that differs."""
    varying = {"node-ip", "advertise-address", "tls-san", "cluster-init"}
    found = [
        {key: value for key, value in node.k3s_config.items() if key not in varying}
        for node in configurations.plan(cluster).control_planes
    ]
    assert all(config == found[0] for config in found)


def flags(reference: Path) -> dict[str, Any]:
    document = json.loads((reference / "k3s" / "flags.json").read_text(encoding="utf-8"))
    return {flag["name"]: flag for flag in document["flags"]}


@pytest.mark.parametrize("cluster", [dev(), dev(pools={}), dev(hardening=False), HIGHLY_AVAILABLE])
def test_k3s_knows_every_option_for_the_role_that_gets_it(reference: Path, cluster: Any) -> None:
    """And takes a list wherever we give one."""
    known = flags(reference)
    for node in nodes(cluster).values():
        role = "server" if node.role == "control-plane" else "agent"
        for option, value in node.k3s_config.items():
            assert known[option][role], f"k3s {role} has no --{option}"
            assert known[option].get("list", False) or not isinstance(value, list), option
