"""Node, pod, service and network ranges: private, nested where they must be, disjoint elsewhere."""

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Network
from itertools import combinations

from .framework.rule import (
    Deferred,
    Outcome,
    Props,
    Resource,
    ResourceRule,
    Settings,
    StackRule,
    Violation,
)
from .framework.subjects import CILIUM, CLOUD_CONTROLLER, CLUSTER_NETWORK, K3S_JOIN, NETWORK, SUBNET
from .framework.values import Unknown, at, entries, ipv4_range, shown, text

RFC1918 = [IPv4Network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]
SHARED = IPv4Network("100.64.0.0/10")
HETZNER_NETWORK_PREFIX = 24
HETZNER_SUBNET_PREFIX = 30
K3S_DEFAULTS = {"cluster-cidr": "10.42.0.0/16", "service-cidr": "10.43.0.0/16"}


def private_ranges(props: Props, settings: Settings) -> Sequence[Outcome] | None:
    """Judge the cluster's four ranges (our component), or that of an hcloud network or subnet."""
    if "ipRange" in props:
        limit = HETZNER_SUBNET_PREFIX if "networkId" in props else HETZNER_NETWORK_PREFIX
        return _each_private(props, {"ipRange": limit})[1]
    limits = {"networkCidr": HETZNER_NETWORK_PREFIX, "nodeCidr": HETZNER_SUBNET_PREFIX}
    ranges, outcomes = _each_private(props, {**limits, "podCidr": 32, "serviceCidr": 32})
    network, nodes = ranges.get("networkCidr"), ranges.get("nodeCidr")
    if network and nodes and not nodes.subnet_of(network):
        outcomes.append(Violation(f"nodeCidr {nodes} is not inside networkCidr {network}"))
    native = bool(settings["podsInsideNetwork"])
    pods = ranges.get("podCidr")
    if native and network and pods and not pods.subnet_of(network):
        outcomes.append(Violation(f"podCidr {pods} is not inside networkCidr {network}"))
    nested = {frozenset(("networkCidr", "nodeCidr"))}
    nested |= {frozenset(("networkCidr", "podCidr"))} if native else set()
    outcomes += [
        Violation(f"{one} {ranges[one]} overlaps {two} {ranges[two]}")
        for one, two in combinations(ranges, 2)
        if frozenset((one, two)) not in nested and ranges[one].overlaps(ranges[two])
    ]
    for address in entries(at(props, "loadBalancerAddresses")):
        single = ipv4_range(address)
        if nodes and not isinstance(address, Unknown) and not (single and single.subnet_of(nodes)):
            outcomes.append(
                Violation(f"loadBalancerAddresses holds {shown(address)}, outside nodeCidr {nodes}")
            )
    return outcomes


def _each_private(
    props: Props, longest: Mapping[str, int]
) -> tuple[dict[str, IPv4Network], list[Outcome]]:
    """Return the readable ranges, and what is wrong with each by itself."""
    ranges: dict[str, IPv4Network] = {}
    outcomes: list[Outcome] = []
    for key, limit in longest.items():
        value = at(props, key)
        if isinstance(value, Unknown):
            outcomes.append(Deferred(value.path))
            continue
        found = ipv4_range(value)
        if found is None:
            outcomes.append(
                Violation(f"{key} is {shown(value)}, not an IPv4 range such as 10.0.0.0/16")
            )
            continue
        ranges[key] = found
        allowed = [*RFC1918, SHARED] if key in ("podCidr", "serviceCidr") else RFC1918
        if not any(found.subnet_of(each) for each in allowed):
            outcomes.append(Violation(f"{key} {found} is not private (RFC 1918)"))
        if found.prefixlen > limit:
            outcomes.append(Violation(f"{key} {found} is smaller than Hetzner's least, a /{limit}"))
    return ranges, outcomes


