"""What app stacks may read: a public, versioned contract. Names, meaning and secrecy of every stack
output stand here.

A name is never reused with another meaning; a change of meaning or type raises `CONTRACT_VERSION`.
"""

from dataclasses import dataclass
from typing import Any

import pulumi

from sovereign.components import Sovereign
from sovereign.plan import SovereignPlan

CONTRACT_VERSION = 1


@dataclass(frozen=True)
class OutputPromise:
    """One promised output."""

    name: str
    type: str
    """JSON type: string, integer, object, `array of string`."""
    meaning: str
    secret: bool = False


CONTRACT = (
    OutputPromise("contractVersion", "integer", "version of this contract"),
    OutputPromise("clusterName", "string", "name of the Sovereign"),
    OutputPromise("apiEndpoint", "string", "URL of the API for operators (public address)"),
    OutputPromise("apiEndpoints", "array of string", "the same for every control plane"),
    OutputPromise("apiPrivateEndpoint", "string", "URL of the API inside the network"),
    OutputPromise("kubeconfig", "string", "administrator's kubeconfig, YAML", secret=True),
    OutputPromise("networkId", "integer", "Hetzner id of the private network"),
    OutputPromise("subnetId", "string", "provider id of the nodes' subnet"),
    OutputPromise("networkCidr", "string", "range of the private network"),
    OutputPromise("nodeCidr", "string", "range of the nodes' subnet"),
    OutputPromise("podCidr", "string", "range of the pods"),
    OutputPromise("serviceCidr", "string", "range of the services"),
    OutputPromise("controlPlanePrivateIps", "object", "node name -> private address"),
    OutputPromise("workerPrivateIps", "object", "node name -> private address"),
    OutputPromise("pools", "object", "pool name -> {location, serverType, nodes}"),
    OutputPromise("k3sVersion", "string", "installed k3s version"),
    OutputPromise("ciliumVersion", "string", "installed Cilium version"),
    OutputPromise("ciliumValues", "object", "Helm values of Cilium, as installed"),
    OutputPromise("encryption", "object", "{type, strictMode, nodeEncryption} of pod traffic"),
    OutputPromise("gatewayClass", "string", "class for Gateways, empty without the Gateway API"),
)
"""Every output, in the order in which it is exported."""


def export(plan: SovereignPlan, sovereign: Sovereign) -> None:
    """Export the contract; a value that is missing or not promised is a defect and raises."""
    values = collect(plan, sovereign)
    assert list(values) == [promise.name for promise in CONTRACT]
    for promise in CONTRACT:
        value = values[promise.name]
        pulumi.export(promise.name, pulumi.Output.secret(value) if promise.secret else value)


def collect(plan: SovereignPlan, sovereign: Sovereign) -> dict[str, Any]:
    """Name -> value of every promised output; addresses and ids are Outputs."""
    control_planes = sovereign.control_plane.nodes
    workers = [node for pool in sovereign.pools.values() for node in pool.nodes]
    public = [pulumi.Output.concat("https://", n.public_ip, ":6443") for n in control_planes]
    encryption = plan.cilium.values["encryption"]
    gateway = plan.cilium.values["gatewayAPI"]["enabled"]
    return {
        "contractVersion": CONTRACT_VERSION,
        "clusterName": plan.name,
        "apiEndpoint": public[0],
        "apiEndpoints": public,
        "apiPrivateEndpoint": pulumi.Output.concat(
            "https://", control_planes[0].private_ip, ":6443"
        ),
        "kubeconfig": sovereign.join.kubeconfig,
        "networkId": sovereign.network.network_id,
        "subnetId": sovereign.network.subnet_id,
        "networkCidr": plan.network.cidr,
        "nodeCidr": plan.network.node_cidr,
        "podCidr": plan.network.pod_cidr,
        "serviceCidr": plan.network.service_cidr,
        "controlPlanePrivateIps": {n.plan.name: n.private_ip for n in control_planes},
        "workerPrivateIps": {n.plan.name: n.private_ip for n in workers},
        "pools": {
            pool.name: {
                "location": pool.location,
                "serverType": pool.nodes[0].server_type if pool.nodes else "",
                "nodes": [node.name for node in pool.nodes],
            }
            for pool in plan.pools
        },
        "k3sVersion": plan.k3s_version,
        "ciliumVersion": plan.cilium.version,
        "ciliumValues": sovereign.cilium.values,
        "encryption": {
            "type": encryption["type"],
            "strictMode": "strictMode" in encryption,
            "nodeEncryption": encryption["nodeEncryption"],
        },
        "gatewayClass": "cilium" if gateway else "",
    }
