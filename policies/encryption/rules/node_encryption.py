"""Traffic of the nodes themselves: what `nodeEncryption` encrypts, and what it does not."""

from collections.abc import Sequence

from .framework.rule import Deferred, Outcome, Props, ResourceRule, Settings, Violation
from .framework.subjects import CILIUM_RELEASE
from .framework.values import Unknown, at, shown

PATH = "values.encryption.nodeEncryption"


def host_traffic(props: Props, settings: Settings) -> Sequence[Outcome] | None:
    """Judge the switch against the encryption that it needs, and say what it leaves in clear."""
    encryption = at(props, "values", "encryption")
    switch, enabled, kind = (at(encryption, key) for key in ("nodeEncryption", "enabled", "type"))
    waiting = [each for each in (switch, enabled, kind) if isinstance(each, Unknown)]
    if waiting:
        return [Deferred(each.path) for each in dict.fromkeys(waiting)]
    if switch is not True:
        if settings["required"]:
            return [Violation(f"{PATH} is {shown(switch)}: traffic between nodes is in clear")]
        return [] if encryption is not None else None
    if enabled is not True or kind != "wireguard":
        return [Violation(f"{PATH} is true without WireGuard, which alone reads it")]
    if settings["accepted"]:
        return []
    return [
        Violation(
            f"{PATH} is true: Cilium leaves it off on control planes, and large packets of the "
            "nodes' own programs may vanish, for values.MTU sizes those of pods only"
        )
    ]


NODE_ENCRYPTION = ResourceRule(
    id="node-encryption",
    level="advisory",
    severity="medium",
    prevents="Nobody takes traffic between nodes (kubelet, etcd, host network) for encrypted by "
    "Cilium where it is not: WireGuard covers pods; nodes' own traffic only where it is switched "
    "on, and not on control planes.",
    learned_from=("cilium docs: WireGuard, node-to-node encryption (beta)", "cilium#37919"),
    fix="leave nodeEncryption off (the API, etcd and the kubelet speak TLS), or test with large "
    "do-not-fragment pings between the nodes and set `accepted`",
    tags=("encryption-in-transit", "nist-800-53:SC-8"),
    settings={
        "required": {
            "type": "boolean",
            "default": False,
            "description": "Whether this environment wants the nodes' own traffic encrypted.",
        },
        "accepted": {
            "type": "boolean",
            "default": False,
            "description": "Whether the limits of nodeEncryption are known and accepted.",
        },
    },
    subjects=(CILIUM_RELEASE,),
    check=host_traffic,
)
