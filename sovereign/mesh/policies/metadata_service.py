"""Hetzner's metadata service, closed to pods: it hands out user data to whoever asks (hetzner docs
"Server metadata"), and nodes' user data is not for workloads.
"""

from collections.abc import Sequence
from typing import Any

from sovereign.mesh.checks import Checks
from sovereign.mesh.manifest import Manifest
from sovereign.mesh.policies import rules
from sovereign.mesh.workload import NAMESPACE_LABEL

METADATA_ADDRESS = "169.254.169.254/32"


def block_metadata(
    *, exempt_namespaces: Sequence[str] = (), name: str = "block-metadata"
) -> list[Manifest]:
    """No pod of the cluster reaches the metadata service; everything else stays as it was.

    A deny rule wins over every allow rule. `exempt_namespaces`: for a storage driver that asks for
    its server's id. Pods on the node's own network are nodes, not pods: the host firewall is for
    them. Raises ConfigError.
    """
    checks = Checks("block-metadata")
    checks.name("name", name)
    for number, namespace in enumerate(exempt_namespaces):
        checks.label(f"exempt_namespaces[{number}]", namespace)
    checks.refuse()
    selector: dict[str, Any] = {}
    if exempt_namespaces:
        outside = {
            "key": NAMESPACE_LABEL,
            "operator": "NotIn",
            "values": list(exempt_namespaces),
        }
        selector = {"matchExpressions": [outside]}
    spec = {
        "endpointSelector": selector,
        "enableDefaultDeny": {"ingress": False, "egress": False},
        "egressDeny": [{"toCIDR": [METADATA_ADDRESS]}],
    }
    return [rules.cluster_policy(name, spec)]
