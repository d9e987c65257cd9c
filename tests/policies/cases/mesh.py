"""What rules say of default deny, Envoy configurations and retries."""

from typing import Any

from tests.policies.cases.case import Case
from tests.policies.cases.releases import cilium
from tests.policies.cases.stacks import Typed
from tests.policies.registrations import UNKNOWN

DENY, ENVOY, RETRY = "default-deny", "envoy-config-listener", "route-retry"


def namespace(name: Any) -> Typed:
    """Return a Namespace."""
    return "kubernetes:core/v1:Namespace", {"metadata": {"name": name}}


def policy(spec: Any, where: Any = "shop", kind: str = "CiliumNetworkPolicy") -> Typed:
    """Return a policy of Cilium."""
    return f"kubernetes:cilium.io/v2:{kind}", {"metadata": {"namespace": where}, "spec": spec}


def clusterwide(**selector: Any) -> Typed:
    """Return a clusterwide policy that closes what it selects."""
    spec = {"endpointSelector": selector, "ingress": [{}], "egress": [{}]}
    return policy(spec, None, "CiliumClusterwideNetworkPolicy")


def kubernetes_policy(**spec: Any) -> Typed:
    """Return a policy of Kubernetes for all pods of the namespace shop."""
    given = {"metadata": {"namespace": "shop"}, "spec": {"podSelector": {}, **spec}}
    return "kubernetes:networking.k8s.io/v1:NetworkPolicy", given


SHOP = namespace("shop")
POD = "kubernetes:core/v1:Pod"
CLOSED = {"endpointSelector": {}, "enableDefaultDeny": {"ingress": True, "egress": True}}
OPEN = "the namespace shop has no policy that denies"
NAMESPACE = "k8s:io.kubernetes.pod.namespace"
APART = {"key": NAMESPACE, "operator": "NotIn", "values": ["kube-system"]}
DEFAULT_DENY = [
    Case(DENY, "compliant", [SHOP, policy(CLOSED)]),
    Case(DENY, "compliant", [SHOP, kubernetes_policy(policyTypes=["Ingress", "Egress"])]),
    Case(DENY, "compliant", [SHOP, kubernetes_policy(egress=[]), namespace("kube-system")]),
    Case(DENY, "compliant", [SHOP, clusterwide(matchExpressions=[APART])]),
    Case(DENY, "compliant", [SHOP, clusterwide(matchLabels={NAMESPACE: "shop"})]),
    Case(
        DENY,
        "compliant",
        [SHOP, clusterwide(matchExpressions=[{**APART, "operator": "In", "values": ["shop"]}])],
    ),
    Case(
        DENY,
        "compliant",
        [
            SHOP,
            policy({"endpointSelector": {}, "ingress": [{}]}),
            policy({"endpointSelector": {}, "egressDeny": [{}]}),
        ],
    ),
    Case(DENY, "missing", [policy(CLOSED)], None),
    Case(
        DENY,
        "missing",
        [(POD, {"metadata": {}})],
        ["the namespace default has no policy that denies ingress and egress by default"],
    ),
    Case(
        DENY,
        "violating",
        [
            SHOP,
            policy(CLOSED, "else"),
            policy({**CLOSED, "endpointSelector": {"matchLabels": {"a": "b"}}}),
        ],
        [f"{OPEN} ingress and egress by default"],
    ),
    Case(
        DENY,
        "violating",
        [SHOP, kubernetes_policy(policyTypes=["Ingress", "Egress"], egress=[{}])],
        [f"{OPEN} egress by default"],
    ),
    Case(
        DENY,
        "violating",
        [
            SHOP,
            policy(
                {"endpointSelector": {}, "enableDefaultDeny": {"egress": False}, "egress": [{}]}
            ),
            policy({"endpointSelector": {}, "ingress": [{}]}),
            clusterwide(matchExpressions=[{**APART, "values": ["shop"]}]),
        ],
        [f"{OPEN} egress by default"],
    ),
    Case(DENY, "unknown", [namespace(UNKNOWN)], ["deferred: metadata.name"]),
    Case(DENY, "unknown", [SHOP, policy(CLOSED, UNKNOWN)], ["deferred: metadata.namespace"]),
    Case(DENY, "configured", [SHOP], None, {"except": ["shop"]}),
    Case(
        DENY,
        "configured",
        [SHOP, kubernetes_policy()],
        [],
        {"directions": ["ingress"]},
    ),
]

