"""An app stack that reads every output of the first contract, and trusts its type to the last leaf.

It exports for each output that it fits; another value ends the program with both said.
"""

from typing import Any

import pulumi
from release_0_1_0.reference import Reference

SHAPES: dict[str, Any] = {
    "contract_version": int,
    "cluster_name": str,
    "api_endpoint": str,
    "api_endpoints": [str],
    "api_private_endpoint": str,
    "kubeconfig": str,
    "network_id": int,
    "subnet_id": str,
    "network_cidr": str,
    "node_cidr": str,
    "pod_cidr": str,
    "service_cidr": str,
    "control_plane_private_ips": {str: str},
    "worker_private_ips": {str: str},
    "pools": {str: {"location": str, "serverType": str, "nodes": [str]}},
    "k3s_version": str,
    "cilium_version": str,
    "cilium_values": {"k8sServiceHost": str, "k8sServicePort": int},
    "encryption": {"type": str, "strictMode": bool, "nodeEncryption": bool},
    "gateway_class": str,
}
"""Attribute -> type; of a mapping with `str` as key every value, else the keys that are named."""


def fits(value: Any, shape: Any) -> bool:
    """Whether a value has a shape; a boolean is no integer."""
    if isinstance(shape, list):
        return type(value) is list and all(fits(one, shape[0]) for one in value)
    if isinstance(shape, dict) and str in shape:
        return type(value) is dict and all(fits(one, shape[str]) for one in value.values())
    if isinstance(shape, dict):
        return type(value) is dict and all(fits(value.get(key), of) for key, of in shape.items())
    return type(value) is shape


def checked(attribute: str) -> Any:
    """That the output fits, said in one word."""

    def check(value: Any) -> str:
        if not fits(value, SHAPES[attribute]):
            raise pulumi.RunError(f"{attribute} is {value!r}, and 0.1.0 reads {SHAPES[attribute]}")
        return "fits"

    return getattr(cluster, attribute).apply(check)


cluster = Reference(pulumi.Config().require("sovereignStack"))
for name in SHAPES:
    pulumi.export(name, checked(name))
