"""What app stacks may read: a public, versioned contract. Names, meaning and secrecy of every stack
output stand here; `docs/outputs.schema.json` says the same as a JSON schema.

A name is never reused with another meaning; a change of meaning or type raises `CONTRACT_VERSION`.
Another output may come at any time.
"""

from dataclasses import dataclass

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
