"""Address ranges: private, disjoint, and with room for every node; operators' blocks."""

from collections.abc import Iterator

from sovereign.catalog import Catalog
from sovereign.config import PoolConfig, Settings
from sovereign.plan import addressing, firewall
from sovereign.plan.checks.groups import groups
from sovereign.plan.nodes import ids
from sovereign.problems import Problem

NODE_RANGE_PREFIX = 24
"""Kubernetes gives each node a /24 of the pod range."""


def operators(settings: Settings, _: Catalog) -> Iterator[Problem]:
    """Operators' blocks: well written, few enough, and no large part of the internet."""
    path = "sovereign:operatorCidrs"
    for index, text in enumerate(settings.operator_cidrs):
        block = addressing.parse_block(text)
        if block is None:
            rule = "must be a CIDR block without host bits"
            yield Problem(f"{path}[{index}]", repr(text), rule, "write for example 203.0.113.7/32")
        elif block.prefixlen == 0:
            rule = "everyone on the internet would reach SSH and the Kubernetes API"
            yield Problem(f"{path}[{index}]", repr(text), rule, "list the addresses you work from")
    narrow = [text for text in settings.operator_cidrs if not text.endswith("/0")]
    for family, share in addressing.world_share(narrow).items():
        if share >= 0.5:
            rule = f"together they are {share:.0%} of the {family} internet: that is no allow-list"
            fix = "list the addresses you work from"
            yield Problem(path, ", ".join(settings.operator_cidrs)[:60], rule, fix)
    count, limit = len(settings.operator_cidrs), firewall.RULE_SOURCES_LIMIT
    if count > limit:
        rule = f"a Hetzner firewall rule takes {limit} blocks, {count} > {limit}"
        yield Problem(path, f"{count} blocks", rule, "summarize them into wider blocks")


def ranges(settings: Settings, _: Catalog) -> Iterator[Problem]:
    """Ranges that are private, well written, disjoint, and wide enough for every node."""
    network = settings.cluster.network
    texts = {
        "network.cidr": network.cidr,
        "network.nodeCidr": network.node_cidr,
        "network.podCidr": network.pod_cidr,
        "network.serviceCidr": network.service_cidr,
    }
    parsed = {path: addressing.parse_range(text) for path, text in texts.items()}
    ranges = {path: found for path, found in parsed.items() if found is not None}
    for path, text in texts.items():
        if path not in ranges:
            rule = "must be an IPv4 range without host bits"
            yield Problem(path, repr(text), rule, "write for example 10.0.0.0/16")
    for path, found in ranges.items():
        if not addressing.is_private(found):
            rule = "must lie in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16 (RFC 1918)"
            yield Problem(path, repr(texts[path]), rule, "choose a private range")
    outer, nodes = ranges.get("network.cidr"), ranges.get("network.nodeCidr")
    if outer and outer.prefixlen > 24:
        rule = f"a Hetzner network is at least a /24, this is a /{outer.prefixlen}"
        yield Problem("network.cidr", repr(network.cidr), rule, "widen it")
    if outer and nodes and not nodes.subnet_of(outer):
        rule = f"the nodes' subnet must lie inside the network {network.cidr}"
        yield Problem(
            "network.nodeCidr", repr(network.node_cidr), rule, "move or widen one of them"
        )
    if outer and nodes and nodes.subnet_of(outer):
        del ranges["network.nodeCidr"]
    for first, second in addressing.overlaps(ranges):
        rule = f"overlaps {first} {texts[first]}: an address would mean two things"
        yield Problem(second, repr(texts[second]), rule, "choose disjoint ranges")
    yield from _room(settings)


def _room(settings: Settings) -> Iterator[Problem]:
    network = settings.cluster.network
    pods = addressing.parse_range(network.pod_cidr)
    count = sum(len(ids(group)) for group in groups(settings).values())
    if pods and pods.prefixlen <= NODE_RANGE_PREFIX:
        room = 2 ** (NODE_RANGE_PREFIX - pods.prefixlen)
        if count > room:
            rule = f"each node takes a /24 of it: room for {room} nodes, {count} > {room}"
            yield Problem("network.podCidr", repr(network.pod_cidr), rule, "widen the pod range")
    elif pods:
        rule = f"each node takes a /24 of it, a /{pods.prefixlen} holds none"
        yield Problem("network.podCidr", repr(network.pod_cidr), rule, "widen the pod range")
    nodes = addressing.parse_range(network.node_cidr)
    outer = addressing.parse_range(network.cidr)
    if nodes is None or outer is None:
        return
    for path, group in groups(settings).items():
        worker = isinstance(group, PoolConfig)
        locate = addressing.worker_ip if worker else addressing.control_plane_ip
        for node_id in ids(group):
            address = locate(nodes, node_id)
            if not addressing.usable(nodes, outer, address):
                rule = f"its address {address} is outside {nodes} or reserved there"
                yield Problem(
                    f"{path}.ids", str(node_id), rule, "choose another id or a wider nodeCidr"
                )
