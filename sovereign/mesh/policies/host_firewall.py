"""The nodes' own ports, on the private network too, which Hetzner's firewall does not filter.

Needs `hostFirewall.enabled` in Cilium's values. Ports: k3s docs "Requirements" and Cilium docs
"System requirements", the table in the project's k3s facts.
"""

from collections.abc import Sequence
from typing import Any

from sovereign.mesh.checks import Checks
from sovereign.mesh.manifest import Manifest
from sovereign.mesh.policies import rules

CONTROL_PLANE_LABEL = {"node-role.kubernetes.io/control-plane": "true"}
NODES = ("host", "remote-node", "health")
"""Cilium's names for this node, the other nodes and their health probes."""
CLUSTER = ("cluster",)
"""Pods and nodes."""
_NODE_PORTS = (("TCP", (10250, 4240, 4244)), ("UDP", (8472, 51871)))
"""Kubelet, Cilium health, Hubble peer; VXLAN, WireGuard."""
_POD_PORTS = (10250, 4244, 9962, 9963, 9964, 9965)
"""What pods ask nodes: kubelet (metrics-server), Hubble peer (relay), Cilium's metrics."""
_ETCD_PORTS = (2379, 2380)
_API_PORT = 6443


def host_firewall(
    *,
    node_cidr: str = "10.0.1.0/24",
    operators: Sequence[str] = (),
    ssh_port: int = 22,
    name: str = "host-firewall",
) -> list[Manifest]:
    """Two policies, all nodes and control planes: what k3s and Cilium need, SSH and the Kubernetes
    API from `operators` (CIDR ranges), echo requests, and nothing else inbound. Outbound is left
    open. Control planes show each other their SSH host keys: one that is asked whether another's
    server was replaced looks there (ADR 0013).

    Rules name nodes twice, as identities and as `node_cidr`: a node that joins has no identity
    before its Cilium runs. Set `sovereign:operatorCidrs` and this alike, or SSH closes. Raises
    ConfigError.
    """
    checks = Checks("host-firewall")
    checks.cidr("node_cidr", node_cidr)
    for number, operator in enumerate(operators):
        checks.cidr(f"operators[{number}]", operator)
    checks.port("ssh_port", ssh_port)
    checks.name("name", name)
    checks.refuse()
    every_node = [
        rule for protocol, ports in _NODE_PORTS for rule in _from_nodes(node_cidr, ports, protocol)
    ]
    every_node.append(_from_entities(CLUSTER, _POD_PORTS))
    every_node.append({"icmps": [{"fields": [{"family": "IPv4", "type": 8}]}]})
    control_planes = [
        *_from_nodes(node_cidr, (*_ETCD_PORTS, ssh_port)),
        _from_ranges((node_cidr,), (_API_PORT,)),
        _from_entities(CLUSTER, (_API_PORT,)),
    ]
    if operators:
        every_node.append(_from_ranges(operators, (ssh_port,)))
        control_planes.append(_from_ranges(operators, (_API_PORT,)))
    return [
        _policy(name, {}, every_node),
        _policy(f"{name}-control-plane", {"matchLabels": CONTROL_PLANE_LABEL}, control_planes),
    ]


def _policy(name: str, selector: dict[str, Any], ingress: list[dict[str, Any]]) -> Manifest:
    spec = {
        "nodeSelector": selector,
        "enableDefaultDeny": {"ingress": True, "egress": False},
        "ingress": ingress,
    }
    return rules.cluster_policy(name, spec)


def _from_nodes(cidr: str, ports: Sequence[int], protocol: str = "TCP") -> list[dict[str, Any]]:
    return [_from_entities(NODES, ports, protocol), _from_ranges((cidr,), ports, protocol)]


def _from_entities(
    entities: Sequence[str], ports: Sequence[int], protocol: str = "TCP"
) -> dict[str, Any]:
    return {
        "fromEntities": list(entities),
        "toPorts": [{"ports": rules.port_list(ports, protocol)}],
    }


def _from_ranges(
    ranges: Sequence[str], ports: Sequence[int], protocol: str = "TCP"
) -> dict[str, Any]:
    return {
        "fromCIDR": list(ranges),
        "toPorts": [{"ports": rules.port_list(ports, protocol)}],
    }
