"""What rules say of encryption between nodes."""

from typing import Any

from tests.policies.cases.case import Case
from tests.policies.cases.cilium import cilium
from tests.policies.registrations import UNKNOWN

ON = {"enabled": True, "type": "wireguard"}
WIREGUARD = [
    Case("wireguard-on", "compliant", cilium(encryption=ON)),
    Case(
        "wireguard-on",
        "violating",
        cilium(encryption={"enabled": False, "type": "wireguard"}),
        ["values.encryption.enabled is false, not true"],
    ),
    Case(
        "wireguard-on",
        "violating",
        cilium(encryption={"enabled": 1.0, "type": "wireguard"}),
        ["values.encryption.enabled is 1, not true"],
    ),
    Case(
        "wireguard-on",
        "violating",
        cilium(encryption={"enabled": True, "type": "WireGuard"}),
        ["values.encryption.type is `WireGuard`, not `wireguard`"],
    ),
    Case(
        "wireguard-on",
        "missing",
        cilium(),
        [
            "values.encryption.enabled is not set, not true",
            "values.encryption.type is not set, not `wireguard`",
        ],
    ),
    Case(
        "wireguard-on",
        "unknown",
        cilium(encryption={"enabled": True, "type": UNKNOWN}),
        ["deferred: values.encryption.type"],
    ),
    Case(
        "wireguard-on",
        "configured",
        cilium(encryption={"enabled": True, "type": "ipsec"}),
        [],
        {"types": ["wireguard", "ipsec"]},
    ),
    Case("wireguard-mtu", "compliant", cilium(encryption=ON, MTU=1450.0)),
    Case("wireguard-mtu", "compliant", cilium(encryption={"enabled": False}, MTU=1450.0)),
    Case(
        "wireguard-mtu",
        "violating",
        cilium(encryption={"enabled": False}, MTU=1451.0),
        [
            (
                "values.MTU is 1451 on a private network of 1450: "
                "pods would send 1451 - 50 - 0 = 1401, 1450 leaves 1400"
            )
        ],
    ),
    Case(
        "wireguard-mtu",
        "violating",
        {**cilium(encryption={**ON, "type": "ipsec"}, MTU=1500.0), "version": "1.19.4"},
        [
            (
                "values.MTU is 1500 on a private network of 1450: "
                "pods would send 1500 - 50 - 77 = 1373, 1450 leaves 1323"
            )
        ],
    ),
    Case(
        "wireguard-mtu",
        "violating",
        cilium(encryption=ON, MTU=1500.0),
        [
            (
                "values.MTU is 1500 on a private network of 1450: "
                "pods would send 1500 - 50 - 95 = 1355, 1450 leaves 1305"
            )
        ],
    ),
    Case(
        "wireguard-mtu",
        "violating",
        {**cilium(encryption=ON, MTU="1450", routingMode="native"), "version": "1.19.4"},
        [
            "Cilium 1.19.4 counts 80 bytes for WireGuard, not 95",
            "values.MTU is `1450`, no number",
        ],
    ),
    Case(
        "wireguard-mtu",
        "missing",
        cilium(encryption=ON),
        ["values.MTU is not set: Cilium may take 1500, the public interface's"],
    ),
    Case(
        "wireguard-mtu",
        "unknown",
        {**cilium(encryption=ON, MTU=UNKNOWN), "version": UNKNOWN},
        ["deferred: version", "deferred: values.MTU"],
    ),
    Case(
        "wireguard-mtu",
        "configured",
        cilium(encryption=ON, MTU=1450.0, routingMode="native"),
        [
            (
                "values.MTU is 1450 on a private network of 1400: "
                "pods would send 1450 - 0 - 95 = 1355, 1400 leaves 1305"
            )
        ],
        {"privateMtu": 1400.0},
    ),
]


def strict(mode: Any, version: Any = "1.20.2", **values: Any) -> dict[str, Any]:
    """Return a release of that version with strict mode."""
    return {**cilium(encryption={**ON, "strictMode": mode}, **values), "version": version}


