"""Every builder by name, with a line of help and an example: what `sovereign mesh` lists and
prints.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sovereign.mesh.dns.name import dns_name
from sovereign.mesh.gateway.gateway import gateway
from sovereign.mesh.gateway.grpc_route import grpc_route
from sovereign.mesh.gateway.http_route import http_route
from sovereign.mesh.load_balancing.l2 import l2_pool
from sovereign.mesh.observability.collector import collector
from sovereign.mesh.observability.dashboard import dashboard
from sovereign.mesh.observability.grafana_stack import grafana_stack
from sovereign.mesh.observability.hubble import hubble_values
from sovereign.mesh.observability.instrumentation import instrumentation, pod_annotations
from sovereign.mesh.observability.service_level import service_level_rules
from sovereign.mesh.policies.allow import allow
from sovereign.mesh.policies.default_deny import default_deny
from sovereign.mesh.policies.dns_egress import dns_egress
from sovereign.mesh.policies.host_firewall import host_firewall
from sovereign.mesh.policies.http_rules import http_rules
from sovereign.mesh.policies.metadata_service import block_metadata
from sovereign.mesh.policies.require_mtls import require_mtls
from sovereign.mesh.probes import probes
from sovereign.mesh.resilience.circuit_breaker import circuit_breaker
from sovereign.mesh.resilience.database_proxy import database_proxy
from sovereign.mesh.resilience.retries import retries
from sovereign.mesh.resilience.route_timeout import route_timeout

Makes = Literal["manifests", "container", "annotations", "values", "releases"]
"""Kubernetes objects; fields of a container; annotations of a pod; Helm values; Helm releases."""


@dataclass(frozen=True)
class Builder:
    """One row of the registry."""

    name: str
    build: Callable[..., Any]
    help: str
    """One line."""
    example: Mapping[str, str | Sequence[str]]
    """Settings as they are typed after `--set`; a list is the same key several times."""
    makes: Makes = "manifests"

    def example_settings(self) -> dict[str, list[str]]:
        """The example by key, each with all its values."""
        return {
            key: [value] if isinstance(value, str) else list(value)
            for key, value in self.example.items()
        }


_CALLERS = {"to": "shop/app=api-service", "callers": ["app=frontend"]}
_ROUTE = {"gateway": "gateway/cilium-gateway"}

BUILDERS: tuple[Builder, ...] = (
    Builder(
        "default-deny",
        default_deny,
        "Closes a namespace: its pods talk to nobody until a policy names who",
        {"namespace": "shop"},
    ),
    Builder(
        "allow",
        allow,
        "Lets named callers reach a service on its ports",
        {**_CALLERS, "ports": ["8080"]},
    ),
    Builder(
        "require-mtls",
        require_mtls,
        "Restricts a service to named callers over the encrypted network",
        {**_CALLERS, "ports": ["8080"]},
    ),
    Builder(
        "http-rules",
        http_rules,
        "Lets named callers make only these HTTP requests",
        {**_CALLERS, "port": "8080", "requests": ["GET /api/v1/.*", "POST /api/v1/users"]},
    ),
    Builder(
        "dns-egress",
        dns_egress,
        "Lets a namespace resolve names and reach named hosts outside",
        {"namespace": "shop"},
    ),
    Builder(
        "host-firewall",
        host_firewall,
        "Closes the nodes' own ports but for k3s, Cilium and operators",
        {"operators": ["203.0.113.0/24"]},
    ),
    Builder("block-metadata", block_metadata, "Keeps all pods off the metadata service", {}),
    Builder(
        "circuit-breaker",
        circuit_breaker,
        "Limits, ejection, timeout and retries of an HTTP service, by tier",
        {"service": "shop/api-service"},
    ),
    Builder(
        "database-proxy",
        database_proxy,
        "Limits and ejection of a TCP service",
        {"service": "shop/database", "port": "5432"},
    ),
    Builder(
        "route-timeout",
        route_timeout,
        "A timeout for all requests to a service",
        {"service": "shop/api-service"},
    ),
    Builder(
        "retries",
        retries,
        "Retries of requests to a service",
        {"service": "shop/api-service"},
    ),
    Builder(
        "gateway",
        gateway,
        "The way in: HTTPS on 443 with a certificate, behind Hetzner's load balancer",
        {"namespace": "gateway", "route_namespaces": ["gateway=public"]},
    ),
    Builder(
        "http-route",
        http_route,
        "HTTP requests from a Gateway to a service, with a timeout",
        {**_ROUTE, "service": "shop/api-service", "port": "8080", "path": "/api"},
    ),
    Builder(
        "grpc-route",
        grpc_route,
        "gRPC calls from a Gateway to a service",
        {**_ROUTE, "service": "shop/orders", "port": "9090", "grpc_service": "shop.v1.Orders"},
    ),
    Builder(
        "dns-name",
        dns_name,
        "A host name for several clusters: the nearest healthy one answers",
        {
            "host": "shop.example.org",
            "namespace": "dns",
            "url": "https://shop.example.org/health",
            "addresses": ["192.0.2.1", "198.51.100.1"],
        },
    ),
    Builder(
        "l2-pool",
        l2_pool,
        "Addresses announced by ARP in a flat subnet; never on Hetzner Cloud",
        {"name": "home", "ranges": ["192.168.1.240/28"]},
    ),
    Builder(
        "probes", probes, "Startup, readiness and liveness probes of a container", {}, "container"
    ),
    Builder(
        "hubble",
        hubble_values,
        "Hubble with relay, UI and the metrics that the service level rules need",
        {},
        "values",
    ),
    Builder(
        "instrumentation",
        instrumentation,
        "OpenTelemetry agents for java, python and nodejs",
        {},
    ),
    Builder(
        "pod-annotations",
        pod_annotations,
        "The annotation by which a pod gets an OpenTelemetry agent",
        {"language": "python"},
        "annotations",
    ),
    Builder("collector", collector, "The OpenTelemetry collector that agents send to", {}),
    Builder(
        "service-level-rules",
        service_level_rules,
        "Alerts on availability, 95th percentile of latency and error rate",
        {"service": "shop/api-service"},
    ),
    Builder(
        "dashboard",
        dashboard,
        "A Grafana dashboard of one service's objectives and traffic",
        {"service": "shop/api-service"},
    ),
    Builder(
        "grafana-stack",
        grafana_stack,
        "Loki, Mimir, Tempo and Grafana as pinned Helm releases",
        {"storage.bucket": "shop-observability"},
        "releases",
    ),
)


def find(name: str) -> Builder:
    """The builder of that name; KeyError where there is none."""
    return {builder.name: builder for builder in BUILDERS}[name]
