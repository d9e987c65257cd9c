"""What endangers nodes, quorum and network, though every rule may be kept. Pure.

A policy never sees what was there before; this does. Each hazard names the node or part, and says
what to do instead.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rehearsal.review.changes import Change
from rehearsal.review.exposure import widened
from rehearsal.review.landscape import Landscape
from rehearsal.review.nodes import Node
from rehearsal.review.preparation import changed_ranges
from rehearsal.review.reasons import Reason, Weight
from rehearsal.runtime.compare import differences

NODE_TEXT = {
    "gone": "the node leaves: it is drained, then its server is deleted",
    "replaced": "the server is deleted and made anew",
    "powered-off": "the server is powered off and on again",
    "reattached": "the private address goes away for a moment",
}
NODE_FIX = {
    "gone": "make sure that its pods fit elsewhere, and that no volume is bound to it",
    "replaced": "replace one node at a time",
    "powered-off": "drain the node first, or add a pool of the new type and remove the old one",
    "reattached": "keep addresses and networks of running nodes; make a new node instead",
}
FIREWALL_FIX = "name a firewall in the server's `firewallIds`, or attach one to its labels"
LIVE_K3S_OPTIONS = ("node-label", "node-taint")
"""k3s options that are taken over without disturbing what runs."""
LIVE_CILIUM_VALUES = (("operator", "replicas"),)
"""Helm values whose change restarts no agent."""
VITAL = {
    "hcloud:index/network:Network": "every node loses its private address",
    "hcloud:index/networkSubnet:NetworkSubnet": "every node loses its private address",
    "hcloud:index/firewall:Firewall": "its servers are unprotected meanwhile",
    "hcloud:index/loadBalancer:LoadBalancer": "its public address changes",
    "hcloud:index/volume:Volume": "its contents are lost",
    "kubernetes:core/v1:PersistentVolumeClaim": "its volume goes with it, unless it is retained",
    "kubernetes:core/v1:Namespace": "everything in it goes with it, volumes as well",
    "pulumi:providers:kubernetes": "everything in the cluster is made anew",
    "kubernetes:helm.sh/v3:Release": "what it installs is gone meanwhile",
}
"""Resource type -> what a replacement or deletion means."""
FATAL = (
    "hcloud:index/network:Network",
    "hcloud:index/networkSubnet:NetworkSubnet",
    "hcloud:index/volume:Volume",
    "kubernetes:core/v1:PersistentVolumeClaim",
)
"""What cannot be had back."""


def hazards(
    before: Landscape, after: Landscape, found: Sequence[Node], listed: Sequence[Change]
) -> list[Reason]:
    """All hazards of a change; a new environment has only what it opens."""
    if not before.servers:
        return [*_openings(before, after, found), *_parts(listed)]
    return [
        *_openings(before, after, found),
        *_ranges(before, after),
        *_quorum(before, after, found),
        *_each_node(found),
        *_workers(before, found),
        *_k3s(before, after),
        *_cilium(before, after),
        *_parts(listed),
    ]


def _each_node(found: Sequence[Node]) -> Iterator[Reason]:
    for node in found:
        if node.disturbed:
            why = f" ({node.why})" if node.why else ""
            what = f"{NODE_TEXT[node.fate]}{why}"
            yield Reason("look", "node", node.name, what, NODE_FIX[node.fate])


def _openings(before: Landscape, after: Landscape, found: Sequence[Node]) -> Iterator[Reason]:
    """Who may come in that could not: through no firewall at all, or through a wider rule."""
    existed = {one.urn for one in before.servers}
    for node in found:
        if node.urn not in after.exposed or node.urn in before.exposed:
            continue
        if node.urn in existed:
            what = "no firewall is left before the server: every port of it is open to everyone"
            yield Reason("refuse", "network", node.name, what, FIREWALL_FIX)
        else:
            what = "the new server has a public address and no firewall"
            yield Reason("look", "network", node.name, what, FIREWALL_FIX)
    for rule, who in widened(before, after):
        what = f"{rule.protocol} {rule.port} is opened to {who}"
        fix = "keep it to the addresses that need it, or say in the change who shall come in"
        yield Reason("look", "network", rule.firewall, what, fix)


def _ranges(before: Landscape, after: Landscape) -> Iterator[Reason]:
    """Seen here where the program, not the stack file, changes a range."""
    for one in changed_ranges(after.ranges, before.ranges):
        yield Reason("refuse", "network", one.path, f"found {one.value}; {one.rule}", one.fix)


def _quorum(before: Landscape, after: Landscape, found: Sequence[Node]) -> Iterator[Reason]:
    members = {one.urn for one in before.of("control-plane")}
    if not members:
        return
    leaving = [n for n in found if n.urn in members and n.fate in ("gone", "replaced")]
    replaced = [n.name for n in leaving if n.fate == "replaced"]
    kept = len(members) - len(leaving)
    yield from _members(len(members), leaving, [n.name for n in found if n.fate == "gone"])
    down = [n.name for n in found if n.urn in members and n.disturbed and n not in leaving]
    needed, up = len(members) // 2 + 1, len(members) - len(down)
    if up < needed:
        what = f"the Kubernetes API goes away: {up} of {len(members)} control planes stay on"
        fix = "change one control plane at a time; with a single one, announce the outage"
        yield Reason("look", "quorum", ", ".join(down), f"{what}, etcd needs {needed}", fix)
    anchor, next_anchor = before.anchor, after.anchor
    if anchor and anchor.urn in {n.urn for n in leaving} and kept:
        turned_to = f"; it turns to {next_anchor.name}" if next_anchor else ""
        what = f"the program reaches the cluster through this control plane{turned_to}"
        fix = "replace the others first, the lowest id last"
        yield Reason("look", "quorum", anchor.name, what, fix)
    now = len(after.of("control-plane"))
    if now != len(members) and (kept or replaced):
        what = f"{len(members)} control planes become {now}: etcd's membership changes"
        yield Reason("look", "quorum", "control plane", what, "take a snapshot first")


def _members(count: int, leaving: Sequence[Node], gone: Sequence[str]) -> Iterator[Reason]:
    """What becomes of etcd's members, which leave one after the other (ADR 0013)."""
    lost = ", ".join(node.name for node in leaving)
    replaced = [node.name for node in leaving if node.fate == "replaced"]
    members = {node.name for node in leaving}
    conflicting = [name for name in gone if replaced or name not in members]
    if not leaving:
        return
    if count == 1:
        what = "the only control plane goes, and with it the cluster's state"
        yield Reason("refuse", "quorum", lost, what, "go to three control planes first")
    elif len(leaving) == count and not replaced:
        what = "none of the control planes stays, through which the others could leave the cluster"
        fix = "keep one of them in this change, and remove it in the next"
        yield Reason("refuse", "quorum", lost, what, fix)
    elif conflicting:
        what = f"{', '.join(conflicting)} would leave in the same `up`, which refuses that"
        yield Reason("refuse", "quorum", lost, what, "make two changes, one after the other")
    else:
        what = f"{len(leaving)} of etcd's {count} members leave, one after the other"
        fix = "take a snapshot first, and see that every member is healthy"
        yield Reason("look", "quorum", lost, what, fix)


