"""Pod traffic between nodes is encrypted, and its packets fit through the private network."""

import re
from collections.abc import Sequence

from .framework.cilium_config import CILIUM_CONFIG, chart_values
from .framework.rule import Deferred, Outcome, Props, ResourceRule, Settings, Violation, require
from .framework.subjects import CILIUM
from .framework.values import Unknown, at, entries, shown, text

TUNNEL_BYTES = 50
WIREGUARD_BYTES = 95
OVERHEAD = {"wireguard": WIREGUARD_BYTES, "ipsec": 77}
FLOOR = (1, 19, 5)


def encrypted(props: Props, settings: Settings) -> Sequence[Outcome]:
    """Judge switch and spelling: the chart takes any text as type, a typo encrypts nothing."""
    props = chart_values(props)
    switch = require(props, "values.encryption.enabled", True)
    return [*switch, *require(props, "values.encryption.type", *entries(settings["types"]))]


def packets_fit(props: Props, settings: Settings) -> Sequence[Outcome]:
    """Judge the chart's MTU, the private interface's: Cilium subtracts the overheads itself."""
    version, values = at(props, "version"), at(chart_values(props), "values")
    mtu, enabled = at(values, "MTU"), at(values, "encryption", "enabled")
    kind, routing = at(values, "encryption", "type"), at(values, "routingMode")
    read = (version, mtu, enabled, kind, routing)
    waiting = dict.fromkeys(each for each in read if isinstance(each, Unknown))
    outcomes: list[Outcome] = [Deferred(each.path) for each in waiting]
    encryption = OVERHEAD.get(text(kind), 0) if enabled is True else 0
    tunnel = 0 if routing == "native" else TUNNEL_BYTES
    numbers = tuple(int(part) for part in re.findall(r"\d+", text(version))[:3])
    if encryption == WIREGUARD_BYTES and numbers and numbers < FLOOR:
        outcomes.append(
            Violation(
                f"Cilium {text(version)} counts 80 bytes for WireGuard, not {WIREGUARD_BYTES}"
            )
        )
    limit = int(str(settings["privateMtu"]))
    if mtu in (None, 0):
        outcomes.append(
            Violation(f"values.MTU is {shown(mtu)}: Cilium may take 1500, the public interface's")
        )
    elif isinstance(mtu, int) and mtu > limit:
        have, room = mtu - tunnel - encryption, limit - tunnel - encryption
        sums = f"pods would send {mtu} - {tunnel} - {encryption} = {have}, {limit} leaves {room}"
        outcomes.append(Violation(f"values.MTU is {mtu} on a private network of {limit}: {sums}"))
    elif not isinstance(mtu, int | Unknown):
        outcomes.append(Violation(f"values.MTU is {shown(mtu)}, no number"))
    return outcomes


WIREGUARD_ON = ResourceRule(
    id="wireguard-on",
    level="mandatory",
    severity="critical",
    prevents="Pod traffic between nodes is encrypted: Hetzner's private network is isolated, not "
    "encrypted, and a misspelt type renders no encryption without an error.",
    learned_from=(
        "Hetzner docs: Networks",
        "cilium 1.20.2 chart: encryption.type is a free string",
    ),
    fix="set the chart values encryption.enabled: true and encryption.type: wireguard",
    tags=("encryption-in-transit", "nist-800-53:SC-8"),
    settings={
        "types": {
            "type": "array",
            "items": {"type": "string"},
            "minItems": 1,
            "default": ["wireguard"],
            "description": "Accepted values of encryption.type.",
        }
    },
    subjects=(CILIUM, CILIUM_CONFIG),
    check=encrypted,
)

WIREGUARD_MTU = ResourceRule(
    id="wireguard-mtu",
    level="mandatory",
    severity="high",
    prevents="Large packets do not vanish: the private interface carries 1450 bytes, WireGuard "
    "takes 95 of them (IPsec 77) and a tunnel 50.",
    learned_from=("KH#2286", "H8#450", "cilium#37919", "cilium PR#45940"),
    fix="set the chart value MTU: 1450 and use Cilium 1.19.5 or newer",
    tags=("encryption-in-transit", "availability", "nist-800-53:SC-8"),
    settings={
        "privateMtu": {
            "type": "integer",
            "minimum": 1280,
            "default": 1450,
            "description": "Bytes that the private interface carries (1400 behind a vSwitch).",
        }
    },
    subjects=(CILIUM, CILIUM_CONFIG),
    check=packets_fit,
)
