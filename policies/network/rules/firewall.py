"""Ports that must never be open to the world, however the opening is spelled."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

from .framework.rule import Deferred, Outcome, Props, ResourceRule, Settings, Violation
from .framework.subjects import FIREWALL
from .framework.values import Unknown, at, entries, shown, text

PROTOCOLS = ("tcp", "udp")
ALL_PORTS = (1, 65535)
GLOBAL_IPV6 = IPv6Network("2000::/3")
GUARDED = ["22", "2375-2376", "2379-2380", "2381-2382", "4240", "4244", "4245", "5001", "6443"]
GUARDED += ["6444", "8472", "9345", "9878-9879", "9890-9893", "9962-9965", "10248-10249", "10250"]
GUARDED += ["10256-10259", "30000-32767", "51820-51821", "51871"]
"""SSH, Docker, and what k3s and Cilium listen on (their pages of ports)."""
WORLD = 1 / 256
"""A /8 of IPv4: nobody's office has sixteen million addresses."""


@dataclass(frozen=True)
class Opening:
    """One inbound rule: its place, protocol, first and last port, sources."""

    index: int
    protocol: str
    first: int
    last: int
    sources: tuple[IPv4Network | IPv6Network, ...]


def world_open(props: Props, settings: Settings) -> Sequence[Outcome]:
    """Judge the union of all rules of one firewall, per port and address family."""
    rules = at(props, "rules")
    if isinstance(rules, Unknown):
        return [Deferred(rules.path)]
    outcomes: list[Outcome] = []
    openings: list[Opening] = []
    for index, rule in enumerate(entries(rules)):
        unknown, unreadable, opening = _opening(index, rule)
        outcomes += [Deferred(each.path) for each in unknown]
        outcomes += [Violation(each) for each in unreadable]
        openings += [opening] if opening else []
    exposed: dict[tuple[str, tuple[int, ...]], list[str]] = defaultdict(list)
    share = float(str(settings["openShare"]))
    for guarded in entries(settings["ports"]):
        for protocol in PROTOCOLS:
            for family, rules_open in _exposed(_ports(guarded), protocol, openings, share):
                exposed[family, rules_open].append(f"{text(guarded)}/{protocol}")
    for (family, rules_open), ports in exposed.items():
        where = ", ".join(f"rules[{index}]" for index in rules_open)
        outcomes.append(Violation(f"{', '.join(ports)} open to the {family} world by {where}"))
    return outcomes


def _opening(index: int, rule: object) -> tuple[list[Unknown], list[str], Opening | None]:
    """Return what is unknown, what cannot be read, and the opening made of the rest."""
    if isinstance(rule, Unknown):
        return [rule], [], None
    facts = [at(rule, key) for key in ("direction", "protocol", "port")]
    unknown = [each for each in facts if isinstance(each, Unknown)]
    if unknown:
        return unknown, [], None
    direction, protocol, port = (text(each).lower() for each in facts)
    if direction == "out" or protocol not in PROTOCOLS:
        return [], [], None
    listed = at(rule, "sourceIps")
    given = [listed] if isinstance(listed, Unknown) else entries(listed)
    unknown = [each for each in given if isinstance(each, Unknown)]
    unreadable: list[str] = []
    sources: list[IPv4Network | IPv6Network] = []
    for source in given:
        try:
            sources += (
                [] if isinstance(source, Unknown) else [ip_network(text(source), strict=False)]
            )
        except ValueError:
            unreadable.append(
                f"rules[{index}].sourceIps holds {shown(source)}, which is no CIDR block"
            )
    try:
        first, last = _ports(facts[2] if port not in ("", "any") else None)
    except ValueError:
        return unknown, [*unreadable, f"rules[{index}].port {shown(facts[2])} is no port"], None
    return unknown, unreadable, Opening(index, protocol, first, last, tuple(sources))


def _ports(given: object) -> tuple[int, int]:
    """Return first and last port of `80`, `80-85`; none given means all."""
    if given is None:
        return ALL_PORTS
    first, _, last = str(given).partition("-")
    return int(first), int(last or first)


def _exposed(
    guarded: tuple[int, int], protocol: str, openings: Sequence[Opening], share: float
) -> list[tuple[str, tuple[int, ...]]]:
    """Return each address family with the rules that together open a guarded port to the world."""
    low, high = guarded
    reaching = [
        each
        for each in openings
        if each.protocol == protocol and each.first <= high and each.last >= low
    ]
    starts = {low, *(each.first for each in reaching)}  # between two starts, rules only end
    found: dict[tuple[str, tuple[int, ...]], None] = {}
    for port in sorted(start for start in starts if low <= start <= high):
        here = [each for each in reaching if each.first <= port <= each.last]
        sources = [source for each in here for source in each.sources]
        for family, version, covered in (("IPv4", 4, _ipv4_share), ("IPv6", 6, _ipv6_share)):
            if covered(sources) >= share:
                blame = (
                    each.index for each in here if any(s.version == version for s in each.sources)
                )
                found[family, tuple(blame)] = None
    return list(found)


def _ipv4_share(sources: Sequence[IPv4Network | IPv6Network]) -> float:
    blocks = collapse_addresses(each for each in sources if isinstance(each, IPv4Network))
    return float(sum(each.num_addresses for each in blocks)) / 2**32


def _ipv6_share(sources: Sequence[IPv4Network | IPv6Network]) -> float:
    """Of the addresses in use on the Internet, 2000::/3."""
    blocks = collapse_addresses(
        GLOBAL_IPV6 if GLOBAL_IPV6.subnet_of(each) else each
        for each in sources
        if isinstance(each, IPv6Network) and each.overlaps(GLOBAL_IPV6)
    )
    return float(sum(each.num_addresses for each in blocks)) / GLOBAL_IPV6.num_addresses


WORLD_OPEN_PORTS = ResourceRule(
    id="world-open-ports",
    level="mandatory",
    severity="critical",
    prevents="SSH, the Kubernetes API, etcd, the kubelet, node ports and Cilium's own ports are "
    "never open to the world or a large part of it; port ranges and missing ports are counted in.",
    learned_from=(
        "KH#436",
        "KH#1707",
        "KH#1659",
        "ksail#4363",
        "Hetzner API: firewall rules",
        "k3s docs: ports",
        "cilium docs: firewall rules",
    ),
    fix="name the operators' own addresses in sourceIps (`pulumi config set --path "
    "'sovereign:operatorCidrs[0]' 203.0.113.7/32`), or drop the rule: no rule means closed",
    tags=("exposure", "firewall", "nist-800-53:SC-7"),
    settings={
        "ports": {
            "type": "array",
            "items": {"type": "string", "pattern": "^[0-9]+(-[0-9]+)?$"},
            "default": GUARDED,
            "description": "Guarded ports and ranges, for tcp and udp.",
        },
        "openShare": {
            "type": "number",
            "minimum": 0.000001,
            "maximum": 1,
            "default": WORLD,
            "description": "From which part of the address space on a set of sources is the world.",
        },
    },
    subjects=(FIREWALL,),
    check=world_open,
)
