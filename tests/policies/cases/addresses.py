"""What rules say of addresses and ranges."""

from typing import Any

from tests.policies.cases.case import Case
from tests.policies.cases.stacks import (
    CP,
    WORKER,
    Typed,
    facts,
    ranges,
    release,
    server,
)
from tests.policies.registrations import UNKNOWN

RANGES = {
    "networkCidr": "10.0.0.0/16",
    "nodeCidr": "10.0.1.0/24",
    "podCidr": "10.42.0.0/16",
    "serviceCidr": "10.43.0.0/16",
    "loadBalancerAddresses": ["10.0.1.250"],
}
NETWORK_RANGES = [
    Case("network-ranges", "compliant", RANGES),
    Case("network-ranges", "compliant", {**RANGES, "podCidr": "100.64.0.0/16"}),
    Case("network-ranges", "compliant", {"ipRange": "192.168.0.0/24"}),
    Case("network-ranges", "compliant", {"ipRange": "192.168.0.0/30", "networkId": 7.0}),
    Case(
        "network-ranges",
        "violating",
        {**RANGES, "nodeCidr": "10.1.0.0/24"},
        [
            "nodeCidr 10.1.0.0/24 is not inside networkCidr 10.0.0.0/16",
            "loadBalancerAddresses holds `10.0.1.250`, outside nodeCidr 10.1.0.0/24",
        ],
    ),
    Case(
        "network-ranges",
        "violating",
        {**RANGES, "podCidr": "10.43.128.0/17"},
        ["podCidr 10.43.128.0/17 overlaps serviceCidr 10.43.0.0/16"],
    ),
    Case(
        "network-ranges",
        "violating",
        {**RANGES, "serviceCidr": "198.51.100.0/24"},
        ["serviceCidr 198.51.100.0/24 is not private (RFC 1918)"],
    ),
    Case(
        "network-ranges",
        "violating",
        {"ipRange": "10.0.1.0/25"},
        ["ipRange 10.0.1.0/25 is smaller than Hetzner's least, a /24"],
    ),
    Case(
        "network-ranges",
        "missing",
        {key: value for key, value in RANGES.items() if key != "podCidr"},
        ["podCidr is not set, not an IPv4 range such as 10.0.0.0/16"],
    ),
    Case("network-ranges", "unknown", {**RANGES, "podCidr": UNKNOWN}, ["deferred: podCidr"]),
    Case(
        "network-ranges",
        "configured",
        {**RANGES, "podCidr": "10.0.128.0/17"},
        [],
        {"podsInsideNetwork": True},
    ),
    Case(
        "network-ranges",
        "configured",
        RANGES,
        ["podCidr 10.42.0.0/16 is not inside networkCidr 10.0.0.0/16"],
        {"podsInsideNetwork": True},
    ),
]

IN_SUBNET = "server-address-in-subnet"
SUBNET = [
    Case(IN_SUBNET, "compliant", [*ranges(), CP, WORKER]),
    Case(IN_SUBNET, "missing", [CP, WORKER], None),
    Case(
        IN_SUBNET,
        "violating",
        [*ranges(), server("10.0.2.2"), server("10.0.1.0"), server("10.0.1.255"), server("x")],
        [
            "the pinned address 10.0.2.2 is outside the subnet 10.0.1.0/24",
            "the pinned address 10.0.1.0 is reserved in 10.0.1.0/24",
            "the pinned address 10.0.1.255 is reserved in 10.0.1.0/24",
            "the pinned address x is no IP address",
        ],
    ),
    Case(
        IN_SUBNET,
        "violating",
        [*ranges(subnet="10.0.0.0/24"), server("10.0.0.1"), server("10.0.0.9"), server("10.0.0.9")],
        [
            "the pinned address 10.0.0.1 is reserved in 10.0.0.0/24",
            "the address 10.0.0.9 is pinned 2 times",
            "the address 10.0.0.9 is pinned 2 times",
        ],
    ),
    Case(
        IN_SUBNET,
        "unknown",
        [*ranges(subnet=UNKNOWN), CP],
        ["deferred: ipRange"],
    ),
    Case(IN_SUBNET, "unknown", [*ranges(), server(UNKNOWN)], ["deferred: networks[0].ip"]),
]


def k3s(config: dict[str, Any]) -> Typed:
    """Return the join of one server."""
    return facts("K3sJoin", nodes=[{"role": "server", "config": config}])


def pool(*listed: Any) -> Typed:
    """Return a release with a cluster pool."""
    return release(ipam={"operator": {"clusterPoolIPv4PodCIDRList": [*listed]}})


RANGE_FACTS = facts("Network", podCidr="10.42.0.0/16", serviceCidr="10.43.0.0/16")
AGREE = "ranges-agree"
AGREEMENT = [
    Case(AGREE, "compliant", [*ranges(), RANGE_FACTS, k3s({"cluster-cidr": "10.42.0.0/16"})]),
    Case(
        AGREE,
        "compliant",
        [RANGE_FACTS, k3s({"cluster-cidr": "10.42.0.0/16,2001:db8:42::/56"})],
    ),
    Case(AGREE, "missing", [CP], None),
    Case(
        AGREE,
        "missing",
        [facts("Network", podCidr="10.52.0.0/16"), k3s({})],
        ["the range of pods is 10.42.0.0/16 here and 10.52.0.0/16 there"],
    ),
    Case(
        AGREE,
        "violating",
        [RANGE_FACTS, facts("CloudController", version="1.35.0", podCidr="10.244.0.0/16")],
        ["the range of pods is 10.244.0.0/16 here and 10.42.0.0/16 there"],
    ),
    Case(
        AGREE,
        "violating",
        [RANGE_FACTS, k3s({"service-cidr": "10.96.0.0/12"})],
        ["the range of services is 10.43.0.0/16 here and 10.96.0.0/12 there"],
    ),
    Case(
        AGREE,
        "violating",
        ranges(subnet="10.1.1.0/24"),
        ["the subnet 10.1.1.0/24 is outside the network 10.0.0.0/16"],
    ),
    Case(
        AGREE,
        "violating",
        [*ranges(), pool("10.0.0.0/17")],
        [
            "pods or services in 10.0.0.0/17 overlap the nodes' 10.0.0.0/16",
            "pods or services in 10.0.0.0/17 overlap the nodes' 10.0.1.0/24",
        ],
    ),
    Case(AGREE, "unknown", [*ranges(subnet=UNKNOWN), RANGE_FACTS], ["deferred: ipRange"]),
    Case(
        AGREE,
        "unknown",
        [pool(UNKNOWN)],
        ["deferred: values.ipam.operator.clusterPoolIPv4PodCIDRList[0]"],
    ),
    Case(
        AGREE,
        "configured",
        [*ranges(), pool("10.0.128.0/17")],
        [],
        {"podsInsideNetwork": True},
    ),
]

EDGES = [
    Case(
        "network-ranges",
        "violating",
        {"ipRange": "192.168.0.0/31", "networkId": 7.0},
        ["ipRange 192.168.0.0/31 is smaller than Hetzner's least, a /30"],
    ),
    Case(IN_SUBNET, "compliant", [*ranges(), *ranges(), CP, CP]),
]

CASES = [*NETWORK_RANGES, *SUBNET, *AGREEMENT, *EDGES]
