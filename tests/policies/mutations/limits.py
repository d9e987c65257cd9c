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
from tests.policies.registrations import Registrations

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


def other_network(servers: int) -> Iterator[Edit]:
    """Yield the edits that attach so many servers to a second network."""
    labels = {"managed-by": "sovereign"}
    network = {"name": "other", "ipRange": "10.8.0.0/16", "labels": labels}
    yield add("hcloud:index/network:Network", "other", network)
    subnet = {"networkId": 7, "ipRange": "10.8.0.0/24", "type": "cloud"}
    yield add("hcloud:index/networkSubnet:NetworkSubnet", "other-nodes", subnet)
    for number in range(servers):
        inputs = {"networkId": 7, "serverId": number, "ip": f"10.8.0.{number + 2}"}
        yield add("hcloud:index/serverNetwork:ServerNetwork", f"n{number}", inputs)


def loosened(registrations: Registrations) -> None:
    """The network may be deleted again."""
    registrations["Network dev"].protect = False


REQUIRED = {"sovereign-protected": {"required": True}, "stateful-protected": {"required": True}}
ANNOUNCED = {"server-type-deprecated": {"deprecatedTypes": {"cpx99": "2027-03-31"}}}
ONE_TARGET = {"load-balancer-limits": {"types": {"lb11": {"services": 5, "targets": 1}}}}
EVERY_POOL = {"type": "label_selector", "labelSelector": "pool!=other", "loadBalancerId": 1}
LIMITS = [
    mutation("101 attachments", "attachment-limit", put(SOVEREIGN, "attachments", 101)),
    mutation(
        "98 nodes by the autoscaler", "attachment-limit", add(HELM, "autoscaler", autoscaler(98))
    ),
    mutation("101 in one of two networks", "attachment-limit", *other_network(101)),
    mutation("98 beside 3 in two networks", "", *other_network(98)),
    mutation(
        "two servers by a selector",
        "load-balancer-limits",
        *balancer(0),
        add("hcloud:index/loadBalancerTarget:LoadBalancerTarget", "all", EVERY_POOL),
        config=ONE_TARGET,
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
    mutation("no name", "server-limits", put(WORKER, "name", ...)),
    mutation("a long name", "server-limits", put(WORKER, "name", "w" * 64)),
    mutation("a datacenter", "server-limits", put(WORKER, "datacenter", "nbg1-dc3")),
    mutation("33 KiB", "server-limits", put(WORKER, "userData", "# " * 17_000)),
    mutation("six firewalls", "server-limits", put(WORKER, "firewallIds", [1, 2, 3, 4, 5, 6])),
    mutation("a retired type", "server-type-retired", put(WORKER, "serverType", "cx22")),
    mutation(
        "a type that is announced to go",
        "server-type-deprecated",
        put(WORKER, "serverType", "cpx99"),
        config=ANNOUNCED,
    ),
    mutation("a label of 64 characters", "hcloud-labels", put(WORKER, "labels.pool", "p" * 64)),
    mutation("nobody's server", "managed-by-label", put(WORKER, "labels.managed-by", ...)),
    mutation(
        "an unprotected Sovereign",
        "sovereign-protected",
        put(SOVEREIGN, "protect", False),
        protect=True,
        config=REQUIRED,
    ),
    mutation(
        "an unprotected network of a protected Sovereign",
        "stateful-protected",
        loosened,
        protect=True,
        config=REQUIRED,
    ),
    *[
        mutation(
            f"an unprotected {kind.rpartition(':')[2]}",
            "stateful-protected",
            add(kind, "kept", {"name": "kept", "labels": {"managed-by": "sovereign"}}),
            protect=True,
            config=REQUIRED,
        )
        for kind in (
            "hcloud:index/primaryIp:PrimaryIp",
            "hcloud:index/volume:Volume",
            "tls:index/privateKey:PrivateKey",
        )
    ],
]
