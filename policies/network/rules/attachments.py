"""How much is attached to the network: servers, load balancers, and what the cluster makes itself.

Hetzner takes 100 attachments per network. An autoscaler and the cloud controller reach that limit
long after `pulumi up`, when nobody looks: their maxima count from the start.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from .framework.pod_spec import containers
from .framework.rule import Deferred, Outcome, Resource, Settings, StackRule, Violation
from .framework.subjects import (
    AUTOSCALER_RELEASE,
    LOAD_BALANCER_NETWORK,
    SERVER,
    SERVER_NETWORK,
    SOVEREIGN,
    WORKLOAD,
)
from .framework.values import Unknown, at, entries, text, unknowns
from .services import balanced

ATTACHMENTS = 100
NODES_OPTION = re.compile(r"--nodes=\d+:(\d+):")
"""The autoscaler's own option: least and most nodes of a group."""


def attachments(resources: Sequence[Resource], settings: Settings) -> Sequence[Outcome] | None:
    """Judge the sum of all that is attached, or may come to be."""
    servers = len(SERVER_NETWORK.among(resources)) + sum(
        bool(entries(at(each.props, "networks"))) for each in SERVER.among(resources)
    )
    balancers = len(LOAD_BALANCER_NETWORK.among(resources))
    stated = [at(each.props, "attachments") for each in SOVEREIGN.among(resources)]
    planned = max([servers + balancers, *(each for each in stated if isinstance(each, int))])
    maxima = list(_maxima(resources))
    terms = {
        "servers and load balancers": planned,
        "made for Services and Gateways": len(balanced(resources)),
        "at most by the autoscaler": sum(each for each in maxima if isinstance(each, int)),
        "reserved": int(str(settings["reserved"])),
    }
    waiting = list(unknowns([stated, maxima]))
    if not any(list(terms.values())[:3]) and not waiting:
        return None
    if sum(terms.values()) > ATTACHMENTS:
        return [Violation(f"a Hetzner network takes {ATTACHMENTS} attachments: {_sum(terms)}")]
    return [Deferred(each.path) for each in waiting]


def _sum(terms: Mapping[str, int]) -> str:
    parts = " + ".join(f"{count} {what}" for what, count in terms.items() if count)
    return f"{parts} = {sum(terms.values())} > {ATTACHMENTS}"


def _maxima(resources: Sequence[Resource]) -> Iterator[object]:
    """Yield the most nodes of each group: by the autoscaler's chart, or by its own option."""
    for each in AUTOSCALER_RELEASE.among(resources):
        groups = at(each.props, "values", "autoscalingGroups")
        listed = [groups] if isinstance(groups, Unknown) else entries(groups)
        yield from (at(group, "maxSize") for group in listed)
    for each in WORKLOAD.among(resources):
        for _, container in containers(each.props):
            words = [*entries(at(container, "command")), *entries(at(container, "args"))]
            for word in words:
                if option := NODES_OPTION.match(text(word)):
                    yield int(option[1])


ATTACHMENT_LIMIT = StackRule(
    id="attachment-limit",
    level="mandatory",
    severity="high",
    prevents="Neither `up` nor the autoscaler stops half-way at Hetzner's 100 attachments per "
    "network.",
    learned_from=("KH#1985", "hccm#342", "KH#800"),
    fix="use fewer or larger servers, lower the autoscaler's maxima, or use a second Sovereign",
    tags=("limits", "nist-800-53:CP-2"),
    settings={
        "reserved": {
            "type": "integer",
            "minimum": 0,
            "default": 0,
            "description": "Attachments kept for load balancers and autoscaled nodes that other "
            "stacks make.",
        }
    },
    check=attachments,
)
