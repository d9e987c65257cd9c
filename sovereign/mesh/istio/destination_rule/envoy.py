"""The CiliumEnvoyConfig of one Service, from a traffic policy."""

from collections.abc import Mapping
from typing import Any

from sovereign.mesh.istio.destination_rule.balancing import balancing
from sovereign.mesh.istio.destination_rule.connection_pool import ConnectionPool
from sovereign.mesh.istio.destination_rule.outlier_detection import outlier_detection
from sovereign.mesh.istio.field import Field
from sovereign.mesh.istio.heads import Head
from sovereign.mesh.istio.inventory import Name
from sovereign.mesh.manifest import Manifest, manifest
from sovereign.mesh.resilience.cluster import eds_cluster
from sovereign.mesh.resilience.envoy_config import ORIGINAL_SOURCE
from sovereign.mesh.resilience.listener import http_listener, tcp_listener
from sovereign.mesh.resilience.route import route_configuration

CONNECT_TIMEOUT = "10s"
"""Istio's default."""
NO_TIMEOUT = "0s"
"""Istio's default for a whole request; Envoy's own is 15 s."""
PARTS = ("connectionPool", "outlierDetection", "loadBalancer")


def envoy_config(
    name: Name, parts: Mapping[str, Field], *, http: bool, port: int | None, head: Head
) -> Manifest:
    """Listener, route and cluster. `port`: for a Service with several, the one that is meant."""
    pool = ConnectionPool(http=http)
    if "connectionPool" in parts:
        pool.read(parts["connectionPool"])
    cluster = eds_cluster(str(name), port, pool.connect_timeout or CONNECT_TIMEOUT)
    pool.apply(cluster)
    if "outlierDetection" in parts:
        outlier_detection(parts["outlierDetection"], cluster)
    if "loadBalancer" in parts:
        balancing(parts["loadBalancer"], cluster)
    services: dict[str, Any] = {"name": name.name, "namespace": name.namespace}
    if port is not None:
        services["ports"] = [port]
    return manifest(
        "cilium.io/v2",
        "CiliumEnvoyConfig",
        f"{name.name}-traffic-policy",
        namespace=name.namespace,
        labels=head.labels,
        annotations={**head.annotations, ORIGINAL_SOURCE: "false"},
        spec={"services": [services], "resources": [*_front(name, http=http), cluster]},
    )


def _front(name: Name, *, http: bool) -> list[dict[str, Any]]:
    listener, route = f"{name.name}-listener", f"{name.name}-route"
    if not http:
        return [tcp_listener(listener, str(name))]
    return [
        http_listener(listener, route),
        route_configuration(route, str(name), NO_TIMEOUT, None),
    ]
