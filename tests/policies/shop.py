"""A program of ours that stands on a Sovereign: one application with everything the mesh builds."""

from sovereign import mesh
from sovereign.mesh.components.manifests import Manifests
from sovereign.mesh.manifest import manifest

NAMESPACE = "shop"
LABELS = {"app": "api"}
SERVICE = f"{NAMESPACE}/api"
CONTAINER = {"name": "api", "image": "registry.example.com/shop/api:1.4.2"}


def program() -> None:
    """A Deployment behind a Gateway, closed by default, with a circuit breaker and tracing."""
    api = mesh.Workload(LABELS, NAMESPACE)
    web = mesh.Workload({"app": "web"}, NAMESPACE)
    template = {"metadata": {"labels": LABELS}, "spec": {"containers": [CONTAINER]}}
    deployment = {"selector": {"matchLabels": LABELS}, "template": template}
    service = {"selector": LABELS, "ports": [{"port": 80, "targetPort": 8080}]}
    manifests = [
        manifest("v1", "Namespace", NAMESPACE),
        manifest("apps/v1", "Deployment", "api", namespace=NAMESPACE, spec=deployment),
        manifest("v1", "Service", "api", namespace=NAMESPACE, spec=service),
        *mesh.default_deny(namespace=NAMESPACE),
        *mesh.dns_egress(namespace=NAMESPACE),
        *mesh.require_mtls(to=api, callers=[web], ports=[8080]),
        *mesh.gateway(namespace=NAMESPACE, name="public", certificate="public-tls"),
        *mesh.http_route(name="api", service=SERVICE, port=80, gateway=f"{NAMESPACE}/public"),
        *mesh.circuit_breaker(service=SERVICE, tier="standard"),
        *mesh.instrumentation(namespace=NAMESPACE),
    ]
    Manifests(NAMESPACE, {"manifests": manifests})
