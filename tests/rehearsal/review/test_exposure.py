"""Who may come in after a change: through a wider rule, or past every firewall."""

from dataclasses import replace
from typing import Any

import pytest

from rehearsal.review.facts import Facts, Resource
from rehearsal.review.review import Review, review
from rehearsal.runtime.values import UNKNOWN
from tests.rehearsal.review.situations import SMALL, Cluster, Node, altered, change, urn

FIREWALL = "hcloud:index/firewall:Firewall"
ATTACHMENT = "hcloud:index/firewallAttachment:FirewallAttachment"
WORKER = "dev-default-1"
BARE = altered(SMALL, WORKER, firewalls=())


def reviewed(before: Cluster | None, after: Cluster) -> Review:
    return review(change(before, after))


def said(found: Review) -> list[str]:
    return [f"{one.weight} {one.subject}: {one.what}" for one in found.reasons]


def attachment(**inputs: Any) -> Resource:
    return Resource(urn(ATTACHMENT, "attached"), {"firewallId": 7, **inputs})


def test_taking_the_last_firewall_off_a_server_is_refused() -> None:
    """And shown beside the rules, for everyone may come in there."""
    found = reviewed(SMALL, BARE)
    assert found.verdict == "refuse"
    every_port = "no firewall is left before the server: every port of it is open to everyone"
    assert said(found) == [f"refuse {WORKER}: {every_port}"]
    assert [(one.firewall, one.rule, one.added) for one in found.openings] == [
        (WORKER, "every port", True)
    ]


def test_one_firewall_of_two_may_go() -> None:
    """The other still stands; and putting one before a bare server is no hazard."""
    two = altered(SMALL, WORKER, firewalls=(7, 8))
    assert reviewed(two, SMALL).verdict == "approve"
    found = reviewed(BARE, SMALL)
    assert found.verdict == "approve"
    assert [one.added for one in found.openings] == [False]


def test_a_server_that_was_bare_before_is_no_fault_of_the_change() -> None:
    """A label on it is approved."""
    assert reviewed(BARE, altered(BARE, WORKER, labels={"team": "blue"})).verdict == "approve"


def test_a_server_without_a_public_address_needs_no_firewall() -> None:
    """Nobody outside reaches it."""
    facts = change(SMALL, BARE)
    hidden = [{"ipv4Enabled": False, "ipv6Enabled": False}]
    private = [
        replace(one, inputs={**one.inputs, "publicNets": hidden}) if WORKER in one.urn else one
        for one in facts.operations
    ]
    assert review(replace(facts, operations=private)).reasons == ()


def test_a_firewall_that_is_deleted_protects_nobody() -> None:
    """Though the server still names its id."""
    facts = change(SMALL, SMALL)
    operations = [
        replace(one, action="delete") if FIREWALL in one.urn else one for one in facts.operations
    ]
    found = review(replace(facts, operations=operations))
    refused = [one.subject for one in found.reasons if one.weight == "refuse"]
    assert refused == [node.name for node in SMALL.nodes]


def test_a_new_server_without_a_firewall_is_to_be_looked_at() -> None:
    """One that comes with a firewall yet to be made is not."""
    bare = Node("dev-default-3", id=3, firewalls=())
    found = reviewed(SMALL, replace(SMALL, nodes=(*SMALL.nodes, bare)))
    assert found.verdict == "look"
    later = replace(bare, firewalls=(UNKNOWN,))
    assert reviewed(SMALL, replace(SMALL, nodes=(*SMALL.nodes, later))).verdict == "approve"


@pytest.mark.parametrize(
    ("way", "lost"),
    [
        (attachment(labelSelectors=["role=worker,team"]), attachment(labelSelectors=["other"])),
        (attachment(serverIds=[41.0]), attachment(serverIds=[42])),
        (
            Resource(urn(FIREWALL, "all"), {"applyTos": [{"labelSelector": "!web"}]}),
            Resource(urn(FIREWALL, "all"), {"applyTos": [{"labelSelector": "web"}]}),
        ),
        (Resource(urn(FIREWALL, "all"), {"applyTos": [{"server": 41}]}), None),
    ],
    ids=["selector", "id", "selector-of-the-firewall", "id-of-the-firewall"],
)
def test_a_firewall_reaches_a_server_from_its_own_side_too(
    way: Resource, lost: Resource | None
) -> None:
    """By label or by id; where that ends, the server is open."""
    bare = altered(BARE, WORKER, labels={"role": "worker", "team": "blue"})
    reached = replace(bare, extra=(way,))
    assert numbered(change(reached, reached)).verdict == "approve"
    gone = numbered(change(reached, replace(bare, extra=(lost,) if lost else ())))
    assert [one.subject for one in gone.reasons if one.weight == "refuse"] == [WORKER]


def numbered(facts: Facts) -> Review:
    """The review, the bare worker having an id."""
    before = [replace(one, id="41") if one.name == WORKER else one for one in facts.before]
    return review(replace(facts, before=before))


@pytest.mark.parametrize(
    ("sources", "who"),
    [
        (("0.0.0.0/0", "::/0"), "the whole IPv4 Internet and the whole IPv6 Internet"),
        (("0.0.0.0/1", "128.0.0.0/1"), "the whole IPv4 Internet"),
        (("0.0.0.0/2",), "25.0% of the IPv4 Internet"),
        (("203.0.113.0/24", "10.0.0.0/8"), "0.4% of the IPv4 Internet"),
        (("2000::/3",), "12.5% of the IPv6 Internet"),
        (("203.0.113.0/24", "198.51.100.0/22", "?"), ""),
    ],
)
def test_what_is_opened_to_many_is_to_be_looked_at(sources: tuple[str, ...], who: str) -> None:
    """Whatever the port; a few addresses more are only shown."""
    found = reviewed(SMALL, replace(SMALL, open_to=sources))
    wanted = [f"look dev-workers: tcp 22 is opened to {who}"] if who else []
    assert said(found) == wanted
    assert found.openings


def test_what_was_open_is_not_opened_again() -> None:
    """Neither by a part of it nor by a second rule for one of its ports."""
    wide = replace(SMALL, open_to=("0.0.0.0/0",))
    assert reviewed(wide, wide).reasons == ()
    assert reviewed(wide, replace(SMALL, open_to=("0.0.0.0/2",))).reasons == ()


def test_a_new_environment_says_what_it_opens() -> None:
    """It has no other hazard."""
    assert said(reviewed(None, replace(SMALL, open_to=("0.0.0.0/0",)))) == [
        "look dev-workers: tcp 22 is opened to the whole IPv4 Internet"
    ]


def test_the_port_makes_no_difference_but_a_ping_opens_none() -> None:
    """3306 and 80 as well; icmp does not."""
    for protocol, port, expected in (("tcp", "3306", 1), ("tcp", "80-81", 1), ("icmp", "", 0)):
        rule = {"direction": "in", "protocol": protocol, "port": port, "sourceIps": ["0.0.0.0/0"]}
        extra = Resource(urn(FIREWALL, "web"), {"name": "web", "rules": [rule]}, "9")
        assert len(reviewed(SMALL, replace(SMALL, extra=(extra,))).reasons) == expected
