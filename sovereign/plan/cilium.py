"""Cilium's Helm values, computed here once; the release, the output and the file on the node are
renderings of them.

The address of the API server is a hole: `fill` closes it with the control planes' private
addresses, which are Outputs in the program and plain text elsewhere. Never loopback :6443: nothing
listens there on a k3s agent. Chart lines 1.19 and 1.20.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sovereign.config import CiliumConfig
from sovereign.plan.model import AddressMode, ComponentPlan

API_PORT = 6443
NODE_LOCAL_HOST = "127.0.0.1"
NODE_LOCAL_PORT = 6444
"""Where every k3s node, server or agent, has a balancer or the API itself on loopback."""
NAMESPACE = "kube-system"
TUNNEL_OVERHEAD = 50
"""Bytes of VXLAN or Geneve."""
WIREGUARD_OVERHEAD = 95
"""Bytes of WireGuard since Cilium 1.19.5 (cilium PR#45940)."""


def line(version: str) -> str:
    """`1.20` for `1.20.2`."""
    return ".".join(version.split(".")[:2])


def values(
    config: CiliumConfig, *, cluster: str, pod_cidr: str, nodes: int, mode: AddressMode
) -> dict[str, Any]:
    """All values but the API server's host."""
    hubble = config.hubble
    host_firewall = {"hostFirewall": {"enabled": True}} if config.host_firewall else {}
    return {
        **host_firewall,
        "kubeProxyReplacement": True,
        "kubeProxyReplacementHealthzBindAddr": "0.0.0.0:10256",
        "k8sServicePort": NODE_LOCAL_PORT if mode == "node-local" else API_PORT,
        "k8s": {"requireIPv4PodCIDR": True},
        "cluster": {"name": cluster, "id": 0},
        "ipam": {"mode": "kubernetes"},
        "routingMode": "tunnel",
        "tunnelProtocol": "vxlan",
        "MTU": config.mtu,
        "bpf": {"masquerade": True},
        "encryption": _encryption(config, pod_cidr),
        "envoy": {"enabled": config.envoy.enabled},
        "gatewayAPI": {
            "enabled": config.gateway_api.enabled,
            "gatewayClass": {"create": "true" if config.gateway_api.enabled else "false"},
        },
        "hubble": {
            "enabled": hubble.enabled,
            "relay": {"enabled": hubble.enabled and hubble.relay},
            "ui": {"enabled": hubble.enabled and hubble.ui},
            "tls": {"auto": {"method": "cronJob"}},
            "metrics": {"enabled": list(hubble.metrics) if hubble.enabled else None},
        },
        "certgen": {
            "nodeSelector": {"node-role.kubernetes.io/control-plane": "true"},
            "tolerations": [{"operator": "Exists"}],
        },
        "l2announcements": {"enabled": False},
        "operator": {"replicas": 1 if nodes == 1 else 2, "rollOutPods": True},
        "rollOutCiliumPods": True,
    }


def pod_route_mtu(mtu: int) -> int:
    """What is left of the network's MTU for a pod's packet (cilium pkg/mtu/mtu.go)."""
    return mtu - TUNNEL_OVERHEAD - WIREGUARD_OVERHEAD


def server_host(mode: AddressMode, first_control_plane: Any) -> Any:
    """`k8sServiceHost`: the first control plane's private IP (text or Output), or loopback with
    node-local.
    """
    return NODE_LOCAL_HOST if mode == "node-local" else first_control_plane


def server_urls(addresses: Sequence[str]) -> str:
    """`k8s.apiServerURLs`, space-separated, so that agent and operator survive the loss of a
    control plane.
    """
    return " ".join(f"https://{address}:{API_PORT}" for address in addresses)


def fill(planned: Mapping[str, Any], *, host: Any, urls: Any | None) -> dict[str, Any]:
    """The values with the hole closed. `urls`: None with one control plane or node-local."""
    filled = {**planned, "k8sServiceHost": host}
    if urls is not None:
        filled["k8s"] = {**planned["k8s"], "apiServerURLs": urls}
    return filled


def components(config: CiliumConfig) -> list[ComponentPlan]:
    """The workloads of the chart that must be Ready."""
    hubble = config.hubble
    rows = [
        ("Cilium", "daemonset", "cilium", True),
        ("Cilium operator", "deployment", "cilium-operator", True),
        ("Cilium Envoy", "daemonset", "cilium-envoy", config.envoy.enabled),
        ("Hubble relay", "deployment", "hubble-relay", hubble.enabled and hubble.relay),
        ("Hubble UI", "deployment", "hubble-ui", hubble.enabled and hubble.ui),
    ]
    return [ComponentPlan(title, kind, NAMESPACE, name) for title, kind, name, on in rows if on]


def _encryption(config: CiliumConfig, pod_cidr: str) -> dict[str, Any]:
    chosen = config.encryption
    planned: dict[str, Any] = {
        "enabled": True,
        "type": chosen.type,
        "nodeEncryption": chosen.node_encryption,
    }
    if chosen.strict_mode:
        planned["strictMode"] = {
            "egress": {"enabled": True, "cidr": pod_cidr, "allowRemoteNodeIdentities": True},
            "ingress": {"enabled": True},
        }
    return planned
