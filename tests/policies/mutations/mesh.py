"""An application on a Sovereign, broken."""

from tests.policies.mutations.mutation import mutation, put, remove
from tests.policies.registrations import Registrations

PREFIX = "shop-cilium-network-policy-shop"
CLOSED = f"CiliumNetworkPolicy {PREFIX}-default-deny"
CALLERS = f"CiliumNetworkPolicy {PREFIX}-require-mtls-api"
BREAKER = "CiliumEnvoyConfig shop-cilium-envoy-config-shop-api-circuit-breaker"
ROUTE = "HTTPRoute shop-http-route-shop-api"
LISTENER = "spec.listeners.0"
DEPLOYMENT = "Deployment shop-deployment-shop-api"
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


MESH = [
    mutation("no default deny", "default-deny", remove(CLOSED), stack="application"),
    mutation(
        "default deny of one direction",
        "default-deny",
        put(CLOSED, "spec.enableDefaultDeny.ingress", False),
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
        "an image of an Instrumentation",
        "images-pinned",
        put("Instrumentation shop-instrumentation-shop-default", "spec.java.image", "otel/java"),
        stack="application",
    ),
]