LISTENER = {"@type": "type.googleapis.com/envoy.config.listener.v3.Listener"}
CLUSTER = {"@type": "type.googleapis.com/envoy.config.cluster.v3.Cluster", "type": "EDS"}


def envoy(*resources: Any) -> dict[str, Any]:
    """Return an Envoy configuration."""
    return {"spec": {"resources": [*resources]}}


ENVOY_CONFIGS = [
    Case(ENVOY, "compliant", envoy(LISTENER, {**CLUSTER, "name": "shop/api"})),
    Case(
        ENVOY,
        "compliant",
        envoy(
            LISTENER, {**CLUSTER, "name": "x", "edsClusterConfig": {"serviceName": "shop/api:80"}}
        ),
    ),
    Case(ENVOY, "compliant", envoy(LISTENER, {**CLUSTER, "type": "STATIC", "name": "x"})),
    Case(
        ENVOY,
        "violating",
        envoy({**CLUSTER, "name": "api"}),
        [
            "spec.resources holds 1 Cluster and no Listener",
            "spec.resources[0] asks for endpoints of `api`, not of `namespace/service`",
        ],
    ),
    Case(ENVOY, "missing", {"spec": {}}, ["spec.resources holds nothing and no Listener"]),
    Case(ENVOY, "unknown", {"spec": {"resources": UNKNOWN}}, ["deferred: spec.resources"]),
    Case(
        ENVOY,
        "unknown",
        envoy({"@type": UNKNOWN}, {**CLUSTER, "name": UNKNOWN}),
        ["deferred: spec.resources[0].@type", "deferred: spec.resources[1].name"],
    ),
]


def route(retry: Any) -> Typed:
    """Return an HTTPRoute with one rule."""
    spec = {"rules": [{} if retry is None else {"retry": retry}]}
    return "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute", {"spec": spec}


def definition(channel: Any) -> Typed:
    """Return the definition of HTTPRoutes, of that channel."""
    annotations = {"gateway.networking.k8s.io/channel": channel}
    name = "httproutes.gateway.networking.k8s.io"
    kind = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"
    return kind, {"metadata": {"name": name, "annotations": annotations}}


CODES = {"codes": [503.0], "attempts": 3.0}
WHERE = "spec.rules[0].retry"
DROPPED = f"{WHERE}: the standard HTTPRoute has no such field, the API server drops it"
RETRIES = [
    Case(RETRY, "compliant", [route(CODES), definition("experimental"), cilium("1.20.2")]),
    Case(RETRY, "compliant", [route(None)]),
    Case(RETRY, "missing", [definition("standard")], None),
    Case(RETRY, "violating", [route(CODES)], [DROPPED]),
    Case(
        RETRY,
        "violating",
        [route({"attempts": 3.0}), definition("standard"), cilium("1.19.6")],
        [
            DROPPED,
            f"{WHERE} is ignored by Cilium 1.19",
            f"{WHERE}.codes is not set: only failed connections would be tried again",
        ],
    ),
    Case(RETRY, "unknown", [route(UNKNOWN)], ["deferred: spec.rules[0].retry"]),
    Case(
        RETRY,
        "unknown",
        [route({"codes": UNKNOWN}), definition(UNKNOWN)],
        [
            "deferred: metadata.annotations.gateway.networking.k8s.io/channel",
            "deferred: spec.rules[0].retry.codes",
        ],
    ),
    Case(RETRY, "configured", [route(CODES)], [], {"channel": "experimental"}),
]

CASES = [*DEFAULT_DENY, *ENVOY_CONFIGS, *RETRIES]
