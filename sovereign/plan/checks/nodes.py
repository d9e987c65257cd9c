"""Ids of control planes and workers, and what fits on one network: Hetzner's limits with their
arithmetic.

Limits: Hetzner docs "Networks overview" (100 attachments) and "Placement groups"; RFC 1123 (63
characters of a host name); API "user_data" (32 KiB).
"""

from collections import Counter
from collections.abc import Iterator

from sovereign.catalog import Catalog
from sovereign.config import ControlPlaneConfig, PoolConfig, Settings
from sovereign.plan import addressing, naming
from sovereign.plan.checks.groups import Group, groups
from sovereign.plan.nodes import ids, plan_nodes
from sovereign.plan.user_data import USER_DATA_LIMIT, size
from sovereign.problems import Problem

ATTACHMENT_LIMIT = 100
"""Servers and load balancers on one Hetzner network."""
PLACEMENT_GROUP_LIMIT = 50
SELF_LABELS = ("node.kubernetes.io", "kubelet.kubernetes.io")
"""Prefixes of Kubernetes that the NodeRestriction admission leaves to kubelets."""


def control_plane(settings: Settings, _: Catalog) -> Iterator[Problem]:
    """A quorum's odd number of servers, and no replacement of the only one."""
    group = settings.cluster.control_plane
    found = ids(group)
    yield from _ids("controlPlane", group)
    if found and len(found) % 2 == 0:
        quorum = len(found) // 2 + 1
        rule = (
            f"{len(found)} servers need {quorum} for a quorum and survive the loss of "
            f"{len(found) - quorum}, no more than {len(found) - 1} would: the number must be odd"
        )
        yield Problem("controlPlane.ids", str(list(found)), rule, "use 1, 3 or 5 ids")
    if len(found) == 1 and group.generations.get(found[0], 1) > 1:
        rule = "replacing the only control plane loses the cluster: no other one is there to join"
        fix = (
            "go to 3 control planes first; of several, let one of generation 1 stay (take in a new "
            "id for it, and never lower a number: that replaces the server, too)"
        )
        yield Problem(f"controlPlane.generations.{found[0]}", "a raised generation", rule, fix)


def pools(settings: Settings, _: Catalog) -> Iterator[Problem]:
    """Names, zones and ids of pools; a worker's id is its own over all pools."""
    cluster = settings.cluster
    for name, pool in sorted(cluster.pools.items()):
        path = f"pools.{name}"
        if name in naming.RESERVED_POOLS:
            rule = "is a name that the Sovereign uses for itself"
            yield Problem(path, repr(name), rule, "choose another name")
        yield from _ids(path, pool)
        zone = addressing.NETWORK_ZONES[cluster.location]
        if pool.location and addressing.NETWORK_ZONES.get(pool.location) != zone:
            inside = ", ".join(k for k, v in addressing.NETWORK_ZONES.items() if v == zone)
            rule = f"all servers of a network are in one zone, {zone}: {inside}"
            yield Problem(f"{path}.location", repr(pool.location), rule, "choose one of these")
    owners = Counter(node_id for pool in cluster.pools.values() for node_id in set(ids(pool)))
    for node_id in sorted(node_id for node_id, times in owners.items() if times > 1):
        names = [name for name, pool in sorted(cluster.pools.items()) if node_id in ids(pool)]
        rule = "a worker's address follows from its id, so ids are unique over all pools"
        yield Problem("pools", f"id {node_id} in {', '.join(names)}", rule, "give one another id")


def node_labels(settings: Settings, _: Catalog) -> Iterator[Problem]:
    """Labels that a kubelet may not give itself: it would exit, after the server was paid for."""
    for path, group in groups(settings).items():
        for key in group.labels:
            prefix = key.rpartition("/")[0]
            of_kubernetes = prefix.endswith(("kubernetes.io", "k8s.io"))
            if of_kubernetes and not prefix.endswith(SELF_LABELS):
                rule = "a kubelet may not give itself this label and exits"
                fix = "use a prefix of your own, or node.kubernetes.io/"
                yield Problem(f"{path}.labels", repr(key), rule, fix)


