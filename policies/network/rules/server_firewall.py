"""No server stands on the Internet with every port open: Hetzner filters where it is told to."""

from collections.abc import Iterator, Sequence

from .framework.rule import Deferred, Outcome, Resource, Settings, StackRule, Violation
from .framework.selectors import selects
from .framework.subjects import FIREWALL, FIREWALL_ATTACHMENT, SERVER
from .framework.values import Unknown, at, entries, unknowns
from .topology import identity

BARE = "the server has a public address and no firewall: every port of it is open to the world"


def guarded(resources: Sequence[Resource], settings: Settings) -> Sequence[Outcome] | None:
    """Judge that each server with a public address has a firewall: of its own, by an attachment, or
    by a label that a firewall selects.

    Which server an attachment means is unknown in a first preview, so those are counted.
    """
    exempt = entries(settings["except"])
    servers = [each for each in SERVER.among(resources) if at(each.props, "name") not in exempt]
    selectors, named = list(_selectors(resources)), list(_named(resources))
    waiting: list[Outcome] = []
    bare: list[Resource] = []
    for each in servers:
        own, public = at(each.props, "firewallIds"), at(each.props, "publicNets")
        labels = at(each.props, "labels")
        unread = [own] if isinstance(own, Unknown) else list(unknowns(public))
        if entries(own) or not _is_public(public) or any(selects(one, labels) for one in selectors):
            continue
        if unread:
            waiting.append(Deferred(unread[0].path, each.urn))
        else:
            bare.append(each)
    return [*waiting, *_without(bare, servers, named)] if servers else None


def _without(
    bare: Sequence[Resource], servers: Sequence[Resource], named: Sequence[object]
) -> Iterator[Outcome]:
    """Judge those that no attachment names by a known id against the attachments that are left."""
    known = {identity(each) for each in named} - {""}
    left = [each for each in bare if identity(at(each.props, "id")) not in known]
    lists = [each for each in named if isinstance(each, Unknown) and each.path == "serverIds"]
    if left and lists:
        yield Deferred(lists[0].path, left[0].urn)
        return
    places = sum(not identity(each) for each in named)
    if any(not identity(at(each.props, "id")) for each in left):
        places += len(known - {identity(at(each.props, "id")) for each in servers})
    if not places:
        yield from (Violation(BARE, each.urn) for each in left)
    elif len(left) > places:
        found = f"{len(left)} servers have no firewallIds, and attachments name only {places}"
        yield Violation(found, left[-1].urn)


def _is_public(nets: object) -> bool:
    """Hetzner gives a server both public addresses unless it is told not to."""
    listed = [each for each in entries(nets) if not isinstance(each, Unknown)]
    return not listed or any(
        at(each, f"{family}Enabled") is not False for each in listed for family in ("ipv4", "ipv6")
    )


def _selectors(resources: Sequence[Resource]) -> Iterator[object]:
    for each in FIREWALL_ATTACHMENT.among(resources):
        yield from entries(at(each.props, "labelSelectors"))
    for each in FIREWALL.among(resources):
        for applied in entries(at(each.props, "applyTos")):
            if selector := at(applied, "labelSelector"):
                yield selector


def _named(resources: Sequence[Resource]) -> Iterator[object]:
    """Yield the id of each server that something attaches a firewall to, known or not."""
    for each in FIREWALL_ATTACHMENT.among(resources):
        ids = at(each.props, "serverIds")
        yield from [ids] if isinstance(ids, Unknown) else entries(ids)
    for each in FIREWALL.among(resources):
        for applied in entries(at(each.props, "applyTos")):
            if server := at(applied, "server"):
                yield server


SERVER_FIREWALL = StackRule(
    id="server-firewall",
    level="mandatory",
    severity="critical",
    prevents="Every server with a public address stands behind a firewall: without one the whole "
    "Internet reaches each of its ports.",
    learned_from=("Hetzner API: firewalls", "KH#1707"),
    fix="give the server firewallIds, name it in a FirewallAttachment, or switch its public "
    "addresses off (publicNets: [{ipv4Enabled: false, ipv6Enabled: false}]); name it in `except` "
    "if it filters by itself",
    tags=("exposure", "firewall", "nist-800-53:SC-7"),
    settings={
        "except": {
            "type": "array",
            "items": {"type": "string"},
            "default": [],
            "description": "Names of servers that filter by themselves.",
        }
    },
    check=guarded,
)
