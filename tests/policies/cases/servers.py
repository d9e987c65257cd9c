"""What rules say of servers and of who groups or protects them."""

from tests.policies.cases.case import Case
from tests.policies.registrations import UNKNOWN

PINNED = {"networks": [{"ip": "10.0.1.2", "aliasIps": []}]}
ATTACHMENT = [
    Case("server-address-pinned", "compliant", PINNED),
    Case("server-address-pinned", "compliant", {"serverId": 1.0, "ip": "10.0.1.2"}),
    Case(
        "server-address-pinned",
        "violating",
        {"networks": [{"ip": "10.0.1.2"}, {"ip": "", "aliasIps": []}]},
        [
            "networks[0].aliasIps is not set: each `up` would re-attach the server",
            "networks[1].ip is ``: Hetzner would choose the address",
        ],
    ),
    Case(
        "server-address-pinned",
        "violating",
        {"serverId": 1.0},
        ["ip is not set: Hetzner would choose the address"],
    ),
    Case(
        "server-address-pinned",
        "missing",
        {},
        ["networks is not set: the server is in no private network"],
    ),
    Case("server-address-pinned", "unknown", {"networks": UNKNOWN}, ["deferred: networks"]),
    Case(
        "server-address-pinned",
        "unknown",
        {"networks": [UNKNOWN, {"ip": UNKNOWN, "aliasIps": UNKNOWN}]},
        ["deferred: networks[0]", "deferred: networks[1].ip", "deferred: networks[1].aliasIps"],
    ),
    Case("server-address-pinned", "configured", {}, None, {"allowSeparateAttachment": True}),
]

SERVER = {"name": "dev-default-1", "serverType": "cpx32", "userData": "#cloud-config"}
LIMITS = [
    Case("server-limits", "compliant", SERVER),
    Case(
        "server-limits",
        "violating",
        {"name": "-a_b", "serverType": "cpx31", "datacenter": "nbg1-dc3", "userData": "é" * 16385},
        [
            "name `-a_b` (4 characters) is no host name of up to 63",
            "userData has 32770 bytes > 32768",
            "serverType `cpx31` can no longer be ordered",
            "datacenter is set, which Hetzner's API removed on 2026-07-01",
        ],
    ),
    Case(
        "server-limits",
        "missing",
        {"serverType": "cpx32"},
        ["name is not set: Pulumi would invent one, of up to 255 characters"],
    ),
    Case(
        "server-limits",
        "unknown",
        {"name": UNKNOWN, "userData": UNKNOWN, "serverType": UNKNOWN},
        ["deferred: name", "deferred: userData", "deferred: serverType"],
    ),
    Case(
        "server-limits",
        "configured",
        SERVER,
        ["serverType `cpx32` can no longer be ordered"],
        {"retiredTypes": ["cpx32"]},
    ),
    Case("placement-group-limit", "compliant", {"nodes": [{"placementGroup": "a"}] * 10}),
    Case(
        "placement-group-limit",
        "violating",
        {"nodes": [{"placementGroup": "a"}] * 11},
        ["a holds 11 servers > 10"],
    ),
    Case("placement-group-limit", "missing", {}),
    Case("placement-group-limit", "unknown", {"nodes": UNKNOWN}, ["deferred: nodes"]),
    Case("sovereign-protected", "compliant", {"protect": True}, None),
    Case("sovereign-protected", "missing", {}, None),
    Case(
        "sovereign-protected",
        "violating",
        {"protect": False},
        ["protect is false, not true"],
        {"required": True},
    ),
    Case(
        "sovereign-protected",
        "unknown",
        {"protect": UNKNOWN},
        ["deferred: protect"],
        {"required": True},
    ),
    Case("sovereign-protected", "configured", {"protect": True}, [], {"required": True}),
]

EDGES = [
    Case("server-limits", "compliant", {**SERVER, "userData": "#" * 32768}),
]

CASES = [*ATTACHMENT, *LIMITS, *EDGES]
