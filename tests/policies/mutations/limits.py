"""Hetzner's limits and what must be kept, broken."""

from collections.abc import Iterator
from typing import Any

from tests.policies.mutations.mutation import (
    HELM,
    SOVEREIGN,
    WORKER,
    Edit,
    add,
    mutation,
    put,
)

GROUPED = [{"name": f"n{i}", "placementGroup": "dev-default-0"} for i in range(11)]
GATEWAY = "kubernetes:gateway.networking.k8s.io/v1:Gateway"
HTTPS = {
    "name": "https",
    "protocol": "HTTPS",
    "port": 443,
    "tls": {"mode": "Terminate", "certificateRefs": [{"name": "public-tls"}]},
}


def balancer(targets: int) -> Iterator[Edit]:
    """Yield the edits that register a small load balancer with so many targets."""
    yield add(
        "hcloud:index/loadBalancer:LoadBalancer",
        "api",
        {"name": "api", "loadBalancerType": "lb11", "labels": {"managed-by": "sovereign"}},
    )
    for number in range(targets):
        inputs = {"type": "server", "loadBalancerId": 1, "serverId": number}
        yield add("hcloud:index/loadBalancerTarget:LoadBalancerTarget", f"t{number}", inputs)


def autoscaler(most: int) -> dict[str, Any]:
    """Return a release that makes so many nodes when it likes."""
    groups = [{"name": "burst", "minSize": 0, "maxSize": most}]
    values = {"autoscalingGroups": groups}
    return {"chart": "cluster-autoscaler", "version": "9.50.1", "values": values}


PROTECTED = put(SOVEREIGN, "protect", True)
LIMITS = [
    mutation("101 attachments", "attachment-limit", put(SOVEREIGN, "attachments", 101)),
    mutation(
        "98 nodes by the autoscaler", "attachment-limit", add(HELM, "autoscaler", autoscaler(98))
    ),
    mutation("26 targets", "load-balancer-limits", *balancer(26)),
    mutation(
        "26 nodes behind a Gateway",
        "load-balancer-limits",
        put(SOVEREIGN, "workers", 25),
        add(GATEWAY, "public", {"spec": {"gatewayClassName": "cilium", "listeners": [HTTPS]}}),
    ),
    mutation(
        "eleven in a group", "placement-group-limit", put("component WorkerPool", "nodes", GROUPED)
    ),
    mutation(
        "a control plane in no group",
        "placement-spread",
        put("component ControlPlane", "nodes.2.placementGroup", ...),
        control_planes=3,
    ),
    mutation(
        "control planes in two groups",
        "placement-spread",
        put("component ControlPlane", "nodes.2.placementGroup", "dev-default-0"),
        control_planes=3,
    ),
    mutation(
        "a group that does not spread",
        "placement-spread",
        put("PlacementGroup dev-default-0", "type", "cluster"),
    ),
    mutation("a long name", "server-limits", put(WORKER, "name", "w" * 64)),
    mutation("a datacenter", "server-limits", put(WORKER, "datacenter", "nbg1-dc3")),
    mutation("33 KiB", "server-limits", put(WORKER, "userData", "# " * 17_000)),
    mutation("six firewalls", "server-limits", put(WORKER, "firewallIds", [1, 2, 3, 4, 5, 6])),
    mutation("a retired type", "server-type-retired", put(WORKER, "serverType", "cx22")),
    mutation(
        "a type that is announced to go",
        "server-type-deprecated",
        config={"server-type-deprecated": {"deprecatedTypes": {"cpx32": "2027-03-31"}}},
    ),
    mutation("a label of 64 characters", "hcloud-labels", put(WORKER, "labels.pool", "p" * 64)),
    mutation("nobody's server", "managed-by-label", put(WORKER, "labels.managed-by", ...)),
    mutation(
        "an unprotected Sovereign",
        "sovereign-protected",
        config={
            "sovereign-protected": {"required": True},
            "stateful-protected": {"required": True},
        },
    ),
    mutation(
        "unprotected resources of a protected Sovereign",
        "stateful-protected",
        PROTECTED,
        config={"stateful-protected": {"required": True}},
    ),
]
