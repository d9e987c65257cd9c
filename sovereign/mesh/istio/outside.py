"""Keeping callers from outside the cluster away from a workload.

A deny rule, without a default: it takes precedence over every allow rule and opens nothing itself,
so it can stand beside policies that name callers, as Istio's mTLS stands beside its authorization.
An allow rule for the cluster would open what those policies close.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from sovereign.mesh.manifest import Manifest
from sovereign.mesh.policies.rules import policy

OUTSIDE = "world"
LAST_PORT = 65535


def closed_to_outside(
    name: str,
    namespace: str,
    labels: Mapping[str, str],
    *,
    only: Sequence[int] | None = None,
    but: Sequence[int] = (),
) -> Manifest:
    """The policy. `only`: these TCP ports alone; `but`: all TCP ports except these."""
    denied: dict[str, Any] = {"fromEntities": [OUTSIDE]}
    if only is not None:
        denied["toPorts"] = [{"ports": [_port(port, port) for port in sorted(only)]}]
    elif but:
        denied["toPorts"] = [{"ports": [_port(*gap) for gap in _gaps(sorted(but))]}]
    selector = {"matchLabels": dict(labels)} if labels else {}
    return policy(
        name,
        namespace,
        {
            "endpointSelector": selector,
            "enableDefaultDeny": {"ingress": False, "egress": False},
            "ingressDeny": [denied],
        },
    )


def _gaps(ports: list[int]) -> list[tuple[int, int]]:
    edges = [0, *ports, LAST_PORT + 1]
    return [(low + 1, high - 1) for low, high in pairwise(edges) if low + 1 <= high - 1]


def _port(first: int, last: int) -> dict[str, Any]:
    port: dict[str, Any] = {"port": str(first), "protocol": "TCP"}
    return port if first == last else {**port, "endPort": last}