def _workers(before: Landscape, found: Sequence[Node]) -> Iterator[Reason]:
    workers = [one for one in before.servers if one.role == "worker"]
    fates = {node.urn: node for node in found}
    later = [node for node in found if node.role == "worker" and node.fate != "gone"]
    for pool in sorted({one.pool for one in workers}):
        mine = [fates[one.urn] for one in workers if one.pool == pool]
        if all(node.fate == "gone" for node in mine):
            what = f"the pool is removed with its {len(mine)} nodes"
            yield Reason("look", "node", f"pool {pool}", what, NODE_FIX["gone"])
        elif len(mine) > 1 and all(node.disturbed for node in mine):
            what = f"all {len(mine)} nodes of the pool are interrupted in one `up`"
            yield Reason("look", "node", f"pool {pool}", what, "change them in steps")
    if bool(workers) != bool(later):
        what = "the first worker comes" if later else "the last worker goes"
        taint = "node-role.kubernetes.io/control-plane:NoSchedule"
        fix = f"set or remove the taint {taint} by hand (docs/limits.md)"
        yield Reason("look", "node", "workers", f"{what}: control planes keep their taint", fix)


def _k3s(before: Landscape, after: Landscape) -> Iterator[Reason]:
    if before.k3s_version != after.k3s_version and after.k3s_version:
        what = f"k3s goes from {before.k3s_version} to {after.k3s_version} and restarts everywhere"
        fix = "one minor version at a time, never back; take a snapshot first"
        yield Reason("look", "node", "k3s", what, fix)
    changed: dict[str, list[str]] = {}
    for name in sorted(before.k3s.keys() & after.k3s.keys()):
        keys = _differing(before.k3s[name], after.k3s[name], ())
        restarts = sorted({key for key, *_ in keys if key not in LIVE_K3S_OPTIONS})
        if restarts:
            changed.setdefault(", ".join(restarts), []).append(name)
    for keys_text, names in changed.items():
        what = f"k3s restarts for: {keys_text}"
        yield Reason("look", "node", ", ".join(names), what, "check that nodes return one by one")


def _cilium(before: Landscape, after: Landscape) -> Iterator[Reason]:
    if before.cilium_version != after.cilium_version and before.cilium_version:
        what = f"Cilium goes from {before.cilium_version} to {after.cilium_version or 'nothing'}"
        fix = "read the upgrade notes of both lines; agents restart node by node"
        yield Reason("look", "network", "Cilium", what, fix)
    paths = _differing(before.cilium, after.cilium, LIVE_CILIUM_VALUES)
    if paths:
        named = ", ".join(".".join(path) for path in paths[:8])
        more = f" and {len(paths) - 8} more" if len(paths) > 8 else ""
        what = f"Cilium's agents restart on every node for: {named}{more}"
        yield Reason("look", "network", "Cilium", what, "expect short interruptions on each node")


def _parts(listed: Sequence[Change]) -> Iterator[Reason]:
    for one in listed:
        if one.type in VITAL and one.action in ("replace", "delete"):
            verb = "is replaced" if one.action == "replace" else "is deleted"
            why = f" ({one.reason})" if one.reason else ""
            weight: Weight = "refuse" if one.type in FATAL else "look"
            what = f"the {one.noun} {verb}{why}: {VITAL[one.type]}"
            yield Reason(weight, "network", one.name, what)


def _differing(
    old: Mapping[str, Any], new: Mapping[str, Any], ignored: Sequence[tuple[str, ...]]
) -> list[tuple[str, ...]]:
    if not old or not new:
        return []
    paths = [tuple(str(step) for step in path) for path in differences(old, new)]
    return [path for path in paths if path not in ignored]