EGRESS = {"enabled": True, "cidr": "10.42.0.0/16", "allowRemoteNodeIdentities": True}
PATH = "values.encryption.strictMode"
OFF = "strict mode would be off"
STRICT = [
    Case("strict-mode-keys", "compliant", strict({"egress": EGRESS, "ingress": {"enabled": True}})),
    Case("strict-mode-keys", "compliant", strict({"enabled": True, "cidr": "x"}, "1.19.6")),
    Case("strict-mode-keys", "compliant", strict({"egress": {"enabled": False}})),
    Case("strict-mode-keys", "missing", cilium(encryption=ON), None),
    Case(
        "strict-mode-keys",
        "violating",
        strict({"enabled": True, "cidr": "10.42.0.0/16"}),
        [
            f"{PATH}.enabled is ignored by Cilium 1.20: {OFF}",
            f"{PATH}.cidr is ignored by Cilium 1.20: {OFF}",
        ],
    ),
    Case(
        "strict-mode-keys",
        "violating",
        strict({"egress": EGRESS}, "1.18.4"),
        [f"{PATH}.egress is ignored by Cilium 1.18: {OFF}"],
    ),
    Case(
        "strict-mode-keys",
        "violating",
        strict({"egress": {"enabled": True}}),
        [
            f"{PATH}.egress.cidr is not set: nothing would be refused",
            (
                f"{PATH}.egress.allowRemoteNodeIdentities is not set: "
                "in tunnel mode strict egress needs it"
            ),
        ],
    ),
    Case("strict-mode-keys", "unknown", strict(UNKNOWN), [f"deferred: {PATH}"]),
    Case("strict-mode-keys", "unknown", strict({}, UNKNOWN), ["deferred: version"]),
    Case(
        "strict-mode-keys",
        "unknown",
        strict({"egress": {**EGRESS, "cidr": UNKNOWN}}),
        [f"deferred: {PATH}.egress.cidr"],
    ),
]

EDGES = [
    Case("strict-mode-keys", "compliant", strict({"egress": EGRESS}, "1.19.6")),
    Case(
        "strict-mode-keys",
        "missing",
        strict({"cidr": "10.42.0.0/16"}, None),
        [f"{PATH}.cidr is ignored by Cilium 1.20: {OFF}"],
    ),
    Case("wireguard-mtu", "compliant", {**cilium(encryption=ON, MTU=1450.0), "version": "1.19.5"}),
    Case(
        "wireguard-mtu",
        "missing",
        cilium(encryption=ON, MTU=0.0),
        ["values.MTU is 0: Cilium may take 1500, the public interface's"],
    ),
]

HOSTS = "node-encryption"
SWITCH = "values.encryption.nodeEncryption is"
NODE_ENCRYPTION = [
    Case(HOSTS, "compliant", cilium(encryption={**ON, "nodeEncryption": False})),
    Case(HOSTS, "missing", cilium(), None),
    Case(
        HOSTS,
        "violating",
        cilium(encryption={**ON, "nodeEncryption": True}),
        [
            (
                f"{SWITCH} true: Cilium leaves it off on control planes, and large packets of the "
                "nodes' own programs may vanish, for values.MTU sizes those of pods only"
            )
        ],
    ),
    Case(
        HOSTS,
        "violating",
        cilium(encryption={"enabled": True, "type": "ipsec", "nodeEncryption": True}),
        [f"{SWITCH} true without WireGuard, which alone reads it"],
    ),
    Case(
        HOSTS,
        "unknown",
        cilium(encryption={**ON, "nodeEncryption": UNKNOWN}),
        ["deferred: values.encryption.nodeEncryption"],
    ),
    Case(
        HOSTS,
        "configured",
        cilium(encryption=ON),
        [f"{SWITCH} not set: traffic between nodes is in clear"],
        {"required": True},
    ),
    Case(
        HOSTS,
        "configured",
        cilium(encryption={**ON, "nodeEncryption": True}),
        [],
        {"accepted": True},
    ),
]

CASES = [*WIREGUARD, *STRICT, *EDGES, *NODE_ENCRYPTION]
