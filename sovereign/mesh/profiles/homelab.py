"""The profile for a home laboratory: one flat Ethernet, where ARP works and each node can route to
the others' pods. The figures are the requirement's; what else stands here follows from them.
"""

from collections.abc import Mapping
from typing import Any

from sovereign.config import CiliumConfig
from sovereign.mesh.profiles.profile import Profile
from sovereign.mesh.values import Line

CHART = "1.19.2"
POD_CIDR = "10.100.0.0/16"
AGENT_CAPABILITIES = (
    "NET_ADMIN",
    "NET_RAW",
    "SYS_ADMIN",
    "SYS_RESOURCE",
    "IPC_LOCK",
    "CHOWN",
    "KILL",
    "DAC_OVERRIDE",
    "FOWNER",
    "SETGID",
    "SETUID",
)
"""The chart's list without SYS_MODULE and SYSLOG, which Talos does not grant."""
CLEAN_STATE_CAPABILITIES = ("NET_ADMIN", "SYS_ADMIN", "SYS_RESOURCE")


def homelab(*, line: Line = "1.19", talos: bool = False) -> Profile:
    """The profile; `talos` adds what Talos needs and other systems must not have."""
    chart = CHART if CHART.startswith(f"{line}.") else CiliumConfig().version
    return Profile("homelab", chart, {**_values(), **(_talos() if talos else {})})


def _values() -> Mapping[str, Any]:
    return {
        "kubeProxyReplacement": True,
        "k8sServicePort": 6443,
        "cluster": {"name": "homelab", "id": 0},
        "ipam": {
            "mode": "cluster-pool",
            "operator": {"clusterPoolIPv4PodCIDRList": [POD_CIDR]},
        },
        "routingMode": "native",
        "ipv4NativeRoutingCIDR": POD_CIDR,
        "autoDirectNodeRoutes": True,
        "bpf": {"masquerade": True},
        "bandwidthManager": {"enabled": True, "bbr": True},
        "encryption": {"enabled": True, "type": "wireguard", "nodeEncryption": True},
        "l2announcements": {"enabled": True},
        "envoy": {"enabled": False},
        "hubble": {
            "enabled": True,
            "relay": {"enabled": True, "replicas": 1},
            "ui": {"enabled": True, "replicas": 1},
        },
        "operator": {"replicas": 2},
    }


def _talos() -> Mapping[str, Any]:
    return {
        "cgroup": {"autoMount": {"enabled": False}, "hostRoot": "/sys/fs/cgroup"},
        "securityContext": {
            "capabilities": {
                "ciliumAgent": list(AGENT_CAPABILITIES),
                "cleanCiliumState": list(CLEAN_STATE_CAPABILITIES),
            }
        },
    }
