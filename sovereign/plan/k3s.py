"""The k3s options of each node, as `/etc/rancher/k3s/config.yaml` has them, without tokens and
server URL.

Cilium is the only network: no Flannel, no kube-proxy, no network-policy controller of k3s. Nodes
carry the uninitialized taint until Hetzner's cloud controller runs (`cloud-provider=external`).
Sources: docs.k3s.io "k3s server", "CIS Hardening Guide".
"""

from collections.abc import Mapping, Sequence
from typing import Any

AGENT_NOT_READY = "node.cilium.io/agent-not-ready=true:NoExecute"
"""Agents only: the control plane must run what makes the network."""
CONTROL_PLANE_TAINT = "node-role.kubernetes.io/control-plane=:NoSchedule"
SERVER_DIRECTORY = "/var/lib/rancher/k3s/server"
KUBELET = ["cloud-provider=external"]
CIPHERS = ",".join(
    [
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    ]
)


def server_config(
    *,
    address: str,
    pod_cidr: str,
    service_cidr: str,
    taints: Sequence[str],
    labels: Mapping[str, str],
    hardening: bool,
    initialises: bool,
) -> dict[str, Any]:
    """Options of `k3s server` on the node with that private address."""
    config: dict[str, Any] = {
        "node-ip": address,
        "advertise-address": address,
        "tls-san": [address],
        "cluster-cidr": pod_cidr,
        "service-cidr": service_cidr,
        "flannel-backend": "none",
        "disable-network-policy": True,
        "disable-kube-proxy": True,
        "disable-cloud-controller": True,
        "disable-helm-controller": True,
        "disable": ["traefik", "servicelb", "local-storage"],
        "secrets-encryption": True,
        "kubelet-arg": [*KUBELET, *(_kubelet_hardening() if hardening else [])],
        **_registration(taints, labels),
    }
    if initialises:
        config["cluster-init"] = True
    if hardening:
        config["protect-kernel-defaults"] = True
        config["kube-apiserver-arg"] = [
            "enable-admission-plugins=NodeRestriction,EventRateLimit",
            f"admission-control-config-file={SERVER_DIRECTORY}/psa.yaml",
            f"audit-policy-file={SERVER_DIRECTORY}/audit.yaml",
            f"audit-log-path={SERVER_DIRECTORY}/logs/audit.log",
            "audit-log-maxage=30",
            "audit-log-maxbackup=10",
            "audit-log-maxsize=100",
            "service-account-extend-token-expiration=false",
        ]
        config["kube-controller-manager-arg"] = ["terminated-pod-gc-threshold=100"]
    return config


def agent_config(
    *, address: str, taints: Sequence[str], labels: Mapping[str, str], hardening: bool
) -> dict[str, Any]:
    """Options of `k3s agent` on the node with that private address."""
    config: dict[str, Any] = {
        "node-ip": address,
        "kubelet-arg": [*KUBELET, *(_kubelet_hardening() if hardening else [])],
        **_registration([AGENT_NOT_READY, *taints], labels),
    }
    if hardening:
        config["protect-kernel-defaults"] = True
    return config


def _registration(taints: Sequence[str], labels: Mapping[str, str]) -> dict[str, Any]:
    """What a node says of itself when it registers; later changes go through the Kubernetes API."""
    said = {
        "node-taint": list(taints),
        "node-label": [f"{key}={value}" for key, value in sorted(labels.items())],
    }
    return {key: value for key, value in said.items() if value}


def _kubelet_hardening() -> list[str]:
    return ["streaming-connection-idle-timeout=5m", f"tls-cipher-suites={CIPHERS}"]
