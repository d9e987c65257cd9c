"""What the rule on servers without a firewall says."""

from typing import Any

from tests.policies.cases.case import Case
from tests.policies.cases.stacks import CP, Typed
from tests.policies.registrations import UNKNOWN

RULE = "server-firewall"
BARE = "the server has a public address and no firewall: every port of it is open to the world"


def server(**given: Any) -> Typed:
    """Return a server with these properties."""
    return CP[0], given


def attached(servers: Any = None, *selectors: Any) -> Typed:
    """Return an attachment of a firewall to servers by id, or by their labels."""
    given = {"serverIds": servers, "labelSelectors": [*selectors]}
    return "hcloud:index/firewallAttachment:FirewallAttachment", given


def firewall(*applied: Any) -> Typed:
    """Return a firewall that says itself what it applies to."""
    return "hcloud:index/firewall:Firewall", {"applyTos": [*applied]}


OPEN, ONE = server(name="gate"), server(id="1", name="one")
OFF = {"ipv4Enabled": False, "ipv6Enabled": False}
CASES = [
    Case(RULE, "compliant", [server(firewallIds=[1.0]), server(firewallIds=[UNKNOWN])]),
    Case(RULE, "compliant", [server(publicNets=[OFF])]),
    Case(RULE, "compliant", [server(publicNets=[OFF], firewallIds=UNKNOWN)]),
    Case(RULE, "compliant", [ONE, attached([1.0])]),
    Case(RULE, "compliant", [ONE, firewall({"server": 1.0})]),
    Case(RULE, "compliant", [OPEN, attached([UNKNOWN])]),
    *[
        Case(RULE, "compliant", [server(labels={"env": "prod"}), attached(None, selector)])
        for selector in ("env", "env=prod", "env==prod", "env!=dev", "env in (dev, prod)", "!x")
    ],
    *[
        Case(RULE, "compliant", [server(labels={"a": "1", "b": "2"}), firewall(by)])
        for by in ({"labelSelector": "a=1,b in (2,3)"}, {"labelSelector": "b notin (1,3)"})
    ],
    Case(RULE, "missing", [OPEN], [BARE]),
    Case(RULE, "missing", [firewall()], None),
    Case(RULE, "violating", [server(firewallIds=[]), CP], [BARE, BARE]),
    Case(RULE, "violating", [server(publicNets=[{"ipv4Enabled": False}])], [BARE]),
    *[
        Case(RULE, "violating", [server(labels={"env": "prod"}), attached(None, selector)], [BARE])
        for selector in ("other", "env=dev", "env!=prod", "env in (dev, qa)", "!env")
    ],
    Case(RULE, "violating", [server(labels={"a": "1"}), attached(None, "a=1,b=2")], [BARE]),
    Case(RULE, "violating", [ONE, attached([2.0])], [BARE]),
    Case(
        RULE,
        "violating",
        [OPEN, OPEN, attached([UNKNOWN])],
        ["2 servers have no firewallIds, and attachments name only 1"],
    ),
    Case(RULE, "unknown", [server(firewallIds=UNKNOWN)], ["deferred: firewallIds"]),
    Case(
        RULE,
        "unknown",
        [server(publicNets=[{"ipv4Enabled": UNKNOWN, "ipv6Enabled": False}])],
        ["deferred: publicNets[0].ipv4Enabled"],
    ),
    Case(RULE, "unknown", [OPEN, attached(UNKNOWN)], ["deferred: serverIds"]),
    Case(RULE, "unknown", [server(labels=UNKNOWN), attached(None, "env=prod")]),
    Case(RULE, "configured", [OPEN], None, {"except": ["gate"]}),
    Case(RULE, "configured", [OPEN, server(name="x")], [BARE], {"except": ["gate"]}),
]