def agreement(resources: Sequence[Resource], settings: Settings) -> Sequence[Outcome] | None:
    """Judge that all who name a range name the same, and that pods never meet nodes."""
    networks = list(_named(NETWORK.among(resources), "ipRange"))
    nodes = list(_named(SUBNET.among(resources), "ipRange"))
    facts = CLUSTER_NETWORK.among(resources)
    controllers = CLOUD_CONTROLLER.among(resources)
    pods = [
        *_named(facts, "podCidr"),
        *_k3s(resources, "cluster-cidr"),
        *_named(controllers, "podCidr"),
    ]
    services = [*_named(facts, "serviceCidr"), *_k3s(resources, "service-cidr")]
    pools = list(_pools(resources))
    everything = [*networks, *nodes, *pods, *services, *pools]
    outcomes: list[Outcome] = [
        Deferred(value.path, urn) for value, urn in everything if isinstance(value, Unknown)
    ]
    for kind, named in (("pods", pods), ("services", services)):
        known = {text(value): urn for value, urn in reversed(named) if text(value)}
        if len(known) > 1:
            *_, urn = known.values()
            outcomes.append(
                Violation(f"the range of {kind} is {' here and '.join(sorted(known))} there", urn)
            )
    outer = [found for value, _ in networks if (found := ipv4_range(value))]
    for value, urn in nodes:
        subnet = ipv4_range(value)
        if subnet and outer and not any(subnet.subnet_of(each) for each in outer):
            outcomes.append(
                Violation(f"the subnet {subnet} is outside the network {outer[0]}", urn)
            )
    taken = nodes if settings["podsInsideNetwork"] else [*networks, *nodes]
    for value, urn in pools if facts else [*pods, *services, *pools]:
        for other in {found for each, _ in taken if (found := ipv4_range(each))}:
            mine = ipv4_range(value)
            if mine and mine.overlaps(other):
                outcomes.append(
                    Violation(f"pods or services in {mine} overlap the nodes' {other}", urn)
                )
    return outcomes if everything else None


def _named(resources: Sequence[Resource], key: str) -> Iterator[tuple[object, str]]:
    for each in resources:
        if at(each.props, key) is not None:
            yield at(each.props, key), each.urn


def _k3s(resources: Sequence[Resource], option: str) -> Iterator[tuple[object, str]]:
    """Yield the option of every server; k3s knows IPv6 beside IPv4, after a comma."""
    for each in K3S_JOIN.among(resources):
        for node in entries(at(each.props, "nodes")):
            if at(node, "role") == "server":
                value = at(node, "config", option)
                value = value.split(",")[0] if isinstance(value, str) else value
                yield value or K3S_DEFAULTS[option], each.urn


def _pools(resources: Sequence[Resource]) -> Iterator[tuple[object, str]]:
    for each in CILIUM.among(resources):
        if at(each.props, "values", "ipam", "mode") in (None, "cluster-pool"):
            listed = at(each.props, "values", "ipam", "operator", "clusterPoolIPv4PodCIDRList")
            for value in [listed] if isinstance(listed, Unknown | str) else entries(listed):
                yield value, each.urn


_SETTINGS = {
    "podsInsideNetwork": {
        "type": "boolean",
        "default": False,
        "description": "Native routing: the network contains the pod range.",
    }
}

NETWORK_RANGES = ResourceRule(
    id="network-ranges",
    level="mandatory",
    severity="high",
    prevents="Network, node, pod and service ranges are private, nodes lie inside the network, and "
    "no two others overlap.",
    learned_from=(
        "hccm#214",
        "cilium: IPAM cluster-pool warning",
        "HK#744",
        "Hetzner API: networks",
    ),
    fix="use for example network 10.0.0.0/16, nodes 10.0.1.0/24, pods 10.42.0.0/16, services "
    "10.43.0.0/16",
    tags=("addressing", "nist-800-53:SC-7"),
    settings=_SETTINGS,
    subjects=(CLUSTER_NETWORK, NETWORK, SUBNET),
    check=private_ranges,
)

RANGES_AGREE = StackRule(
    id="ranges-agree",
    level="mandatory",
    severity="high",
    prevents="k3s, the cloud controller, Cilium and the network name the same pod and service "
    "ranges, and none of them meets the nodes.",
    learned_from=("hccm#214", "cilium: IPAM cluster-pool warning"),
    fix="take every copy of a range from one place, and keep pod and service ranges outside the "
    "network",
    tags=("addressing", "nist-800-53:CM-6"),
    settings=_SETTINGS,
    check=agreement,
)
