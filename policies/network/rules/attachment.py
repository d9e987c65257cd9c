"""Servers stand in the private network at addresses that the program chose."""

from collections import Counter
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, ip_address

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
from .framework.subjects import CLUSTER_NETWORK, NETWORK, SERVER, SERVER_NETWORK, SUBNET
from .framework.values import Unknown, at, entries, ipv4_range, shown, text

METADATA_GATEWAY = "172.31.1.1"


def pinned(props: Props, _: Settings) -> Sequence[Outcome] | None:
    """Judge a server's inline attachments, or one separate attachment, which has a `serverId`."""
    if "serverId" in props:
        return _pinned(at(props, "ip"), "ip")
    networks = at(props, "networks")
    if isinstance(networks, Unknown):
        return [Deferred(networks.path)]
    if not entries(networks):
        return None
    outcomes: list[Outcome] = []
    for index, network in enumerate(entries(networks)):
        where = f"networks[{index}]"
        if isinstance(network, Unknown):
            outcomes.append(Deferred(network.path))
            continue
        outcomes += _pinned(at(network, "ip"), f"{where}.ip")
        aliases = at(network, "aliasIps")
        if isinstance(aliases, Unknown):
            outcomes.append(Deferred(aliases.path))
        elif aliases is None:
            outcomes.append(
                Violation(f"{where}.aliasIps is not set: each `up` would re-attach the server")
            )
    return outcomes


def _pinned(ip: object, path: str) -> list[Outcome]:
    if isinstance(ip, Unknown):
        return [Deferred(ip.path)]
    return (
        [] if text(ip) else [Violation(f"{path} is {shown(ip)}: Hetzner would choose the address")]
    )


def attached(resources: Sequence[Resource], settings: Settings) -> Sequence[Outcome] | None:
    """Judge that each server has an attachment, inline or as a resource of its own.

    Which server such a resource means is unknown in a first preview, so they are counted.
    """
    exempt = entries(settings["except"])
    servers = [each for each in SERVER.among(resources) if at(each.props, "name") not in exempt]
    separate = len(SERVER_NETWORK.among(resources))
    networks = [(at(each.props, "networks"), each.urn) for each in servers]
    outcomes: list[Outcome] = [
        Deferred(found.path, urn) for found, urn in networks if isinstance(found, Unknown)
    ]
    bare = [urn for found, urn in networks if not isinstance(found, Unknown) and not entries(found)]
    if bare and not separate:
        outcomes += [Violation("the server is in no private network", urn) for urn in bare]
    elif len(bare) > separate:
        found = f"{len(bare)} servers have no networks, and only {separate} ServerNetworks exist"
        outcomes.append(Violation(found, bare[-1]))
    return outcomes if servers else None


def in_subnet(resources: Sequence[Resource], _: Settings) -> Sequence[Outcome] | None:
    """Judge every pinned address against the subnets, and against each other."""
    ranges = [(at(each.props, "ipRange"), each.urn) for each in SUBNET.among(resources)]
    ranges += [(at(each.props, "nodeCidr"), each.urn) for each in CLUSTER_NETWORK.among(resources)]
    pins = [
        (at(network, "ip"), each.urn)
        for each in SERVER.among(resources)
        for network in entries(at(each.props, "networks"))
    ]
    pins += [(at(each.props, "ip"), each.urn) for each in SERVER_NETWORK.among(resources)]
    pins = [(ip, urn) for ip, urn in pins if ip is not None]
    if not ranges or not pins:
        return None
    outcomes: list[Outcome] = [
        Deferred(each.path, urn) for each, urn in [*ranges, *pins] if isinstance(each, Unknown)
    ]
    subnets = [subnet for each, _ in ranges if (subnet := ipv4_range(each))]
    gateways = {
        str(net[1])
        for each in NETWORK.among(resources)
        if (net := ipv4_range(at(each.props, "ipRange")))
    }
    times = Counter(text(ip) for ip, _ in pins if text(ip))
    for ip, urn in pins:
        if text(ip) and (subnets or not outcomes):
            fault = _fault(text(ip), subnets, {*gateways, METADATA_GATEWAY})
            outcomes += [Violation(f"the pinned address {text(ip)} {fault}", urn)] if fault else []
        if times[text(ip)] > 1 and len(NETWORK.among(resources)) < 2:
            outcomes.append(
                Violation(f"the address {text(ip)} is pinned {times[text(ip)]} times", urn)
            )
    return outcomes


def _fault(ip: str, subnets: Sequence[IPv4Network], reserved: set[str]) -> str:
    try:
        address = ip_address(ip)
    except ValueError:
        return "is no IP address"
    homes = [each for each in subnets if isinstance(address, IPv4Address) and address in each]
    if not homes:
        return f"is outside the subnet {' and '.join(str(each) for each in subnets)}"
    ends = {str(each.network_address) for each in homes} | {
        str(each.broadcast_address) for each in homes
    }
    return f"is reserved in {homes[0]}" if ip in ends | reserved else ""


SERVER_ADDRESS_PINNED = ResourceRule(
    id="server-address-pinned",
    level="mandatory",
    severity="high",
    prevents="Every server joins the private network at an address that the program chose, and is "
    "not re-attached by each `up`.",
    learned_from=("TF#650", "TF#512", "HK#410", "kubespray#12623"),
    fix="give the server networks=[{networkId, subnetId, ip: <its own address>, aliasIps: []}]",
    tags=("addressing", "nist-800-53:CM-6"),
    subjects=(SERVER, SERVER_NETWORK),
    check=pinned,
)

SERVER_ATTACHED = StackRule(
    id="server-attached",
    level="mandatory",
    severity="high",
    prevents="Every server stands in a private network, so nodes never talk over the Internet.",
    learned_from=("TF#512", "KH#99", "HK#410"),
    fix="give the server networks=[{networkId, subnetId, ip, aliasIps: []}], or name it in "
    "`except` if it is no node",
    tags=("addressing", "nist-800-53:SC-7"),
    settings={
        "except": {
            "type": "array",
            "items": {"type": "string"},
            "default": [],
            "description": "Names of servers that need no private network, such as a bastion.",
        }
    },
    check=attached,
)

SERVER_ADDRESS_IN_SUBNET = StackRule(
    id="server-address-in-subnet",
    level="mandatory",
    severity="high",
    prevents="Pinned addresses are usable addresses of the nodes' subnet, each given once.",
    learned_from=("Hetzner API: ip_not_available", "KH#558", "HT#46"),
    fix="pin an address inside the subnet that is neither its first, its last, nor the network's "
    "gateway, and that no other server has",
    tags=("addressing", "nist-800-53:CM-6"),
    check=in_subnet,
)
