"""What rules say of how much there is: attachments, placement groups."""

from typing import Any

from tests.policies.cases.case import Case
from tests.policies.cases.stacks import BALANCER, CP, Typed, facts, ranges, release
from tests.policies.registrations import UNKNOWN

HELM = "kubernetes:helm.sh/v3:Release"
SERVICE = "kubernetes:core/v1:Service"
GATEWAY = "kubernetes:gateway.networking.k8s.io/v1:Gateway"
TYPE = "load-balancer.hetzner.cloud/type"


def autoscaler(groups: Any) -> Typed:
    """Return the autoscaler's chart."""
    return HELM, {"chart": "cluster-autoscaler", "values": {"autoscalingGroups": groups}}


def service(ports: Any = (443.0,), **annotations: Any) -> Typed:
    """Return a Service for which the cloud controller makes a load balancer."""
    listed = [{"port": each} for each in ports] if isinstance(ports, tuple) else ports
    spec = {"type": "LoadBalancer", "ports": listed}
    return SERVICE, {"spec": spec, "metadata": {"annotations": annotations}}


CILIUM_GATEWAY = (GATEWAY, {"spec": {"gatewayClassName": "cilium", "listeners": [{"port": 443.0}]}})
LIMIT = "attachment-limit"
FULL = "a Hetzner network takes 100 attachments:"
OPTION = {"spec": {"containers": [{"args": ["--v=4", "--nodes=0:41:CPX32:NBG1:burst"]}]}}
ATTACHMENTS = [
    Case(LIMIT, "compliant", [CP] * 99 + [BALANCER]),
    Case(LIMIT, "compliant", [CP] * 98 + [service(), CILIUM_GATEWAY]),
    Case(
        LIMIT,
        "compliant",
        [CP] * 100 + [CILIUM_GATEWAY, release(gatewayAPI={"hostNetwork": {"enabled": True}})],
    ),
    Case(LIMIT, "compliant", [CP] * 100 + [(SERVICE, {"spec": {"type": "ClusterIP"}})]),
    Case(
        LIMIT,
        "violating",
        [CP] * 100 + [BALANCER],
        [f"{FULL} 101 servers and load balancers = 101 > 100"],
    ),
    Case(
        LIMIT,
        "violating",
        [facts("Sovereign", attachments=101.0)],
        [f"{FULL} 101 servers and load balancers = 101 > 100"],
    ),
    Case(
        LIMIT,
        "violating",
        [CP] * 58 + [service(), CILIUM_GATEWAY, autoscaler([{"maxSize": 21.0}, {"maxSize": 20.0}])],
        [
            (
                f"{FULL} 58 servers and load balancers + 2 made for Services and Gateways + "
                "41 at most by the autoscaler = 101 > 100"
            )
        ],
    ),
    Case(
        LIMIT,
        "violating",
        [CP] * 60 + [("kubernetes:core/v1:Pod", OPTION)],
        [(f"{FULL} 60 servers and load balancers + 41 at most by the autoscaler = 101 > 100")],
    ),
    Case(LIMIT, "missing", ranges(), None),
    Case(LIMIT, "unknown", [facts("Sovereign", attachments=UNKNOWN)], ["deferred: attachments"]),
    Case(
        LIMIT,
        "unknown",
        [autoscaler([{"maxSize": UNKNOWN}])],
        ["deferred: values.autoscalingGroups[0].maxSize"],
    ),
    Case(
        LIMIT,
        "configured",
        [CP] * 60,
        [f"{FULL} 60 servers and load balancers + 41 reserved = 101 > 100"],
        {"reserved": 41.0},
    ),
]

NETWORK = ("hcloud:index/network:Network", {"ipRange": "10.0.0.0/16"})


def joined(network: Any, key: str = "networkId") -> Typed:
    """Return an attachment to that network."""
    return "hcloud:index/serverNetwork:ServerNetwork", {key: network}


