"""What the rule on closed namespaces says of policies that allow everything, and of releases."""

from typing import Any

from tests.policies.cases.case import Case
from tests.policies.cases.mesh import CLOSED, DENY, OPEN, SHOP, kubernetes_policy, policy
from tests.policies.cases.stacks import Typed
from tests.policies.registrations import UNKNOWN

BOTH = [f"{OPEN} ingress and egress by default"]
TYPES = ["Ingress", "Egress"]


def cilium(ingress: Any, egress: Any) -> Typed:
    """Return a policy of Cilium for all pods of the namespace shop."""
    return policy({"endpointSelector": {}, "ingress": ingress, "egress": egress})


def release(**given: Any) -> Typed:
    """Return a release of some chart."""
    return "kubernetes:helm.sh/v3:Release", {"chart": "grafana", **given}


EVERY = [{"ipBlock": {"cidr": "0.0.0.0/0"}}]
ALL = cilium([{"fromEntities": ["all"]}], [{"toEntities": ["all"]}])
HALVES = cilium(
    [{"fromEntities": ["world"]}, {"fromEntities": ["cluster"]}],
    [{"toCIDR": ["0.0.0.0/0"], "toEntities": ["cluster"]}],
)
PORTS = [{"ports": [{"port": "443", "protocol": "TCP"}]}]
NARROW = cilium(
    [{"fromEntities": ["all"], "toPorts": PORTS}],
    [{"toCIDRSet": [{"cidr": "0.0.0.0/0"}]}, {"toEndpoints": [{}]}],
)
CASES = [
    Case(DENY, "violating", [SHOP, ALL], BOTH),
    Case(DENY, "violating", [SHOP, HALVES], BOTH),
    Case(DENY, "violating", [SHOP, policy(CLOSED), ALL], BOTH),
    Case(DENY, "compliant", [SHOP, NARROW]),
    Case(DENY, "compliant", [SHOP, cilium([{}], [{"toEntities": ["world"]}])]),
    *[
        Case(
            DENY,
            "violating",
            [SHOP, kubernetes_policy(policyTypes=TYPES, ingress=ingress, egress=egress)],
            BOTH,
        )
        for ingress, egress in (
            ([{}], [{}]),
            ([{"from": []}], [{"to": []}]),
            ([{"from": EVERY}], [{"to": EVERY}]),
            ([{"from": [], "ports": []}], [{"to": [{"ipBlock": {"cidr": "::/0"}}]}]),
        )
    ],
    Case(
        DENY,
        "compliant",
        [
            SHOP,
            kubernetes_policy(
                policyTypes=TYPES,
                ingress=[{"ports": [{"port": 80.0}]}],
                egress=[{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}, {"podSelector": {}}]}],
            ),
        ],
    ),
    Case(
        DENY,
        "violating",
        [release(namespace="monitoring", createNamespace=True)],
        ["the namespace monitoring has no policy that denies ingress and egress by default"],
    ),
    Case(DENY, "compliant", [release(namespace="kube-system", createNamespace=True)], None),
    Case(DENY, "compliant", [release(namespace="elsewhere")], None),
    Case(
        DENY, "unknown", [release(namespace=UNKNOWN, createNamespace=True)], ["deferred: namespace"]
    ),
]
