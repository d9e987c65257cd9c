"""Hetzner's limits, refused in preview with their arithmetic, not in the middle of an `up`."""

import re
from collections import Counter
from collections.abc import Sequence

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
from .framework.subjects import (
    FIREWALL,
    LOAD_BALANCER_NETWORK,
    NODE_GROUP,
    SERVER,
    SERVER_NETWORK,
    SOVEREIGN,
)
from .framework.values import Unknown, at, entries, shown, text, unknowns

ATTACHMENTS = 100
PLACEMENT_GROUP_SERVERS = 10
FIREWALL_RULES = 50
RULE_SOURCES = 100
HOST_NAME = re.compile(r"(?!.{64})[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?")
USER_DATA_BYTES = 32 * 1024
RETIRED = [
    *(f"cx{number}" for number in (11, 21, 22, 31, 32, 41, 42, 51, 52)),
    *(f"cpx{number}" for number in (11, 21, 31, 41, 51)),
]


def attachments(resources: Sequence[Resource], settings: Settings) -> Sequence[Outcome] | None:
    """Judge servers, load balancers and what is reserved for those that the cluster makes."""
    servers = len(SERVER_NETWORK.among(resources)) + sum(
        bool(entries(at(each.props, "networks"))) for each in SERVER.among(resources)
    )
    balancers = len(LOAD_BALANCER_NETWORK.among(resources))
    stated = [at(each.props, "attachments") for each in SOVEREIGN.among(resources)]
    planned = max([servers + balancers, *(each for each in stated if isinstance(each, int))])
    waiting = list(unknowns(stated))
    if planned == 0 and not waiting:
        return None
    reserved = int(str(settings["reserved"]))
    if planned + reserved > ATTACHMENTS:
        terms = f"{planned} planned + {reserved} reserved = {planned + reserved} > {ATTACHMENTS}"
        return [Violation(f"a Hetzner network takes {ATTACHMENTS} attachments: {terms}")]
    return [Deferred(each.path) for each in waiting]


def placement(props: Props, _: Settings) -> Sequence[Outcome]:
    """Judge how many servers of a control plane or pool stand in one placement group."""
    nodes = at(props, "nodes")
    groups = [at(node, "placementGroup") for node in entries(nodes)]
    outcomes: list[Outcome] = [Deferred(each.path) for each in unknowns([nodes, groups])]
    for group, count in Counter(text(each) for each in groups if text(each)).items():
        if count > PLACEMENT_GROUP_SERVERS:
            outcomes.append(Violation(f"{group} holds {count} servers > {PLACEMENT_GROUP_SERVERS}"))
    return list(dict.fromkeys(outcomes))


def firewall(props: Props, _: Settings) -> Sequence[Outcome]:
    """Judge the number of rules, and of CIDR blocks in each."""
    rules = at(props, "rules")
    if isinstance(rules, Unknown):
        return [Deferred(rules.path)]
    outcomes: list[Outcome] = []
    if len(entries(rules)) > FIREWALL_RULES:
        outcomes.append(Violation(f"{len(entries(rules))} rules > {FIREWALL_RULES}"))
    for index, rule in enumerate(entries(rules)):
        for key in ("sourceIps", "destinationIps"):
            listed = at(rule, key)
            if isinstance(listed, Unknown):
                outcomes.append(Deferred(listed.path))
            if len(entries(listed)) > RULE_SOURCES:
                count = len(entries(listed))
                outcomes.append(
                    Violation(f"rules[{index}].{key}: {count} CIDR blocks > {RULE_SOURCES}")
                )
    return outcomes


def server(props: Props, settings: Settings) -> Sequence[Outcome]:
    """Judge name, size of user data, type and place of one server."""
    name, user_data = at(props, "name"), at(props, "userData")
    kind, datacenter = at(props, "serverType"), at(props, "datacenter")
    read = (name, user_data, kind)
    outcomes: list[Outcome] = [Deferred(each.path) for each in read if isinstance(each, Unknown)]
    if name is None:
        found = "name is not set: Pulumi would invent one, of up to 255 characters"
        outcomes.append(Violation(found))
    elif not isinstance(name, Unknown) and not _is_host_name(text(name)):
        found = f"name {shown(name)} ({len(text(name))} characters) is no host name of up to 63"
        outcomes.append(Violation(found))
    size = len(text(user_data).encode())
    if size > USER_DATA_BYTES:
        outcomes.append(Violation(f"userData has {size} bytes > {USER_DATA_BYTES}"))
    if kind in entries(settings["retiredTypes"]):
        outcomes.append(Violation(f"serverType {shown(kind)} can no longer be ordered"))
    if datacenter is not None:
        outcomes.append(Violation("datacenter is set, which Hetzner's API removed on 2026-07-01"))
    return outcomes


def _is_host_name(name: str) -> bool:
    return all(HOST_NAME.fullmatch(label) for label in name.split("."))


ATTACHMENT_LIMIT = StackRule(
    id="attachment-limit",
    level="mandatory",
    prevents="No `up` stops half-way at Hetzner's 100 attachments per network.",
    learned_from=("KH#1985", "hccm#342", "KH#800"),
    fix="use fewer or larger servers, or a second Sovereign",
    tags=("limits",),
    settings={
        "reserved": {
            "type": "integer",
            "minimum": 0,
            "default": 0,
            "description": "Attachments kept for load balancers and autoscaled nodes that the "
            "cluster makes.",
        }
    },
    check=attachments,
)

PLACEMENT_GROUP_LIMIT = ResourceRule(
    id="placement-group-limit",
    level="mandatory",
    prevents="No placement group gets more than the 10 servers that Hetzner spreads.",
    learned_from=("KH#142", "KH#1157"),
    fix="give each ten ids of a pool a group of their own",
    tags=("limits",),
    subjects=(NODE_GROUP,),
    check=placement,
)

FIREWALL_LIMIT = ResourceRule(
    id="firewall-limit",
    level="mandatory",
    prevents="No firewall is larger than Hetzner's 50 rules of 100 CIDR blocks.",
    learned_from=("Hetzner API: firewall rules",),
    fix="summarize the CIDR blocks into wider ones",
    tags=("limits", "firewall"),
    subjects=(FIREWALL,),
    check=firewall,
)

SERVER_LIMITS = ResourceRule(
    id="server-limits",
    level="mandatory",
    prevents="Servers have a name that a host can carry, user data that fits, a type that can be "
    "ordered, and a location instead of a datacenter.",
    learned_from=("KH#1991", "hetznercloud/cli#1211", "TF changelog 1.67", "Hetzner API: servers"),
    fix="set name (letters, digits, `-`; at most 63), keep userData under 32 KiB, choose for "
    "example cpx32, set location and no datacenter",
    tags=("limits",),
    settings={
        "retiredTypes": {
            "type": "array",
            "items": {"type": "string"},
            "default": RETIRED,
            "description": "Server types that can no longer be ordered.",
        }
    },
    subjects=(SERVER,),
    check=server,
)