SEVERAL = [
    Case(LIMIT, "compliant", [*[joined(1.0)] * 60, *[joined(2.0)] * 60]),
    Case(LIMIT, "compliant", [*[joined("1-10.0.1.0/24", "subnetId")] * 60, *[joined(2.0)] * 60]),
    Case(LIMIT, "compliant", [NETWORK, NETWORK, *[joined(UNKNOWN)] * 100]),
    Case(
        LIMIT,
        "compliant",
        [(CP[0], {"networks": [{"networkId": 1.0}, {"networkId": 2.0}]})] * 60,
    ),
    Case(
        LIMIT,
        "violating",
        [*[joined(1.0)] * 50, *[joined("1-10.0.1.0/24", "subnetId")] * 51, joined(2.0)],
        [f"{FULL} 101 servers and load balancers = 101 > 100"],
    ),
    Case(
        LIMIT,
        "violating",
        [*[joined(1.0)] * 60, *[joined(2.0)] * 70, autoscaler([{"maxSize": 41.0}])],
        [f"{FULL} 60 servers and load balancers + 41 at most by the autoscaler = 101 > 100"],
    ),
    Case(
        LIMIT,
        "violating",
        [NETWORK, *[joined(UNKNOWN)] * 101],
        [f"{FULL} 101 servers and load balancers = 101 > 100"],
    ),
    Case(LIMIT, "unknown", [NETWORK, NETWORK, *[joined(UNKNOWN)] * 101], ["deferred: attachments"]),
    Case(
        LIMIT,
        "unknown",
        [*[joined(1.0)] * 60, joined(2.0), autoscaler([{"maxSize": 41.0}])],
        ["deferred: attachments"],
    ),
]

GROUP, SPREAD = "placement-group-limit", "placement-spread"
PLACEMENT = "hcloud:index/placementGroup:PlacementGroup"
SERVER = CP[0]


def pool(*groups: Any) -> Typed:
    """Return a pool whose nodes stand in these groups."""
    return facts("WorkerPool", nodes=[{"placementGroup": each} for each in groups])


def servers(*groups: Any, role: str = "control-plane", location: str = "nbg1") -> list[Typed]:
    """Return servers of a program that is not ours, in these groups."""
    more = [{} if each is None else {"placementGroupId": each} for each in groups]
    return [(SERVER, {"labels": {"role": role}, "location": location, **each}) for each in more]


PLACEMENT_GROUPS = [
    Case(GROUP, "compliant", [pool(*["a"] * 10), pool(*["b"] * 10)]),
    Case(GROUP, "compliant", servers(*[7.0] * 10, *[8.0] * 10)),
    Case(GROUP, "compliant", servers(*[UNKNOWN] * 10)),
    Case(GROUP, "violating", [pool(*["a"] * 11)], ["the group a holds 11 servers > 10"]),
    Case(GROUP, "violating", servers(*[7.0] * 11), ["the group 7 holds 11 servers > 10"]),
    Case(GROUP, "missing", [], None),
    Case(GROUP, "unknown", [facts("WorkerPool", nodes=UNKNOWN)], ["deferred: nodes"]),
    Case(GROUP, "unknown", servers(*[UNKNOWN] * 11), ["deferred: placementGroupId"] * 11),
    Case(SPREAD, "compliant", [(PLACEMENT, {"type": "spread"}), *servers(7.0, 7.0, 7.0)]),
    Case(SPREAD, "compliant", servers(None, role="worker") * 3, None),
    Case(SPREAD, "compliant", servers(None), None),
    Case(SPREAD, "compliant", [*servers(7.0), *servers(8.0, location="hel1")]),
    Case(
        SPREAD,
        "violating",
        [(PLACEMENT, {"type": "rack"}), *servers(None, 7.0, 8.0)],
        [
            "the placement group's type is `rack`, not `spread`",
            "a control plane stands in no placement group",
            ("the control planes in nbg1 stand in 2 groups: those of two groups may share a host"),
        ],
    ),
    Case(
        SPREAD,
        "missing",
        [facts("ControlPlane", nodes=[{}, {"placementGroup": "a"}])],
        ["a control plane stands in no placement group"],
    ),
    Case(SPREAD, "unknown", [(PLACEMENT, {"type": UNKNOWN})], ["deferred: type"]),
    Case(SPREAD, "unknown", servers(UNKNOWN, UNKNOWN)),
]

CASES = [*ATTACHMENTS, *SEVERAL, *PLACEMENT_GROUPS]
