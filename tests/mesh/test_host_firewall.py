"""The host firewall: which of the nodes' own ports are open, and to whom."""

from typing import Any

import pytest

from sovereign.mesh import host_firewall
from sovereign.problems import ConfigError
from tests.mesh.clusters import Accepts


def _open(rules: list[dict[str, Any]], source: str) -> set[str]:
    """`TCP/22` of every port that a source (entity or range) reaches."""
    return {
        f"{port['protocol']}/{port['port']}"
        for rule in rules
        if source in rule.get("fromEntities", []) + rule.get("fromCIDR", [])
        for part in rule["toPorts"]
        for port in part["ports"]
    }


def test_the_host_firewall_opens_what_k3s_and_cilium_need(accepts: Accepts) -> None:
    """The port table of k3s and Cilium: nodes among themselves, by identity and by range.
    `retire.sh` asks a control plane's SSH port from another one."""
    made = host_firewall(node_cidr="10.0.1.0/24", operators=["203.0.113.0/24"])
    accepts(made)
    nodes, control_planes = (policy["spec"]["ingress"] for policy in made)
    between = {"TCP/10250", "TCP/4240", "TCP/4244", "UDP/8472", "UDP/51871"}
    assert _open(nodes, "remote-node") == between
    assert _open(nodes, "10.0.1.0/24") == between
    members = {"TCP/2379", "TCP/2380", "TCP/22"}
    assert _open(control_planes, "remote-node") == members
    assert _open(control_planes, "10.0.1.0/24") == {*members, "TCP/6443"}
    assert _open(control_planes, "cluster") == {"TCP/6443"}
    assert _open(nodes, "203.0.113.0/24") == {"TCP/22"}
    assert _open(control_planes, "203.0.113.0/24") == {"TCP/6443"}


def test_the_host_firewall_names_the_world_nowhere_and_lets_nodes_out() -> None:
    """Without operators nobody outside gets in at all."""
    for policy in host_firewall():
        assert policy["spec"]["enableDefaultDeny"] == {"ingress": True, "egress": False}
        for rule in policy["spec"]["ingress"]:
            assert not {"world", "all"} & set(rule.get("fromEntities", []))
            assert rule.get("fromCIDR", ["10.0.1.0/24"]) == ["10.0.1.0/24"]


def test_control_planes_are_told_by_their_label() -> None:
    """etcd and the API are no ports of a worker."""
    every, control_planes = host_firewall()
    assert every["spec"]["nodeSelector"] == {}
    label = {"node-role.kubernetes.io/control-plane": "true"}
    assert control_planes["spec"]["nodeSelector"] == {"matchLabels": label}


def test_a_range_with_host_bits_is_refused_and_an_address_is_a_range() -> None:
    """203.0.113.7/24 may mean the one or the other."""
    with pytest.raises(ConfigError) as refused:
        host_firewall(operators=["203.0.113.7/24"], node_cidr="10.0.1.1/24", ssh_port=0)
    assert [problem.path for problem in refused.value.problems] == [
        "host-firewall.node_cidr",
        "host-firewall.operators[0]",
        "host-firewall.ssh_port",
    ]
    assert host_firewall(operators=["203.0.113.7"])
