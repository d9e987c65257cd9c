"""What the default Sovereign registers, by hand: one control plane, two workers, two releases.

It mirrors the components' facts and the providers' resources, so that packs are tested without the
program, and on the wire.
"""

import base64
import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pulumi.runtime import rpc

UNKNOWN: str = rpc.UNKNOWN
STACK = "urn:pulumi:dev::sovereign::"
LABELS = {"cluster": "dev", "managed-by": "sovereign"}
OPERATORS = ["203.0.113.0/24", "2001:db8:7::/48"]
HOST_KEY = "\n".join(
    [
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        base64.b64encode(bytes(range(2, 200))).decode(),
        "-----END OPENSSH PRIVATE KEY-----",
    ]
)
CHECKSUM = "0f2e" * 16
USER_DATA = f"""#cloud-config
ssh_keys:
  ed25519_private: |
    {HOST_KEY.replace(chr(10), chr(10) + "    ")}
write_files:
- path: /usr/local/lib/sovereign/diagnose.sh
  content: "#!/bin/sh\\nsed -e 's/K10[0-9a-f]*::[^ ]*/K10.../' -e 's/token: .*/token: .../'\\n"
- path: /usr/local/lib/sovereign/join.sh
  content: |
    printf 'token: %s\\n' "$TOKEN" > /etc/rancher/k3s/config.yaml
    K3S_TOKEN="$TOKEN"
runcmd:
- [/usr/local/lib/sovereign/fetch-artifact.sh, https://example.com/k3s, k3s, "0755", {CHECKSUM}]
"""


@dataclass
class Registration:
    """One resource: what the program registered, and what the engine knows of it at the end."""

    type: str
    name: str
    inputs: dict[str, Any]
    outputs: dict[str, Any] = field(default_factory=dict)

    @property
    def urn(self) -> str:
        """The URN, without the chain of parent types."""
        return f"{STACK}{self.type}::{self.name}"

    @property
    def final(self) -> dict[str, Any]:
        """What AnalyzeStack shows: outputs, which repeat the inputs except for components."""
        component = self.type.startswith(("sovereign:", "pulumi:"))
        return dict(self.outputs) if component else {**self.inputs, **self.outputs}


Registrations = dict[str, Registration]


def edited(registrations: Registrations, edit: Callable[[Registrations], object]) -> Registrations:
    """Return a copy to which the edit was done."""
    changed = copy.deepcopy(registrations)
    edit(changed)
    return changed


def _add(made: Registrations, kind: str, name: str, inputs: dict[str, Any], **outputs: Any) -> None:
    short = kind.rsplit(":", 1)[-1]
    key = f"component {short}" if kind.startswith("sovereign:") else f"{short} {name}"
    made[key] = Registration(kind, name, inputs, outputs)


def cilium_values() -> dict[str, Any]:
    """The chart's values without the API server's address."""
    return {
        "kubeProxyReplacement": True,
        "k8sServicePort": 6443,
        "k8s": {"requireIPv4PodCIDR": True},
        "ipam": {"mode": "kubernetes"},
        "routingMode": "tunnel",
        "MTU": 1450,
        "encryption": {
            "enabled": True,
            "type": "wireguard",
            "nodeEncryption": False,
            "strictMode": {
                "egress": {
                    "enabled": True,
                    "cidr": "10.42.0.0/16",
                    "allowRemoteNodeIdentities": True,
                },
                "ingress": {"enabled": True},
            },
        },
    }


def dev(control_planes: int = 1, workers: int = 2) -> Registrations:
    """Return the stack by `<kind> <name>` or `component <kind>`, all known, as in an `up`."""
    made: Registrations = {}
    servers = [_node("control-plane", i, f"10.0.1.{1 + i}") for i in range(1, control_planes + 1)]
    agents = [_node("default", i, f"10.0.1.{19 + i}") for i in range(1, workers + 1)]
    _add(made, "pulumi:pulumi:Stack", "sovereign-dev", {})
    _add(made, "pulumi:providers:hcloud", "default_1_43_3", {"version": "1.43.3"})
    facts = {"controlPlanes": control_planes, "workers": workers, "protect": False}
    more = {"attachments": control_planes + workers, "apiServerAddress": "control-plane-ip"}
    artifact = {"name": "k3s-amd64", "version": "v1.36.4+k3s1", "pinned": True}
    _add(made, "sovereign:index:Sovereign", "dev", {**facts, **more, "artifacts": [artifact]})
    ranges = {"networkCidr": "10.0.0.0/16", "nodeCidr": "10.0.1.0/24"}
    others = {"podCidr": "10.42.0.0/16", "serviceCidr": "10.43.0.0/16"}
    balancers = {"loadBalancerAddresses": [f"10.0.1.{last}" for last in range(250, 255)]}
    _add(made, "sovereign:index:Network", "dev", {**ranges, **others, **balancers})
    _add(made, "sovereign:index:ControlPlane", "dev", {"nodes": servers, "location": "nbg1"})
    pool = {"pool": "default", "nodes": agents, "location": "nbg1"}
    _add(made, "sovereign:index:WorkerPool", "dev-default", pool)
    joins = [{"name": each["name"], "role": "server", "config": _k3s(each)} for each in servers]
    joins += [
        {"name": e["name"], "role": "agent", "config": {"node-ip": e["privateIp"]}} for e in agents
    ]
    _add(made, "sovereign:index:K3sJoin", "dev", {"version": "v1.36.4+k3s1", "nodes": joins})
    cilium = {
        "version": "1.20.2",
        "apiServerAddress": "control-plane-ip",
        "values": cilium_values(),
    }
    _add(made, "sovereign:index:Cilium", "dev", cilium)
    controller = {"version": "1.35.0", "podCidr": "10.42.0.0/16", "routes": False}
    _add(made, "sovereign:index:CloudController", "dev", controller)
    _cloud(made, servers, agents)
    _releases(made, [each["privateIp"] for each in servers])
    return made


