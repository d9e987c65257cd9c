"""Pod ranges from the operator's pool, with `ipam.mode: cluster-pool`: in the order in which the
nodes registered, and never one range twice."""

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Network

from . import cilium_nodes
from .api import Api, Object


def allocate(api: Api, settings: Mapping[str, str]) -> None:
    """Give every node that asks its range."""
    pool = IPv4Network(settings["cluster-pool-ipv4-cidr"].split()[0], strict=False)
    known = {node.name: node for node in cilium_nodes.every(api)}
    given = {name: node.pods for name, node in known.items() if node.pods is not None}
    order = registered(api.get("/api/v1/nodes").get("items") or ())
    wanted = shares(pool, int(settings["cluster-pool-ipv4-mask-size"]), order, given)
    for name, pods in wanted.items():
        if name in known and known[name].pods is None:
            cilium_nodes.allocate(api, name, pods)


def shares(
    pool: IPv4Network, mask: int, order: Sequence[str], given: Mapping[str, IPv4Network]
) -> dict[str, IPv4Network]:
    """The range of each node: the one it has, else the lowest that nobody has. A node that has not
    asked yet keeps its place."""
    blocks = pool.subnets(new_prefix=max(mask, pool.prefixlen))
    taken = set(given.values())
    free = (block for block in blocks if block not in taken)
    found: dict[str, IPv4Network] = {}
    for name in order:
        block = given.get(name) or next(free, None)
        if block is not None:
            found[name] = block
    return found


def registered(nodes: Iterable[Object]) -> list[str]:
    """Names of Nodes, the earliest first."""
    return [
        node["metadata"]["name"]
        for node in sorted(
            nodes, key=lambda n: (n["metadata"]["creationTimestamp"], n["metadata"]["name"])
        )
    ]
