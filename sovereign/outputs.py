"""Exports what `sovereign.contract` promises."""

from typing import Any

import pulumi

from sovereign.components import Sovereign
from sovereign.contract import CONTRACT, CONTRACT_VERSION
from sovereign.plan import SovereignPlan


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
