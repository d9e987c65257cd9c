"""Firewalls: their rules, what they are applied to, and what they let in."""

from typing import Any

import pytest

from rehearsal.hetzner import HetznerSimulator
from tests.rehearsal.hetzner.api import Api, rule, server_body


@pytest.mark.parametrize(
    "wrong",
    [
        {"port": None},
        {"port": "0"},
        {"port": "70000"},
        {"port": "90-80"},
        {"port": "ssh"},
        {"protocol": "icmp"},
        {"protocol": "sctp"},
        {"direction": "up"},
        {"source_ips": []},
        {"source_ips": ["10.0.0.1/8"]},
        {"source_ips": ["everywhere"]},
        {"destination_ips": ["10.0.0.0/8"]},
        {"direction": "out"},
        {"source_ips": [f"10.0.{n}.0/24" for n in range(101)]},
        {"description": "x" * 256},
    ],
)
def test_a_crooked_rule_is_refused(api: Api, wrong: dict[str, Any]) -> None:
    """Ports only where there are ports, CIDR blocks without host bits, the right direction."""
    refused = api.refused("POST", "/firewalls", name="f", rules=[rule(**wrong)])
    assert refused == (422, "invalid_input")


def test_a_firewall_has_at_most_50_rules_and_500_effective_ones(api: Api) -> None:
    """51 rules are too many, and so are six rules with 100 blocks each."""
    firewall = api.post("/firewalls", name="f", rules=[rule()] * 50)["firewall"]["id"]
    path = f"/firewalls/{firewall}/actions/set_rules"
    assert api.refused("POST", path, rules=[rule()] * 51) == (422, "invalid_input")
    wide = rule(source_ips=[f"10.0.{n}.0/24" for n in range(100)])
    api.post(path, rules=[wide] * 5)
    assert api.refused("POST", path, rules=[wide] * 6) == (422, "invalid_input")


def test_a_project_has_at_most_50_firewalls(api: Api) -> None:
    """The 51st is refused."""
    for number in range(50):
        api.post("/firewalls", name=f"f{number}")
    assert api.refused("POST", "/firewalls", name="last") == (403, "resource_limit_exceeded")


def test_a_server_has_at_most_five_firewalls(api: Api) -> None:
    """At creation and afterwards, label selectors included."""
    firewalls = [api.post("/firewalls", name=f"f{n}")["firewall"]["id"] for n in range(6)]
    listed = [{"firewall": id_} for id_ in firewalls]
    assert api.refused("POST", "/servers", **server_body(firewalls=listed))[1] == "invalid_input"
    server = api.server(firewalls=listed[:5])
    to_server = [{"type": "server", "server": {"id": server}}]
    path = f"/firewalls/{firewalls[5]}/actions/apply_to_resources"
    assert api.refused("POST", path, apply_to=to_server) == (422, "invalid_input")


def test_a_firewall_in_use_is_not_deleted(api: Api) -> None:
    """Applied to a server or to a selector; free after it was removed from both."""
    firewall = api.post("/firewalls", name="f")["firewall"]["id"]
    server = api.server()
    resources = [
        {"type": "server", "server": {"id": server}},
        {"type": "label_selector", "label_selector": {"selector": "role=worker"}},
    ]
    path = f"/firewalls/{firewall}"
    for resource in resources:
        api.post(f"{path}/actions/apply_to_resources", apply_to=[resource])
        assert api.refused("DELETE", path) == (422, "resource_in_use")
        again = api.refused("POST", f"{path}/actions/apply_to_resources", apply_to=[resource])
        assert again == (422, "firewall_already_applied")
        api.post(f"{path}/actions/remove_from_resources", remove_from=[resource])
    api.delete(path)


def test_a_selector_applies_a_firewall_to_present_and_future_servers(api: Api) -> None:
    """By their labels; such a server cannot be taken out by hand."""
    api.server("before", labels={"role": "worker"})
    to_workers = [{"type": "label_selector", "label_selector": {"selector": "role=worker"}}]
    firewall = api.post("/firewalls", name="f", apply_to=to_workers)["firewall"]["id"]
    after = api.server("after", labels={"role": "worker"})
    other = api.server("other")
    assert api.show("servers", after)["public_net"]["firewalls"] == [
        {"id": firewall, "status": "applied"}
    ]
    assert api.show("servers", other)["public_net"]["firewalls"] == []
    applied = api.show("firewalls", firewall)["applied_to"][0]["applied_to_resources"]
    assert len(applied) == 2
    path = f"/firewalls/{firewall}/actions/remove_from_resources"
    by_hand = [{"type": "server", "server": {"id": after}}]
    refused = api.refused("POST", path, remove_from=by_hand)
    assert refused == (422, "firewall_managed_by_label_selector")
    api.put(f"/servers/{after}", labels={})
    assert api.show("servers", after)["public_net"]["firewalls"] == []


def test_a_firewall_needs_a_server_with_a_public_interface(api: Api) -> None:
    """Refused at creation and afterwards; an unknown or repeated server is refused too."""
    firewall = api.post("/firewalls", name="f")["firewall"]["id"]
    closed: dict[str, Any] = {"public_net": {"enable_ipv4": False, "enable_ipv6": False}}
    closed["start_after_create"] = False
    with_firewall = server_body("b", firewalls=[{"firewall": firewall}], **closed)
    assert api.refused("POST", "/servers", **with_firewall) == (422, "private_net_only_server")
    path = f"/firewalls/{firewall}/actions/apply_to_resources"
    to_closed = [{"type": "server", "server": {"id": api.server("a", **closed)}}]
    assert api.refused("POST", path, apply_to=to_closed) == (422, "private_net_only_server")
    to_nobody = [{"type": "server", "server": {"id": 1}}]
    assert api.refused("POST", path, apply_to=to_nobody) == (404, "firewall_resource_not_found")
    twice = [{"type": "server", "server": {"id": api.server("c")}}] * 2
    assert api.refused("POST", path, apply_to=twice) == (422, "server_already_added")
    nothing = [{"type": "server"}]
    assert api.refused("POST", path, apply_to=nothing) == (422, "invalid_input")


def test_without_a_firewall_everything_is_let_in_and_with_one_only_what_a_rule_allows(
    api: Api, simulator: HetznerSimulator
) -> None:
    """Inbound default is drop once a firewall is applied; an empty one closes all."""
    api.server("open")
    firewall = api.post("/firewalls", name="f")["firewall"]["id"]
    api.server("closed", firewalls=[{"firewall": firewall}])
    opened, closed = simulator.servers()
    assert opened.admits("203.0.113.10", 6443)
    assert not closed.admits("203.0.113.10", 6443)
    rules = [
        rule(port="6443", source_ips=["203.0.113.0/24"]),
        rule(port="80-85"),
        rule(port="any", protocol="udp", source_ips=["2001:db8::/32"]),
        rule(port=None, protocol="icmp"),
        rule(direction="out", source_ips=[], destination_ips=["0.0.0.0/0"], port="443"),
    ]
    api.post(f"/firewalls/{firewall}/actions/set_rules", rules=rules)
    closed = simulator.servers()[1]
    assert closed.admits("203.0.113.10", 6443)
    assert not closed.admits("198.51.100.10", 6443)
    assert closed.admits("8.8.8.8", 85)
    assert not closed.admits("8.8.8.8", 86)
    assert closed.admits("2001:db8::1", 51871, "udp")
    assert not closed.admits("8.8.8.8", 51871, "udp")
    assert closed.admits("8.8.8.8", protocol="icmp")
    assert not closed.admits("8.8.8.8", 443)
