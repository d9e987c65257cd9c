"""What app stacks may read: a public, versioned contract. Names, meaning and secrecy of every stack
output stand here; `docs/outputs.schema.json` is made from it.

A name is never reused with another meaning; a change of meaning or type raises `CONTRACT_VERSION`.
Another output may come at any time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CONTRACT_VERSION = 1


@dataclass(frozen=True)
class OutputPromise:
    """One promised output."""

    name: str
    type: str
    """JSON type: string, integer, object, `array of string`."""
    meaning: str
    rules: Mapping[str, Any] = field(default_factory=dict)
    """What more the JSON schema says of its value."""
    secret: bool = False


_TEXT = {"type": "string", "minLength": 1}
_ENDPOINT = {"pattern": r"^https://.+:6443$"}
_CIDR = {"pattern": r"^\d+(\.\d+){3}/\d+$"}
_ADDRESSES = {"additionalProperties": {"type": "string", "format": "ipv4"}}


def _record(**properties: Any) -> dict[str, Any]:
    """An object with exactly these keys promised."""
    return {"properties": properties, "required": list(properties)}


CONTRACT = (
    OutputPromise(
        "contractVersion", "integer", "version of this contract", {"const": CONTRACT_VERSION}
    ),
    OutputPromise("clusterName", "string", "name of the Sovereign", {"minLength": 1}),
    OutputPromise(
        "apiEndpoint", "string", "URL of the API for operators (public address)", _ENDPOINT
    ),
    OutputPromise(
        "apiEndpoints",
        "array of string",
        "the same for every control plane",
        {"items": {"type": "string", **_ENDPOINT}, "minItems": 1},
    ),
    OutputPromise("apiPrivateEndpoint", "string", "URL of the API inside the network", _ENDPOINT),
    OutputPromise(
        "kubeconfig", "string", "administrator's kubeconfig, YAML", {"minLength": 1}, secret=True
    ),
    OutputPromise("networkId", "integer", "Hetzner id of the private network"),
    OutputPromise("subnetId", "string", "provider id of the nodes' subnet", {"minLength": 1}),
    OutputPromise("networkCidr", "string", "range of the private network", _CIDR),
    OutputPromise("nodeCidr", "string", "range of the nodes' subnet", _CIDR),
    OutputPromise("podCidr", "string", "range of the pods", _CIDR),
    OutputPromise("serviceCidr", "string", "range of the services", _CIDR),
    OutputPromise(
        "controlPlanePrivateIps",
        "object",
        "node name -> private address",
        {**_ADDRESSES, "minProperties": 1},
    ),
    OutputPromise("workerPrivateIps", "object", "node name -> private address", _ADDRESSES),
    OutputPromise(
        "pools",
        "object",
        "pool name -> {location, serverType, nodes}",
        {
            "additionalProperties": {
                "type": "object",
                **_record(
                    location=_TEXT,
                    serverType={"type": "string"},
                    nodes={"type": "array", "items": _TEXT},
                ),
            }
        },
    ),
    OutputPromise(
        "k3sVersion",
        "string",
        "installed k3s version",
        {"pattern": r"^v\d+\.\d+\.\d+\+k3s\d+$"},
    ),
    OutputPromise(
        "ciliumVersion", "string", "installed Cilium version", {"pattern": r"^\d+\.\d+\.\d+$"}
    ),
    OutputPromise(
        "ciliumValues",
        "object",
        "Helm values of Cilium, as installed",
        {"required": ["k8sServiceHost", "k8sServicePort"]},
    ),
    OutputPromise(
        "encryption",
        "object",
        "{type, strictMode, nodeEncryption} of pod traffic",
        _record(type=_TEXT, strictMode={"type": "boolean"}, nodeEncryption={"type": "boolean"}),
    ),
    OutputPromise("gatewayClass", "string", "class for Gateways, empty without the Gateway API"),
)
"""Every output, in the order in which it is exported."""
