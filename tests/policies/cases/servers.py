"""What rules say of servers and of who groups or protects them."""

from tests.policies.cases.case import Case
from tests.policies.cases.stacks import CP, WORKER, facts
from tests.policies.registrations import UNKNOWN

NETWORK = "hcloud:index/network:Network"
BARE = (CP[0], {"name": "bastion"})
SEPARATE = ("hcloud:index/serverNetwork:ServerNetwork", {"serverId": UNKNOWN, "ip": "10.0.1.9"})
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
    Case("server-address-pinned", "missing", {}, None),
    Case("server-address-pinned", "unknown", {"networks": UNKNOWN}, ["deferred: networks"]),
    Case(
        "server-address-pinned",
        "unknown",
        {"networks": [UNKNOWN, {"ip": UNKNOWN, "aliasIps": UNKNOWN}]},
        ["deferred: networks[0]", "deferred: networks[1].ip", "deferred: networks[1].aliasIps"],
    ),
    Case("server-attached", "compliant", [CP, WORKER]),
    Case("server-attached", "compliant", [BARE, SEPARATE]),
    Case("server-attached", "violating", [CP, BARE], ["the server is in no private network"]),
    Case(
        "server-attached",
        "violating",
        [BARE, BARE, SEPARATE],
        ["2 servers have no networks, and only 1 ServerNetworks exist"],
    ),
    Case("server-attached", "missing", [], None),
    Case(
        "server-attached",
        "unknown",
        [(CP[0], {"networks": UNKNOWN})],
        ["deferred: networks"],
    ),
    Case("server-attached", "configured", [BARE], None, {"except": ["bastion"]}),
]

SERVER = {"name": "dev-default-1", "serverType": "cpx32", "userData": "#cloud-config"}
ANNOUNCED = {"deprecatedTypes": {"cpx22": "2027-03-31"}}
LIMITS = [
    Case("server-limits", "compliant", SERVER),
    Case(
        "server-limits",
        "violating",
        {
            "name": "-a_b",
            "datacenter": "nbg1-dc3",
            "firewallIds": [1.0] * 6,
            "userData": "é" * 16385,
        },
        [
            "name `-a_b` (4 characters) is no host name of up to 63",
            "userData has 32770 bytes > 32768",
            "6 firewalls > 5",
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
        {"name": UNKNOWN, "userData": UNKNOWN, "firewallIds": UNKNOWN},
        ["deferred: name", "deferred: userData", "deferred: firewallIds"],
    ),
    Case("server-type-retired", "compliant", SERVER),
    Case(
        "server-type-retired",
        "violating",
        {"serverType": "cpx31"},
        ["serverType `cpx31` can no longer be ordered"],
    ),
    Case("server-type-retired", "missing", {}),
    Case("server-type-retired", "unknown", {"serverType": UNKNOWN}, ["deferred: serverType"]),
    Case(
        "server-type-retired",
        "configured",
        SERVER,
        ["serverType `cpx32` can no longer be ordered"],
        {"retiredTypes": ["cpx32"]},
    ),
    Case("server-type-deprecated", "compliant", {"serverType": "cpx32"}, [], ANNOUNCED),
    Case("server-type-deprecated", "missing", SERVER, None),
    Case(
        "server-type-deprecated",
        "violating",
        {"serverType": "cpx22"},
        ["serverType `cpx22` can be ordered until 2027-03-31 only"],
        ANNOUNCED,
    ),
    Case(
        "server-type-deprecated",
        "unknown",
        {"serverType": UNKNOWN},
        ["deferred: serverType"],
        ANNOUNCED,
    ),
    Case("server-type-deprecated", "configured", {}, [], ANNOUNCED),
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
    Case("stateful-protected", "compliant", [(NETWORK, {}, True), WORKER], [], {"required": True}),
    Case("stateful-protected", "compliant", [(NETWORK, {})], None),
    Case("stateful-protected", "missing", [WORKER], None, {"required": True}),
    Case(
        "stateful-protected",
        "violating",
        [(NETWORK, {}), ("hcloud:index/volume:Volume", {}), CP],
        ["the option protect is not set"] * 3,
        {"required": True},
    ),
    Case("stateful-protected", "unknown", [(CP[0], {"labels": UNKNOWN})], None, {"required": True}),
    Case(
        "stateful-protected",
        "configured",
        [facts("Sovereign", protect=False), (NETWORK, {})],
        None,
        {"required": True},
    ),
]

ADDRESS, CLAIM = "hcloud:index/primaryIp:PrimaryIp", "kubernetes:core/v1:PersistentVolumeClaim"
REQUIRED = {"required": True}
KEEPING = [
    *[
        Case(
            "stateful-protected",
            "violating",
            [(kind, {"deleteProtection": False})],
            ["the option protect is not set"],
            REQUIRED,
        )
        for kind in (
            ADDRESS,
            "hcloud:index/floatingIp:FloatingIp",
            "hcloud:index/loadBalancer:LoadBalancer",
            "tls:index/privateKey:PrivateKey",
            "random:index/randomPassword:RandomPassword",
            CLAIM,
        )
    ],
    Case("stateful-protected", "compliant", [(CLAIM, {}, True)], [], REQUIRED),
    Case("stateful-protected", "compliant", [(ADDRESS, {"deleteProtection": True})], [], REQUIRED),
    Case(
        "stateful-protected",
        "unknown",
        [(ADDRESS, {"deleteProtection": UNKNOWN})],
        ["deferred: deleteProtection"],
        REQUIRED,
    ),
]

EDGES = [
    Case("server-limits", "compliant", {**SERVER, "userData": "#" * 32768}),
]

CASES = [*ATTACHMENT, *LIMITS, *KEEPING, *EDGES]