def _node(pool: str, node_id: int, address: str) -> dict[str, Any]:
    return {
        "name": f"dev-{pool}-{node_id}",
        "id": node_id,
        "generation": 1,
        "privateIp": address,
        "serverType": "cpx32",
        "image": "ubuntu-24.04",
        "placementGroup": f"dev-{pool}-{(node_id - 1) // 10}",
    }


def _k3s(node: dict[str, Any]) -> dict[str, Any]:
    return {
        "node-ip": node["privateIp"],
        "cluster-cidr": "10.42.0.0/16",
        "service-cidr": "10.43.0.0/16",
        "flannel-backend": "none",
        "disable-network-policy": True,
        "disable-kube-proxy": True,
        "disable": ["traefik", "servicelb"],
        "secrets-encryption": True,
    }


def _cloud(
    made: Registrations, servers: list[dict[str, Any]], agents: list[dict[str, Any]]
) -> None:
    network = {"name": "dev", "ipRange": "10.0.0.0/16", "labels": {**LABELS}}
    _add(made, "hcloud:index/network:Network", "dev", network, id="4711")
    subnet = {"networkId": 4711, "type": "cloud", "ipRange": "10.0.1.0/24"}
    _add(made, "hcloud:index/networkSubnet:NetworkSubnet", "dev-nodes", subnet, gateway="10.0.0.1")
    for name, ports in (("dev-control-plane", ("22", "6443")), ("dev-workers", ("22",))):
        rules = [
            {"direction": "in", "protocol": "tcp", "port": port, "sourceIps": [*OPERATORS]}
            for port in ports
        ]
        _add(made, "hcloud:index/firewall:Firewall", name, {"name": name, "rules": rules})
    for role, nodes in (("control-plane", servers), ("worker", agents)):
        for node in nodes:
            inputs = {
                "name": node["name"],
                "serverType": node["serverType"],
                "image": node["image"],
                "location": "nbg1",
                "userData": USER_DATA,
                "labels": {**LABELS, "role": role},
                "networks": [{"networkId": 4711, "ip": node["privateIp"], "aliasIps": []}],
            }
            _add(
                made, "hcloud:index/server:Server", node["name"], inputs, ipv4Address="198.51.100.7"
            )


def _releases(made: Registrations, control_planes: list[str]) -> None:
    values = {**cilium_values(), "k8sServiceHost": control_planes[0]}
    if len(control_planes) > 1:
        urls = " ".join(f"https://{each}:6443" for each in control_planes)
        values["k8s"] = {**values["k8s"], "apiServerURLs": urls}
    archive = "https://helm.cilium.io/cilium-1.20.2.tgz"
    cilium = {"name": "cilium", "namespace": "kube-system", "chart": archive, "version": "1.20.2"}
    release = "kubernetes:helm.sh/v3:Release"
    _add(made, release, "dev-cilium", {**cilium, "values": values}, status={"status": "deployed"})
    name = "hcloud-cloud-controller-manager"
    controller = {"name": name, "chart": name, "version": "1.35.0", "values": {}}
    _add(made, release, "dev-cloud-controller", controller)


def gateway(*listeners: dict[str, Any]) -> Registration:
    """Return a Gateway as an app stack registers it."""
    https = {
        "name": "https",
        "protocol": "HTTPS",
        "port": 443,
        "tls": {"mode": "Terminate", "certificateRefs": [{"name": "public-tls"}]},
    }
    spec = {"gatewayClassName": "cilium", "listeners": [*(listeners or [https])]}
    return Registration("kubernetes:gateway.networking.k8s.io/v1:Gateway", "public", {"spec": spec})


def first_preview(registrations: Registrations) -> Registrations:
    """Return the stack as a first preview shows it: what a cloud must still hand out is unknown."""
    seen = copy.deepcopy(registrations)
    for each in seen.values():
        each.outputs = dict.fromkeys([*each.outputs, "id"], UNKNOWN)
        if "networkId" in each.inputs:
            each.inputs["networkId"] = UNKNOWN
        for network in each.inputs.get("networks", []):
            network["networkId"] = UNKNOWN
        if each.name == "dev-cilium":
            each.inputs["values"]["k8sServiceHost"] = UNKNOWN
            if "apiServerURLs" in each.inputs["values"]["k8s"]:
                each.inputs["values"]["k8s"]["apiServerURLs"] = UNKNOWN
            each.outputs["values"] = UNKNOWN
    return seen
