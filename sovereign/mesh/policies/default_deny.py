"""Closed by default: pods of a namespace talk to nobody until a policy names who."""

from sovereign.mesh.checks import Checks
from sovereign.mesh.manifest import Manifest
from sovereign.mesh.policies import rules


def default_deny(
    *,
    namespace: str,
    ingress: bool = True,
    egress: bool = True,
    name: str = "default-deny",
) -> list[Manifest]:
    """Deny everything in the chosen directions to all pods of the namespace.

    Egress includes DNS: add `dns_egress` to let pods resolve names. An empty rule (`{}`) names no
    peer, so it allows nothing; Cilium 1.20 refuses a policy without rules. Raises ConfigError.
    """
    checks = Checks("default-deny")
    checks.label("namespace", namespace)
    checks.name("name", name)
    if not (ingress or egress):
        checks.add("ingress", ingress, "with neither direction nothing is denied", "set one")
    checks.refuse()
    spec = {
        "endpointSelector": {},
        "enableDefaultDeny": {"ingress": ingress, "egress": egress},
        **({"ingress": [{}]} if ingress else {}),
        **({"egress": [{}]} if egress else {}),
    }
    return [rules.policy(name, namespace, spec)]