def _ids(path: str, group: Group) -> Iterator[Problem]:
    highest = 230 if isinstance(group, PoolConfig) else 9
    fix = "write `ids: [1, 2]`, or `count: 2` with `firstId: 1`"
    if group.ids is not None and (group.count is not None or group.first_id is not None):
        rule = "ids and count with firstId exclude each other"
        yield Problem(path, "both", rule, fix)
    elif group.ids is None and (group.count is None) != (group.first_id is None):
        rule = "count needs firstId, so that removing another pool moves no node"
        yield Problem(path, "only one of them", rule, fix)
    elif group.ids is None and group.count is None and isinstance(group, PoolConfig):
        yield Problem(path, "no ids", "a pool lists the stable ids of its nodes", fix)
    found = ids(group)
    if isinstance(group, ControlPlaneConfig) and group.ids == []:
        yield Problem(f"{path}.ids", "[]", "a Sovereign has at least one control plane", "use [1]")
    if group.ids is not None and len(set(group.ids)) < len(group.ids):
        yield Problem(
            f"{path}.ids", str(group.ids), "an id names one node", "remove the repeated id"
        )
    if group.ids is None and found and (found[0] < 1 or found[-1] > highest):
        rule = f"ids go from 1 to {highest}, these are {found[0]} to {found[-1]}"
        yield Problem(
            f"{path}.firstId", str(group.first_id), rule, "choose a lower firstId or count"
        )
    for node_id in sorted(set(group.generations) - set(found)):
        rule = f"there is no node with id {node_id} in this group"
        yield Problem(f"{path}.generations.{node_id}", "a generation", rule, "remove it")


def keys(settings: Settings, _: Catalog) -> Iterator[Problem]:
    """No operator's key under the name of the program's own."""
    if naming.DEPLOY_KEY in settings.cluster.ssh.extra_keys:
        rule = "is the name of the key with which the program itself logs in"
        path = f"ssh.extraKeys.{naming.DEPLOY_KEY}"
        yield Problem(path, "a key", rule, "choose another name")


def limits(settings: Settings, _: Catalog) -> Iterator[Problem]:
    """Attachments, placement groups and host names, within what fits."""
    servers = {path: len(ids(group)) for path, group in groups(settings).items()}
    total = sum(servers.values())
    if total > ATTACHMENT_LIMIT:
        terms = " + ".join(f"{count} ({path})" for path, count in servers.items())
        rule = f"a Hetzner network takes {ATTACHMENT_LIMIT} attachments: {terms} = {total}"
        yield Problem("pools", f"{total} servers", rule, "use fewer or larger servers")
    name = settings.cluster.name
    spread = {
        naming.placement_group(name, path, node_id)
        for path, group in groups(settings).items()
        for node_id in ids(group)
    }
    if len(spread) > PLACEMENT_GROUP_LIMIT:
        rule = f"a project takes {PLACEMENT_GROUP_LIMIT} groups, these ids need {len(spread)}"
        yield Problem("pools", f"{len(spread)} groups", rule, "use denser ids")
    for path, group in groups(settings).items():
        pool = path.removeprefix("pools.").replace("controlPlane", naming.CONTROL_PLANE)
        for node_id in ids(group):
            node = naming.node_name(name, pool, node_id)
            if len(node) > naming.HOST_NAME_LIMIT:
                rule = (
                    f"the host name {node} has {len(node)} characters, {naming.HOST_NAME_LIMIT} fit"
                )
                yield Problem(path, repr(pool), rule, "shorten the cluster's or the pool's name")
                break


def node_data(settings: Settings, catalog: Catalog) -> Iterator[Problem]:
    """Every node's user_data, within Hetzner's limit."""
    node_cidr = addressing.parse_range(settings.cluster.network.node_cidr)
    if node_cidr is None or not ids(settings.cluster.control_plane):
        return
    servers, pools = plan_nodes(settings, catalog, node_cidr)
    for node in [*servers, *(node for pool in pools for node in pool.nodes)]:
        length = size(node.cloud_config)
        if length > USER_DATA_LIMIT:
            rule = f"user_data takes {USER_DATA_LIMIT} bytes, this node's has {length}"
            yield Problem(node.name, f"{length} bytes", rule, "shorten the artifact mirror's URL")
