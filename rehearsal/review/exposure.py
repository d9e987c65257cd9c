"""Who may come in: firewall rules wide enough to matter, and servers that no firewall protects.
Pure.

Hetzner lets everything in where no firewall is applied; a firewall reaches a server by the server's
own `firewallIds`, by an attachment, or by a label selector.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import Any

from rehearsal.hetzner.core.labels import matches
from rehearsal.review.facts import Resource
from rehearsal.review.landscape import FIREWALL, SERVER, Landscape, Rule, entries, text
from rehearsal.runtime.values import Unknown

ATTACHMENT = "hcloud:index/firewallAttachment:FirewallAttachment"
WIDE = 1 / 256
"""Share of all addresses of a family (an IPv4 /8) from which on an opening is looked at."""
ALMOST_ALL = 0.999
"""What was open already is not counted as new."""
FAMILIES = {32: "IPv4", 128: "IPv6"}
"""Bits of an address -> family."""
HARMLESS = ("icmp",)
"""Protocols that open no port."""
UNKNOWN_ID = "?"
"""Of a server or firewall that is yet to be made."""
PORTS = range(1, 65536)
Network = IPv4Network | IPv6Network


def unprotected(resources: Sequence[Resource], gone: frozenset[str] = frozenset()) -> set[str]:
    """URNs of the servers with a public address and without a firewall.

    `gone` are ids of firewalls that the change deletes. A value that is not known yet counts as a
    firewall, for nobody refuses what nobody knows.
    """
    selectors, attached = _reached(resources, gone)
    return {
        one.urn
        for one in resources
        if one.type == SERVER
        and _public(one.inputs)
        and not any(_there(each, gone) for each in _listed(one.inputs.get("firewallIds")))
        and (one.id or UNKNOWN_ID) not in attached
        and not any(_selects(each, one.inputs.get("labels")) for each in selectors)
    }


def deleted_firewalls(before: Sequence[Resource], after: Sequence[Resource]) -> frozenset[str]:
    """Ids of the firewalls that only the first side has."""
    kept = {one.urn for one in after}
    return frozenset(
        one.id for one in before if one.type == FIREWALL and one.id and one.urn not in kept
    )


def widened(before: Landscape, after: Landscape) -> Iterator[tuple[Rule, str]]:
    """Rules that let in a wide part of the Internet that could not come in before, each with who
    that is.
    """
    seen: set[tuple[str, str, str]] = set()
    for rule in after.rules:
        key = (rule.firewall, rule.protocol, rule.port)
        if key in seen or rule.protocol in HARMLESS:
            continue
        seen.add(key)
        then = _sources(one for one in before.rules if _covers(one, rule))
        now = [*then, *_sources(one for one in after.rules if _covers(one, rule))]
        new = {bits: _count(now, bits) - _count(then, bits) for bits in FAMILIES}
        wide = [_called(new[bits] / 2**bits, name) for bits, name in FAMILIES.items()]
        if any(wide):
            yield rule, " and ".join(one for one in wide if one)


def _called(share: float, family: str) -> str:
    """What to call that part of a family's addresses; nothing for a small one."""
    if share < WIDE:
        return ""
    whole = share > ALMOST_ALL
    return f"the whole {family} Internet" if whole else f"{share:.1%} of the {family} Internet"


def _count(networks: Sequence[Network], bits: int) -> int:
    four = collapse_addresses(one for one in networks if isinstance(one, IPv4Network))
    six = collapse_addresses(one for one in networks if isinstance(one, IPv6Network))
    return sum(one.num_addresses for one in (four if bits == 32 else six))


def _sources(rules: Iterator[Rule]) -> list[Network]:
    found: list[Network] = []
    for rule in rules:
        for source in rule.sources:
            with suppress(ValueError):  # not known yet, or refused by the provider
                found.append(ip_network(source, strict=False))
    return found


def _covers(one: Rule, other: Rule) -> bool:
    """Whether a rule opens at least the ports of another, in the same firewall."""
    mine, theirs = _ports(one.port), _ports(other.port)
    same = (one.firewall, one.protocol) == (other.firewall, other.protocol)
    return same and mine.start <= theirs.start and theirs.stop <= mine.stop


def _ports(port: str) -> range:
    first, _, last = port.partition("-")
    if first.isdigit() and (last or first).isdigit():
        return range(int(first), int(last or first) + 1)
    return PORTS


def _public(inputs: Mapping[str, Any]) -> bool:
    nets = entries(inputs, "publicNets")
    return not nets or any(
        net.get(key, True) is not False for net in nets for key in ("ipv4Enabled", "ipv6Enabled")
    )


def _reached(resources: Sequence[Resource], gone: frozenset[str]) -> tuple[list[Any], set[str]]:
    """Label selectors and server ids that firewalls and attachments name."""
    selectors: list[Any] = []
    attached: set[str] = set()
    for one in resources:
        if one.type == ATTACHMENT and _there(one.inputs.get("firewallId"), gone):
            selectors += _listed(one.inputs.get("labelSelectors"))
            attached |= {_id(each) for each in _listed(one.inputs.get("serverIds"))}
        if one.type == FIREWALL:
            places = entries(one.inputs, "applyTos")
            selectors += [each["labelSelector"] for each in places if each.get("labelSelector")]
            attached |= {_id(each["server"]) for each in places if each.get("server")}
    return selectors, attached


def _selects(selector: Any, labels: Any) -> bool:
    if not isinstance(selector, str) or isinstance(labels, Unknown):
        return True
    plain = labels if isinstance(labels, Mapping) else {}
    try:
        return matches(selector, {key: text(value) for key, value in plain.items()})
    except ValueError:
        return False


def _there(value: Any, gone: frozenset[str]) -> bool:
    return value is not None and _id(value) not in gone


def _id(value: Any) -> str:
    if isinstance(value, Unknown):
        return UNKNOWN_ID
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _listed(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]
