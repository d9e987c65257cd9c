"""Firewall rules: 50 per firewall, 100 CIDR blocks per rule, 500 effective rules."""

import re
from ipaddress import ip_network
from typing import Annotated, Literal

from pydantic import StringConstraints

from rehearsal.hetzner.core.bodies import Body
from rehearsal.hetzner.core.errors import invalid_input
from rehearsal.hetzner.model import FirewallRule

RULES_PER_FIREWALL = 50
BLOCKS_PER_RULE = 100
EFFECTIVE_RULES = 500
HIGHEST_PORT = 65535
_PORTS = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")


class RuleBody(Body):
    """One rule; ``port`` only for tcp and udp."""

    direction: Literal["in", "out"]
    protocol: Literal["tcp", "udp", "icmp", "esp", "gre"]
    port: str | None = None
    source_ips: list[str] = []
    destination_ips: list[str] = []
    description: Annotated[str, StringConstraints(max_length=255)] | None = None


def checked_rules(bodies: list[RuleBody]) -> list[FirewallRule]:
    """The rules; ``invalid_input`` with the rule's position for the first that is wrong."""
    if len(bodies) > RULES_PER_FIREWALL:
        raise invalid_input("rules", f"a firewall has at most {RULES_PER_FIREWALL} rules")
    for position, rule in enumerate(bodies):
        _check_port(f"rules.{position}.port", rule)
        _check_blocks(f"rules.{position}", rule)
    if sum(len(rule.source_ips) + len(rule.destination_ips) for rule in bodies) > EFFECTIVE_RULES:
        raise invalid_input("rules", f"are more than {EFFECTIVE_RULES} effective rules")
    return [FirewallRule(**rule.model_dump()) for rule in bodies]


def _check_port(field: str, rule: RuleBody) -> None:
    if rule.protocol not in ("tcp", "udp"):
        if rule.port is not None:
            raise invalid_input(field, f"{rule.protocol} has no ports")
        return
    if rule.port is None:
        raise invalid_input(field, f"is required for {rule.protocol}")
    if rule.port == "any":
        return
    found = _PORTS.fullmatch(rule.port)
    if not found:
        raise invalid_input(field, f"'{rule.port}' is not a port or a range of ports")
    first, last = int(found[1]), int(found[2] or found[1])
    if not 1 <= first <= last <= HIGHEST_PORT:
        raise invalid_input(field, f"'{rule.port}' is not within 1 to {HIGHEST_PORT}")


def _check_blocks(field: str, rule: RuleBody) -> None:
    used, unused = "source_ips", "destination_ips"
    if rule.direction == "out":
        used, unused = unused, used
    blocks: list[str] = getattr(rule, used)
    if not blocks:
        raise invalid_input(f"{field}.{used}", f"is required for direction {rule.direction}")
    if getattr(rule, unused):
        raise invalid_input(f"{field}.{unused}", f"is not allowed for direction {rule.direction}")
    if len(blocks) > BLOCKS_PER_RULE:
        raise invalid_input(f"{field}.{used}", f"has more than {BLOCKS_PER_RULE} CIDR blocks")
    for block in blocks:
        try:
            ip_network(block)
        except ValueError as problem:
            raise invalid_input(f"{field}.{used}", str(problem)) from None
