"""The Gateway: HTTPS on 443, TLS ended with a certificate from a Secret."""

from collections.abc import Mapping
from typing import Any

from sovereign.mesh.checks import Checks
from sovereign.mesh.gateway.hetzner import HETZNER, HetznerLoadBalancer
from sovereign.mesh.manifest import Manifest, manifest

GROUP = "gateway.networking.k8s.io"
API_VERSION = f"{GROUP}/v1"
CLASS = "cilium"


def gateway(
    *,
    namespace: str,
    name: str = "cilium-gateway",
    certificate: str = "tls-secret",
    certificate_namespace: str | None = None,
    hostname: str | None = None,
    route_namespaces: Mapping[str, str] | None = None,
    load_balancer: HetznerLoadBalancer | None = HETZNER,
) -> list[Manifest]:
    """`certificate` is a Secret of type `kubernetes.io/tls`; in another namespace it gets a
    ReferenceGrant there. `hostname` None takes every name. `route_namespaces`: labels of the
    namespaces whose routes may attach; None means only the Gateway's own. `load_balancer` None: as
    the cloud controller is set up (a Sovereign's knows its location), or without one. Raises
    ConfigError.
    """
    checks = Checks("gateway")
    checks.label("namespace", namespace)
    checks.label("name", name)
    checks.name("certificate", certificate)
    if certificate_namespace is not None:
        checks.label("certificate_namespace", certificate_namespace)
    if hostname is not None:
        checks.host("hostname", hostname)
    if route_namespaces is not None:
        checks.labels("route_namespaces", route_namespaces)
    if load_balancer is not None:
        load_balancer.check(checks)
    checks.refuse()
    abroad = certificate_namespace not in (None, namespace)
    reference = {"kind": "Secret", "name": certificate}
    if abroad:
        reference["namespace"] = str(certificate_namespace)
    listener: dict[str, Any] = {
        "name": "https",
        "protocol": "HTTPS",
        "port": 443,
        "tls": {"mode": "Terminate", "certificateRefs": [reference]},
        "allowedRoutes": {"namespaces": _routes_from(route_namespaces)},
    }
    if hostname is not None:
        listener["hostname"] = hostname
    spec: dict[str, Any] = {"gatewayClassName": CLASS, "listeners": [listener]}
    if load_balancer is not None:
        spec["infrastructure"] = {"annotations": load_balancer.annotations()}
    made = manifest(API_VERSION, "Gateway", name, namespace=namespace, spec=spec)
    if not abroad:
        return [made]
    return [made, _grant(name, namespace, certificate, str(certificate_namespace))]


def _routes_from(labels: Mapping[str, str] | None) -> dict[str, Any]:
    if labels is None:
        return {"from": "Same"}
    return {"from": "Selector", "selector": {"matchLabels": dict(labels)}}


def _grant(name: str, namespace: str, certificate: str, owner: str) -> Manifest:
    """v1beta1, which Gateway API 1.4 (Cilium 1.19) and 1.6 both serve."""
    spec = {
        "from": [{"group": GROUP, "kind": "Gateway", "namespace": namespace}],
        "to": [{"group": "", "kind": "Secret", "name": certificate}],
    }
    return manifest(
        f"{GROUP}/v1beta1",
        "ReferenceGrant",
        f"{namespace}-{name}"[:253],
        namespace=owner,
        spec=spec,
    )
