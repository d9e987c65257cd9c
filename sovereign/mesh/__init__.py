"""The service mesh: policies, circuit breakers, gateways, observability and probes as typed Python.

Builders take keyword arguments and return plain Kubernetes objects (`list[Manifest]`); bad
arguments raise ConfigError with every problem at once. `sovereign.mesh.components` applies them in
a Pulumi program, `sovereign mesh emit` prints them.
"""

from sovereign.mesh.conflicts import refuse_conflicts
from sovereign.mesh.dns.name import dns_name
from sovereign.mesh.gateway.gateway import gateway
from sovereign.mesh.gateway.grpc_route import grpc_route
from sovereign.mesh.gateway.hetzner import HetznerLoadBalancer
from sovereign.mesh.gateway.http_route import RouteRetry, http_route
from sovereign.mesh.load_balancing.l2 import l2_pool
from sovereign.mesh.manifest import Manifest
from sovereign.mesh.observability.collector import collector
from sovereign.mesh.observability.dashboard import dashboard, dashboard_json
from sovereign.mesh.observability.grafana_stack import ChartRelease, grafana_stack
from sovereign.mesh.observability.hubble import hubble_metrics, hubble_values
from sovereign.mesh.observability.instrumentation import instrumentation, pod_annotations
from sovereign.mesh.observability.object_storage import ObjectStorage
from sovereign.mesh.observability.service_level import Objective, service_level_rules
from sovereign.mesh.policies.allow import allow
from sovereign.mesh.policies.default_deny import default_deny
from sovereign.mesh.policies.dns_egress import dns_egress
from sovereign.mesh.policies.host_firewall import host_firewall
from sovereign.mesh.policies.http_rules import HttpRule, http_rules
from sovereign.mesh.policies.metadata_service import block_metadata
from sovereign.mesh.policies.require_mtls import require_mtls
from sovereign.mesh.probes import Probe, probes
from sovereign.mesh.resilience.circuit_breaker import circuit_breaker
from sovereign.mesh.resilience.database_proxy import database_proxy
from sovereign.mesh.resilience.retries import retries
from sovereign.mesh.resilience.route import Retries
from sovereign.mesh.resilience.route_timeout import route_timeout
from sovereign.mesh.resilience.settings import DATABASE_PROXY, STANDARD_SERVICE, ServiceSettings
from sovereign.mesh.resilience.tiers import TIERS, Tier
from sovereign.mesh.workload import Workload

__all__ = [
    "DATABASE_PROXY",
    "STANDARD_SERVICE",
    "TIERS",
    "ChartRelease",
    "HetznerLoadBalancer",
    "HttpRule",
    "Manifest",
    "ObjectStorage",
    "Objective",
    "Probe",
    "Retries",
    "RouteRetry",
    "ServiceSettings",
    "Tier",
    "Workload",
    "allow",
    "block_metadata",
    "circuit_breaker",
    "collector",
    "dashboard",
    "dashboard_json",
    "database_proxy",
    "default_deny",
    "dns_egress",
    "dns_name",
    "gateway",
    "grafana_stack",
    "grpc_route",
    "host_firewall",
    "http_route",
    "http_rules",
    "hubble_metrics",
    "hubble_values",
    "instrumentation",
    "l2_pool",
    "pod_annotations",
    "probes",
    "refuse_conflicts",
    "require_mtls",
    "retries",
    "route_timeout",
    "service_level_rules",
]
