"""An application on a Sovereign, broken."""

from tests.policies.mutations.mutation import HELM, RELEASE, add, mutation, put, remove
from tests.policies.registrations import Registrations, dev

PREFIX = "shop-cilium-network-policy-shop"
CLOSED = f"CiliumNetworkPolicy {PREFIX}-default-deny"
CALLERS = f"CiliumNetworkPolicy {PREFIX}-require-mtls-api"
BREAKER = "CiliumEnvoyConfig shop-cilium-envoy-config-shop-api-circuit-breaker"
ROUTE = "HTTPRoute shop-http-route-shop-api"
LISTENER = "spec.listeners.0"
DEPLOYMENT = "Deployment shop-deployment-shop-api"
NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
EVERYWHERE = {
    "metadata": {"name": "open", "namespace": "shop"},
    "spec": {"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"to": []}]},
}
GRAFANA = {"chart": "grafana", "version": "10.1.0", "namespace": "graphs", "createNamespace": True}
IMAGE = "spec.template.spec.containers.0.image"


def without_listener(registrations: Registrations) -> None:
    """Route and cluster remain, and lead nowhere."""
    spec = registrations[BREAKER].inputs["spec"]
    spec["resources"] = [one for one in spec["resources"] if "Listener" not in one["@type"]]


def nameless_cluster(registrations: Registrations) -> None:
    """A cluster whose endpoints nobody publishes."""
    for one in registrations[BREAKER].inputs["spec"]["resources"]:
        if one["@type"].endswith(".Cluster"):
            one["name"] = one["eds_cluster_config"]["service_name"] = "api"


def cilium_1_19(registrations: Registrations) -> None:
    """The cluster's Cilium in the same stack, of the line before."""
    release = registrations[RELEASE] = dev()[RELEASE]
    release.inputs["version"] = "1.19.6"
    release.inputs["values"] |= {"k8sServiceHost": "127.0.0.1", "k8sServicePort": 6444}


MESH = [
    mutation("no default deny", "default-deny", remove(CLOSED), stack="application"),
    mutation(
        "default deny of one direction",
        "default-deny",
        put(CLOSED, "spec.enableDefaultDeny.ingress", False),
        stack="application",
    ),
    mutation(
        "a policy that lets everybody in",
        "default-deny",
        put(CLOSED, "spec.ingress", [{"fromEntities": ["all"]}]),
        stack="application",
    ),
    mutation(
        "a second policy that lets everybody out",
        "default-deny",
        add(NETWORK_POLICY, "open", EVERYWHERE),
        stack="application",
    ),
    mutation(
        "a namespace that a release makes",
        "default-deny",
        add(HELM, "grafana", GRAFANA),
        stack="application",
    ),
    mutation(
        "a workload in another namespace",
        "default-deny",
        put(DEPLOYMENT, "metadata.namespace", "elsewhere"),
        stack="application",
    ),
    mutation("no listener", "envoy-config-listener", without_listener, stack="application"),
    mutation("an inert cluster", "envoy-config-listener", nameless_cluster, stack="application"),
    mutation(
        "a retry on standard definitions",
        "route-retry",
        put(ROUTE, "spec.rules.0.retry", {"codes": [503], "attempts": 3}),
        stack="application",
    ),
    mutation(
        "a retry without codes",
        "route-retry",
        put(ROUTE, "spec.rules.0.retry", {"attempts": 3}),
        stack="application",
        config={"route-retry": {"channel": "experimental"}},
    ),
    mutation(
        "a retry that Cilium 1.19 ignores",
        "route-retry",
        put(ROUTE, "spec.rules.0.retry", {"codes": [503], "attempts": 3}),
        cilium_1_19,
        stack="application",
        config={"route-retry": {"channel": "experimental"}},
    ),
    mutation(
        "authentication without SPIRE",
        "authentication-needs-spire",
        put(CALLERS, "spec.ingress.0.authentication", {"mode": "required"}),
        stack="application",
    ),
    mutation(
        "a plain listener",
        "gateway-listener-tls",
        put("Gateway shop-gateway-shop-public", LISTENER, {"name": "web", "protocol": "HTTP"}),
        stack="application",
    ),
    mutation(
        "the latest image",
        "images-pinned",
        put(DEPLOYMENT, IMAGE, "registry.example.com:5000/shop/api:latest"),
        stack="application",
    ),
    mutation(
        "an image that moves",
        "images-pinned",
        put(DEPLOYMENT, IMAGE, "registry.example.com:5000/shop/api:edge-alpine"),
        stack="application",
    ),
    mutation(
        "an image of an Instrumentation",
        "images-pinned",
        put("Instrumentation shop-instrumentation-shop-default", "spec.java.image", "otel/java"),
        stack="application",
    ),
]
