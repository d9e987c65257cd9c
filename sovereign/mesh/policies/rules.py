"""The parts that several policies are made of."""

from collections.abc import Mapping, Sequence
from typing import Any

from sovereign.mesh.checks import Checks
from sovereign.mesh.manifest import Manifest, manifest
from sovereign.mesh.workload import Workload

API_VERSION = "cilium.io/v2"
PORTS_LIMIT = 40
"""Ports of one rule; `maxItems` of the CRD."""
PROTOCOLS = ("TCP", "UDP", "SCTP", "ANY")
GATEWAY = "ingress"
"""The entity under which Envoy of a Gateway (or an Ingress) reaches pods."""


def policy(name: str, namespace: str, spec: Mapping[str, Any]) -> Manifest:
    """A policy for pods of one namespace."""
    return manifest(API_VERSION, "CiliumNetworkPolicy", name, namespace=namespace, spec=dict(spec))


def cluster_policy(name: str, spec: Mapping[str, Any]) -> Manifest:
    """A policy for pods of all namespaces, or for nodes."""
    return manifest(API_VERSION, "CiliumClusterwideNetworkPolicy", name, spec=dict(spec))


def port_list(ports: Sequence[int], protocol: str = "TCP") -> list[dict[str, str]]:
    """Cilium writes port numbers as text."""
    return [{"port": str(port), "protocol": protocol} for port in ports]


def from_callers(
    to: Workload,
    callers: Sequence[Workload],
    to_ports: Mapping[str, Any],
    authentication: str | None = None,
) -> dict[str, Any]:
    """The ingress rule: these callers, these ports."""
    home = str(to.namespace)
    rule: dict[str, Any] = {
        "fromEndpoints": [caller.selector(home) for caller in callers],
        "toPorts": [dict(to_ports)],
    }
    if authentication is not None:
        rule["authentication"] = {"mode": authentication}
    return rule


def ingress_rules(
    to: Workload, callers: Sequence[Workload], to_ports: Mapping[str, Any], *, from_gateway: bool
) -> list[dict[str, Any]]:
    """A rule for the callers, another for Gateways: Cilium refuses one that combines both kinds of
    peer (cilium `pkg/policy/api/rule_validation.go`), though the definition takes it.
    """
    named = [from_callers(to, callers, to_ports)] if callers else []
    gateways = [{"fromEntities": [GATEWAY], "toPorts": [dict(to_ports)]}] if from_gateway else []
    return [*named, *gateways]


def towards(to: Workload, caller: Workload, name: str, to_ports: Mapping[str, Any]) -> Manifest:
    """The caller's own side: egress to the service, needed where egress is denied by default."""
    home = caller.namespace or str(to.namespace)
    egress = [{"toEndpoints": [to.selector(home)], "toPorts": [dict(to_ports)]}]
    spec = {"endpointSelector": {"matchLabels": dict(caller.labels)}, "egress": egress}
    return policy(name, home, spec)


def check_callers(
    checks: Checks,
    to: Workload,
    callers: Sequence[Workload],
    ports: Sequence[int],
    protocol: str,
    *,
    from_gateway: bool = False,
) -> None:
    """What every policy with named callers needs; with `from_gateway` there may be none."""
    to.check(checks, "to", namespace=True)
    if not (callers or from_gateway):
        rule = "names nobody, so nobody would get in"
        checks.add("callers", list(callers), rule, "name a caller, or use default-deny")
    for number, caller in enumerate(callers):
        caller.check(checks, f"callers[{number}]")
    checks.one_of("protocol", protocol, PROTOCOLS)
    if not 1 <= len(ports) <= PORTS_LIMIT:
        rule = f"must be 1 to {PORTS_LIMIT} ports"
        checks.add("ports", list(ports), rule, "name the service's own ports")
    for number, port in enumerate(ports):
        checks.port(f"ports[{number}]", port)


def default_name(verb: str, to: Workload, callers: Sequence[Workload]) -> str:
    """`allow-api-service-from-frontend`, cut to what a name takes."""
    peers = "-".join(caller.title() for caller in callers) or "gateway"
    return f"{verb}-{to.title()}-from-{peers}"[:253].strip("-")
