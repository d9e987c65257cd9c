"""How much is attached to the network: servers, load balancers, and what the cluster makes itself.

Hetzner takes 100 attachments per network. An autoscaler and the cloud controller reach that limit
long after `pulumi up`, when nobody looks: their maxima count from the start.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from .autoscaler import autoscaled
from .framework.rule import Deferred, Outcome, Resource, Settings, StackRule, Violation
from .framework.subjects import (
    LOAD_BALANCER_NETWORK,
    NETWORK,
    SERVER,
    SERVER_NETWORK,
    SOVEREIGN,
)
from .framework.values import at, entries, text, unknowns
from .services import balanced
from .topology import identity

ATTACHMENTS = 100
SEVERAL = "are of several networks, and which of them some will join cannot be told"
WHAT = "servers and load balancers"


def attachments(resources: Sequence[Resource], settings: Settings) -> Sequence[Outcome] | None:
    """Judge per network the sum of all that is attached, or may come to be.

    Which of several networks the cluster's own additions join is not known: the emptiest is taken.
    """
    networks = Counter(_network(each) for each in _attached(resources))
    several = len(NETWORK.among(resources)) > 1 or len(set(networks) - {""}) > 1
    loose = networks.pop("", 0) if several else 0
    counts = list(networks.values()) or [0] if several else [sum(networks.values())]
    stated = [at(each.props, "attachments") for each in SOVEREIGN.among(resources)]
    facts = [each for each in stated if isinstance(each, int)]
    most, least = max([*counts, *facts]), max([min(counts), *facts])
    maxima = list(autoscaled(resources))
    additions = {
        "made for Services and Gateways": len(balanced(resources)),
        "at most by the autoscaler": sum(each for each in maxima if isinstance(each, int)),
        "reserved": int(str(settings["reserved"])),
    }
    waiting = list(unknowns([stated, maxima]))
    if not any([most, loose, *list(additions.values())[:2]]) and not waiting:
        return None
    for terms in ({WHAT: most}, {WHAT: least, **additions}):
        if sum(terms.values()) > ATTACHMENTS:
            return [Violation(f"a Hetzner network takes {ATTACHMENTS} attachments: {_sum(terms)}")]
    outcomes: list[Outcome] = [Deferred(each.path) for each in waiting]
    if most + loose + sum(additions.values()) > ATTACHMENTS:
        outcomes.append(Deferred("attachments", why=SEVERAL))
    return outcomes


def _attached(resources: Sequence[Resource]) -> Iterator[object]:
    """Yield each attachment, of a server or a load balancer."""
    for each in SERVER.among(resources):
        yield from entries(at(each.props, "networks"))
    for each in [*SERVER_NETWORK.among(resources), *LOAD_BALANCER_NETWORK.among(resources)]:
        yield each.props


def _network(attachment: object) -> str:
    """Return the id of the network, which a subnet's id begins with; empty while it is unknown."""
    subnet = text(at(attachment, "subnetId")).partition("-")[0]
    return identity(at(attachment, "networkId")) or subnet


def _sum(terms: Mapping[str, int]) -> str:
    parts = " + ".join(f"{count} {what}" for what, count in terms.items() if count)
    return f"{parts} = {sum(terms.values())} > {ATTACHMENTS}"


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
