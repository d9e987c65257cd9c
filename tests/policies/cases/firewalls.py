"""What rules say of firewalls."""

from typing import Any

from tests.policies.cases.case import Case
from tests.policies.registrations import UNKNOWN

OPERATOR = "203.0.113.7/32"
DEFAULT_GUARDED = (
    "22/tcp, 2375-2376/tcp, 2379-2380/tcp, 2381-2382/tcp, 4240/tcp, 4244/tcp, 4245/tcp, 5001/tcp, "
    "6443/tcp, 6444/tcp, 8472/tcp, 9345/tcp, 9878-9879/tcp, 9890-9893/tcp, 9962-9965/tcp, "
    "10248-10249/tcp, 10250/tcp, 10256-10259/tcp, 30000-32767/tcp, 51820-51821/tcp, 51871/tcp open "
    "to the IPv4 world by rules[0]"
)


def rules(*each: tuple[str | None, list[str]], **more: Any) -> dict[str, Any]:
    """Return a firewall with inbound tcp rules: port and sources."""
    return {
        "rules": [
            {"direction": "in", "protocol": "tcp", "sourceIps": sources, **more}
            | ({} if port is None else {"port": port})
            for port, sources in each
        ]
    }


FIREWALL = [
    Case("world-open-ports", "compliant", rules(("22", [OPERATOR]), ("80-443", ["0.0.0.0/0"]))),
    Case("world-open-ports", "compliant", rules(("22", ["0.0.0.0/0"]), direction="out")),
    Case("world-open-ports", "compliant", rules((None, ["0.0.0.0/0"]), protocol="icmp")),
    Case("world-open-ports", "compliant", rules(("22", ["5.0.0.0/9"]), ("23", ["128.0.0.0/1"]))),
    Case("world-open-ports", "compliant", rules(("22", ["fd00::/8", "2001::/16"]))),
    *[
        Case(
            "world-open-ports",
            "violating",
            rules(("22", sources)),
            [f"22/tcp open to the {family} world by rules[0]"],
        )
        for family, sources in (
            ("IPv4", ["0.0.0.0/2"]),
            ("IPv4", ["5.0.0.0/8"]),
            ("IPv4", ["5.0.0.0/9", "77.0.0.0/9"]),
            ("IPv6", ["2a00::/11"]),
        )
    ],
    *[
        Case(
            "world-open-ports",
            "violating",
            rules((port, ["0.0.0.0/0"])),
            [f"{guarded}/tcp open to the IPv4 world by rules[0]"],
        )
        for port, guarded in (
            ("2376", "2375-2376"),
            ("6444", "6444"),
            ("9345", "9345"),
            ("9879", "9878-9879"),
            ("9963", "9962-9965"),
            ("10257", "10256-10259"),
        )
    ],
    Case(
        "world-open-ports",
        "violating",
        rules(("22", ["0.0.0.0/0", "::/0"])),
        ["22/tcp open to the IPv4 world by rules[0]", "22/tcp open to the IPv6 world by rules[0]"],
    ),
    Case("world-open-ports", "violating", rules(("any", ["0.0.0.0/0"])), [DEFAULT_GUARDED]),
    Case("world-open-ports", "missing", rules((None, ["0.0.0.0/0"])), [DEFAULT_GUARDED]),
    Case("world-open-ports", "missing", {}),
    Case(
        "world-open-ports",
        "violating",
        rules(("1-22", ["8.0.0.0/9"]), ("22-30", ["77.0.0.0/9"])),
        ["22/tcp open to the IPv4 world by rules[0], rules[1]"],
    ),
    Case(
        "world-open-ports",
        "violating",
        rules(("30000-31000", ["8.0.0.0/9"]), ("31000-32767", ["77.0.0.0/9"])),
        ["30000-32767/tcp open to the IPv4 world by rules[0], rules[1]"],
    ),
    Case(
        "world-open-ports",
        "violating",
        rules(("6443", ["2000::/3"]), protocol="udp"),
        ["6443/udp open to the IPv6 world by rules[0]"],
    ),
    Case(
        "world-open-ports",
        "violating",
        rules(("ssh", [OPERATOR]), ("22", ["anywhere"])),
        [
            "rules[0].port `ssh` is no port",
            "rules[1].sourceIps holds `anywhere`, which is no CIDR block",
        ],
    ),
    Case("world-open-ports", "unknown", {"rules": UNKNOWN}, ["deferred: rules"]),
    Case(
        "world-open-ports",
        "unknown",
        rules(("22", [UNKNOWN, "0.0.0.0/0"]), (UNKNOWN, ["0.0.0.0/0"])),
        [
            "deferred: rules[0].sourceIps[0]",
            "deferred: rules[1].port",
            "22/tcp open to the IPv4 world by rules[0]",
        ],
    ),
    Case(
        "world-open-ports",
        "configured",
        rules(("22", ["0.0.0.0/0"]), ("8080", ["192.0.0.0/8"])),
        ["8080/tcp open to the IPv4 world by rules[1]"],
        {"ports": ["8080"], "openShare": 0.003},
    ),
    Case("firewall-limit", "compliant", rules(*[("80", [OPERATOR])] * 50)),
    Case("firewall-limit", "violating", rules(*[("80", [OPERATOR])] * 51), ["51 rules > 50"]),
    Case(
        "firewall-limit",
        "violating",
        rules(("80", [OPERATOR] * 101)),
        ["rules[0].sourceIps: 101 CIDR blocks > 100"],
    ),
    Case("firewall-limit", "missing", {}),
    Case("firewall-limit", "unknown", {"rules": UNKNOWN}, ["deferred: rules"]),
    Case(
        "firewall-limit",
        "unknown",
        {"rules": [{"sourceIps": UNKNOWN}]},
        ["deferred: rules[0].sourceIps"],
    ),
]

EDGES = [
    Case(
        "world-open-ports",
        "compliant",
        rules(("1-2000", ["0.0.0.0/1"]), ("2001", ["128.0.0.0/1"])),
        [],
        {"ports": ["1-65535"], "openShare": 0.6},
    ),
    Case("world-open-ports", "unknown", {"rules": [UNKNOWN]}, ["deferred: rules[0]"]),
    Case("world-open-ports", "compliant", rules(("22", ["203.0.113.7/24"]))),
    *[
        Case(
            "world-open-ports",
            "configured",
            rules((None, ["0.0.0.0/0"])),
            [f"{port}/tcp open to the IPv4 world by rules[0]"],
            {"ports": [port]},
        )
        for port in ("1", "65535")
    ],
    Case(
        "world-open-ports",
        "violating",
        rules(("22-2378", ["8.0.0.0/9"]), ("2379-2400", ["0.0.0.0/0"])),
        [("2379-2380/tcp, 2381-2382/tcp open to the IPv4 world by rules[1]")],
    ),
    Case("firewall-limit", "compliant", rules(("80", [OPERATOR] * 100))),
]

CASES = [*FIREWALL, *EDGES]
