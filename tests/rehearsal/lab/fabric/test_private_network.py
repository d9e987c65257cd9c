"""The private network has Hetzner's manners: layer 3 only, allocated addresses only, MTU 1450."""

import pytest

from rehearsal.nodes.surroundings import CALLER
from tests.rehearsal.lab.hosts.small_lab import SmallLab

ONE, TWO, ALIAS = "10.0.1.2", "10.0.1.3", "10.0.1.40"
GATEWAY = "10.0.0.1"
FULL = 1450 - 28
"""Bytes of data in the largest echo request."""


@pytest.fixture(scope="module")
def servers(lab: SmallLab) -> tuple[int, int]:
    """Two bare hosts in one network."""
    network = lab.network()
    made = []
    for name, address in (("one", ONE), ("two", TWO)):
        server = lab.server(name, "")
        lab.act(server, "attach_to_network", network=network, ip=address)
        made.append(server)
    lab.hosts.settle()
    assert lab.hosts.failures() == {}
    return made[0], made[1]


def pings(lab: SmallLab, server: int, address: str, *options: str) -> bool:
    """Whether one echo is answered within a second."""
    command = ["ping", "-c1", "-W1", *options, address]
    return lab.hosts.run_inside(server, command).returncode == 0


def reaches(lab: SmallLab, server: int, address: str, *options: str) -> bool:
    """Whether one of ten echoes is answered: a busy machine may be late for the first."""
    return any(pings(lab, server, address, *options) for _ in range(10))


def test_hosts_hold_one_address_and_reach_each_other_through_the_gateway(
    lab: SmallLab, servers: tuple[int, int]
) -> None:
    """A /32 on the interface, one hop between."""
    held = lab.inside(servers[0], "ip", "-4", "-o", "addr", "show", "dev", "enp7s0")
    assert f" inet {ONE}/32 " in held
    assert f"via {GATEWAY} dev enp7s0" in lab.inside(servers[0], "ip", "route", "get", TWO)
    answer = lab.inside(servers[0], "ping", "-c1", "-W1", TWO)
    assert "ttl=63" in answer


def test_arp_is_answered_for_the_gateway_and_for_nobody_else(
    lab: SmallLab, servers: tuple[int, int]
) -> None:
    """A neighbor's address stands for no hardware: no ARP fail-over, no layer-2 announcement."""
    one, _ = servers
    lab.inside(one, "ip", "route", "add", f"{TWO}/32", "dev", "enp7s0", "scope", "link")
    try:
        assert not pings(lab, one, TWO)
        neighbors = lab.inside(one, "ip", "neighbor", "show", "dev", "enp7s0")
        states = {line.split()[0]: line.split()[-1] for line in neighbors.splitlines()}
        assert states[TWO] in ("FAILED", "INCOMPLETE")
        assert "lladdr" in next(line for line in neighbors.splitlines() if GATEWAY in line)
    finally:
        lab.inside(one, "ip", "route", "del", f"{TWO}/32", "dev", "enp7s0", "scope", "link")


def test_an_address_that_the_api_did_not_give_does_not_answer(
    lab: SmallLab, servers: tuple[int, int]
) -> None:
    """Neither as a destination nor as a source."""
    one, two = servers
    lab.inside(two, "ip", "addr", "add", "10.0.1.77/32", "dev", "enp7s0")
    assert not pings(lab, one, "10.0.1.77")
    with lab.arriving(one) as arrived:
        assert not pings(lab, two, ONE, "-I", "10.0.1.77")
        assert reaches(lab, two, ONE)
    assert arrived.between("10.0.1.77", ONE) == []
    assert arrived.between(TWO, ONE) != []


def test_an_alias_answers_once_the_api_and_the_host_have_it(
    lab: SmallLab, servers: tuple[int, int]
) -> None:
    """And no longer when it is taken away."""
    one, two = servers
    network = lab.simulator.networks()[0].id
    lab.inside(two, "ip", "addr", "add", f"{ALIAS}/32", "dev", "enp7s0")
    lab.act(two, "change_alias_ips", network=network, alias_ips=[ALIAS])
    lab.hosts.settle()
    assert reaches(lab, one, ALIAS)
    lab.act(two, "change_alias_ips", network=network, alias_ips=[])
    lab.hosts.settle()
    assert not pings(lab, one, ALIAS)


def test_a_packet_has_at_most_1450_bytes(lab: SmallLab, servers: tuple[int, int]) -> None:
    """On the interfaces; and where two hosts think otherwise, the network between them does not."""
    for server in servers:
        assert " mtu 1450 " in lab.inside(server, "ip", "link", "show", "dev", "enp7s0")
    assert reaches(lab, servers[0], TWO, "-Mdo", f"-s{FULL}")
    for size in ("1500", "1450"):
        for server in servers:
            lab.inside(server, "ip", "link", "set", "enp7s0", "mtu", size)
        assert not pings(lab, servers[0], TWO, "-Mdo", f"-s{FULL + 1}")


def test_fragments_vanish(lab: SmallLab, servers: tuple[int, int]) -> None:
    """A packet that is too large is not saved by being cut in two."""
    assert not pings(lab, servers[0], TWO, "-Mdont", "-s2000")
    assert reaches(lab, servers[0], TWO, "-Mdont", "-s1000")


def test_a_detached_host_is_out_of_reach_and_can_come_back(
    lab: SmallLab, servers: tuple[int, int]
) -> None:
    """The interface goes while the host runs, and another one comes."""
    one, two = servers
    network = lab.simulator.networks()[0].id
    lab.act(two, "detach_from_network", network=network)
    lab.hosts.settle()
    assert not pings(lab, one, TWO)
    assert lab.hosts.run_inside(two, ["ip", "link", "show", "dev", "enp7s0"]).returncode == 1
    lab.act(two, "attach_to_network", network=network, ip=TWO)
    lab.hosts.settle()
    assert reaches(lab, one, TWO)


def test_two_networks_do_not_reach_each_other(lab: SmallLab, servers: tuple[int, int]) -> None:
    """Though one router carries both, and their hosts have public addresses on it."""
    one, _ = servers
    subnet = {"type": "cloud", "network_zone": "eu-central", "ip_range": "10.9.1.0/24"}
    body = {"name": "other", "ip_range": "10.9.0.0/16", "subnets": [subnet]}
    other = lab.api("POST", "/networks", body)["network"]["id"]
    third = lab.server("three", "", networks=[other])
    lab.hosts.settle()
    address = lab.record(third).attachments[0].ip
    assert reaches(lab, third, "10.9.0.1")
    lab.inside(one, "ip", "route", "add", "10.9.0.0/16", "via", GATEWAY, "dev", "enp7s0")
    assert not pings(lab, one, address)
    lab.inside(one, "ip", "route", "del", "10.9.0.0/16")
    assert not pings(lab, one, address)
    with lab.arriving(third) as arrived:
        assert lab.dial(address, 22) == "timeout"
    assert arrived.between(CALLER, address) == []


def test_a_capture_shows_what_went_between_two_hosts(
    lab: SmallLab, servers: tuple[int, int]
) -> None:
    """Clear text is seen as such, every packet once."""
    one, _ = servers
    with lab.fabric.capture() as capture:
        assert pings(lab, one, TWO, "-p", "5a6b7c8d")
    assert len(capture.between(ONE, TWO)) == 2
    assert capture.holds(bytes.fromhex("5a6b7c8d5a6b7c8d"))
    assert not capture.holds(b"something else")
    assert capture.between(ONE, "10.0.1.99") == []
