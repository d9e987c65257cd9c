"""Servers on different physical hosts: Hetzner spreads the up to ten servers of one group."""

from collections import Counter
from collections.abc import Iterator, Sequence

from .framework.rule import Deferred, Outcome, Resource, Settings, StackRule, Violation
from .framework.subjects import CONTROL_PLANE, NODE_GROUP, PLACEMENT_GROUP, SERVER
from .framework.values import Unknown, at, entries, shown, text, unknowns
from .topology import CONTROL_PLANE_ROLES, role_of

PLACEMENT_GROUP_SERVERS = 10


def limit(resources: Sequence[Resource], _: Settings) -> Sequence[Outcome] | None:
    """Judge how many servers stand in one group, by our facts or by the servers themselves."""
    facts = NODE_GROUP.among(resources)
    groups: list[tuple[object, str]] = []
    for each in facts:
        nodes = at(each.props, "nodes")
        listed = [nodes] if isinstance(nodes, Unknown) else entries(nodes)
        groups += [(at(node, "placementGroup"), each.urn) for node in listed]
    if not facts:
        servers = SERVER.among(resources)
        groups = [(at(each.props, "placementGroupId"), each.urn) for each in servers]
    waiting = [(each, urn) for each, urn in groups if isinstance(each, Unknown)]
    outcomes: list[Outcome] = []
    if facts or len(waiting) > PLACEMENT_GROUP_SERVERS:
        outcomes += dict.fromkeys(Deferred(each.path, urn) for each, urn in waiting)
    named = [(str(each), urn) for each, urn in groups if isinstance(each, str | int) and each]
    for group, count in Counter(each for each, _ in named).items():
        if count > PLACEMENT_GROUP_SERVERS:
            urn = next(urn for each, urn in named if each == group)
            found = f"the group {group} holds {count} servers > {PLACEMENT_GROUP_SERVERS}"
            outcomes.append(Violation(found, urn))
    return outcomes if groups else None


def spread(resources: Sequence[Resource], _: Settings) -> Sequence[Outcome] | None:
    """Judge the kind of every group, and that the control planes of a location share one."""
    kinds = [(at(each.props, "type"), each.urn) for each in PLACEMENT_GROUP.among(resources)]
    outcomes: list[Outcome] = [
        Violation(f"the placement group's type is {shown(kind)}, not `spread`", urn)
        for kind, urn in kinds
        if kind != "spread" and not isinstance(kind, Unknown)
    ]
    outcomes += [Deferred(each.path, urn) for each, urn in kinds if isinstance(each, Unknown)]
    members = list(_control_planes(resources))
    for location in sorted({where for where, _, _ in members}):
        here = [(group, urn) for where, group, urn in members if where == location]
        if len(here) > 1:
            outcomes += _together(here, location)
    return outcomes if kinds or len(members) > 1 else None


def _control_planes(resources: Sequence[Resource]) -> Iterator[tuple[str, object, str]]:
    """Yield location, group and URN of each control plane, by our facts or by its label."""
    facts = CONTROL_PLANE.among(resources)
    for each in facts:
        for node in entries(at(each.props, "nodes")):
            yield text(at(each.props, "location")), at(node, "placementGroup"), each.urn
    for each in [] if facts else SERVER.among(resources):
        if role_of(each) in CONTROL_PLANE_ROLES:
            yield text(at(each.props, "location")), at(each.props, "placementGroupId"), each.urn


def _together(here: Sequence[tuple[object, str]], location: str) -> Iterator[Outcome]:
    for group, urn in here:
        if group in (None, "", 0):
            yield Violation("a control plane stands in no placement group", urn)
    known = {str(group) for group, _ in here if group not in (None, "", 0)}
    if not list(unknowns([group for group, _ in here])) and len(known) > 1:
        found = f"the control planes in {location or 'one location'} stand in {len(known)} groups"
        yield Violation(f"{found}: those of two groups may share a host", here[0][1])


PLACEMENT_GROUP_LIMIT = StackRule(
    id="placement-group-limit",
    level="mandatory",
    severity="high",
    prevents="No placement group gets more than the 10 servers that Hetzner spreads.",
    learned_from=("KH#142", "KH#1157"),
    fix="give each ten ids of a pool a group of their own",
    tags=("limits", "nist-800-53:CP-2"),
    check=limit,
)

PLACEMENT_SPREAD = StackRule(
    id="placement-spread",
    level="mandatory",
    severity="medium",
    prevents="One broken physical host does not take the majority of etcd with it.",
    learned_from=("Hetzner docs: placement groups", "KH#1157"),
    fix="put the control planes of a location into one placement group of type spread",
    tags=("availability", "nist-800-53:SI-13"),
    check=spread,
)
