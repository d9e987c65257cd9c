"""The router's rules as text: what follows from the project, before any kernel sees it."""

from dataclasses import replace
from typing import Any

import pytest

from rehearsal.hetzner.records import FirewallRuleRecord, NetworkAttachment, ServerRecord
from rehearsal.lab.fabric.ruleset import render

SERVER = ServerRecord(
    id=7,
    name="one",
    status="running",
    created="2026-11-22T10:00:00Z",
    labels={},
    server_type="cx33",
    architecture="x86",
    image="debian-12",
    location="nbg1",
    user_data="",
    public_keys=(),
    public_ipv4="198.51.100.1",
    public_ipv6=None,
    attachments=(),
    firewall_ids=(),
    firewall_rules=(),
    placement_group_id=None,
    boots=1,
)


def rule(direction: str = "in", **change: Any) -> FirewallRuleRecord:
    """TCP to port 22 from anywhere, unless changed."""
    given: dict[str, Any] = {
        "direction": direction,
        "protocol": "tcp",
        "port": "22",
        "source_ips": ("0.0.0.0/0", "::/0") if direction == "in" else (),
        "destination_ips": ("0.0.0.0/0", "::/0") if direction == "out" else (),
    }
    return FirewallRuleRecord(**{**given, **change})


def protected(*rules: FirewallRuleRecord) -> ServerRecord:
    return replace(SERVER, firewall_ids=(1,), firewall_rules=rules)


def chain(rules: str, name: str) -> list[str]:
    """The lines of a chain."""
    _, _, rest = rules.partition(f"chain {name} {{\n")
    return rest.partition("}\n")[0].splitlines()


def test_without_a_firewall_nothing_is_filtered() -> None:
    """Not even mentioned."""
    assert "chain in7" not in render([SERVER])


def test_a_firewall_drops_what_no_rule_admits() -> None:
    """Blocks of IPv6 are left out: the lab has no such addresses."""
    rules = render([protected(rule(), rule(protocol="icmp", port=None))])
    assert chain(rules, "in7") == [
        "ip saddr 0.0.0.0/0 tcp dport 22 accept",
        "ip saddr 0.0.0.0/0 ip protocol 1 accept",
        "drop",
    ]


def test_a_firewall_without_rules_lets_everything_out_and_nothing_in() -> None:
    """Until the first outward rule."""
    rules = render([protected()])
    assert (chain(rules, "in7"), chain(rules, "out7")) == (["drop"], [])
    rules = render([protected(rule("out", port="any"))])
    assert chain(rules, "out7") == ["ip daddr 0.0.0.0/0 ip protocol 6 accept", "drop"]


@pytest.mark.parametrize(("port", "said"), [("80-90", "tcp dport 80-90"), ("22", "tcp dport 22")])
def test_ports_are_single_or_ranges(port: str, said: str) -> None:
    """As the API has them."""
    rules = render([protected(rule(port=port))])
    assert chain(rules, "in7")[0] == f"ip saddr 0.0.0.0/0 {said} accept"


def test_closed_ports_come_before_everything_that_admits() -> None:
    """Whatever the firewalls say, and for answers too."""
    lines = chain(render([protected(rule())], [6443, 22]), "forward")
    assert lines.index('oifname "w*" tcp dport { 22, 6443 } drop') < lines.index(
        "ct state established,related accept"
    )


def test_a_port_may_use_the_addresses_that_the_api_gave_it() -> None:
    """Public, private, alias."""
    attachment = NetworkAttachment(
        network_id=3,
        ip="10.0.1.2",
        alias_ips=("10.0.1.9",),
        mac_address="86:00:00:00:00:01",
        after_boot=True,
    )
    rules = render([replace(SERVER, attachments=(attachment,))])
    pairs = '"w7" . 198.51.100.1, "n3-7" . 10.0.1.2, "n3-7" . 10.0.1.9'
    assert f"elements = {{ {pairs} }}" in rules
    assert 'iifname "n3-*" meta mark set 3' in rules


def test_without_connection_tracking_answers_pass_by_their_flags() -> None:
    """A kernel without it filters nearly as well."""
    rules = render([protected(rule())], stateful=False)
    assert "ct state" not in rules
    assert "notrack" not in rules
    assert "tcp flags & (syn | ack) != syn accept" in chain(rules, "forward")
