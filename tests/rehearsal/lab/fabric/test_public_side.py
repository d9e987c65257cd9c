"""The public side: firewalls stand before the host and filter nothing else; nothing gets out."""

from functools import partial
from ipaddress import IPv4Address, IPv4Network

import pytest

from rehearsal.lab.fabric import SERVICES, namespaces
from rehearsal.nodes.surroundings import CALLER
from tests.rehearsal.lab.hosts.small_lab import SmallLab, wait_until

ONE, TWO = "10.0.1.2", "10.0.1.3"
SSH, OTHER = 22, 6443
LAB_RANGES = [IPv4Network(r) for r in ("198.51.100.0/24", "192.0.2.0/24", "203.0.113.0/24")]
"""Of documentation (RFC 5737): nobody else has a packet with one of these on this machine."""


@pytest.fixture(scope="module")
def servers(lab: SmallLab) -> tuple[int, int]:
    """Two hosts in one network, on both ports something listens."""
    network = lab.network()
    made = []
    for name, address in (("one", ONE), ("two", TWO)):
        server = lab.server(name, "")
        lab.act(server, "attach_to_network", network=network, ip=address)
        made.append(server)
    lab.hosts.settle()
    for server in made:
        lab.inside(server, "sh", "-c", f"python3 -m http.server {OTHER} >/dev/null 2>&1 &")
        for port in (SSH, OTHER):
            wait_until(partial(answers, lab, server, port))
    return made[0], made[1]


def public(lab: SmallLab, server: int) -> str:
    return str(lab.record(server).public_ipv4)


def answers(lab: SmallLab, server: int, port: int) -> bool:
    return lab.dial(public(lab, server), port) == "connected"


def firewall(lab: SmallLab, server: int, *rules: dict[str, object]) -> int:
    body = {
        "name": f"firewall-{len(lab.simulator.journal)}",
        "rules": list(rules),
        "apply_to": [{"type": "server", "server": {"id": server}}],
    }
    return int(lab.api("POST", "/firewalls", body)["firewall"]["id"])


def admit(port: int, *sources: str) -> dict[str, object]:
    return {"direction": "in", "protocol": "tcp", "port": str(port), "source_ips": list(sources)}


def fetches(lab: SmallLab, server: int, address: str, port: int) -> bool:
    command = ["curl", "-s", "--max-time", "2", "-o", "/dev/null", f"http://{address}:{port}/"]
    return lab.hosts.run_inside(server, command).returncode == 0


def test_a_firewall_closes_the_public_port_and_not_the_private_one(
    lab: SmallLab, servers: tuple[int, int]
) -> None:
    """Only what a rule admits comes in, changes count at once; private ways stay open."""
    one, two = servers
    assert lab.dial(public(lab, two), OTHER) == "connected"
    made = firewall(lab, two, admit(SSH, f"{CALLER}/32"))
    assert lab.dial(public(lab, two), SSH) == "connected"
    assert lab.dial(public(lab, two), OTHER) == "timeout"
    assert fetches(lab, one, TWO, OTHER)
    assert not fetches(lab, one, public(lab, two), OTHER)

    path = f"/firewalls/{made}/actions/set_rules"
    lab.api("POST", path, {"rules": [admit(OTHER, "0.0.0.0/0", "::/0")]})
    assert lab.dial(public(lab, two), SSH) == "timeout"
    assert lab.dial(public(lab, two), OTHER) == "connected"
    assert fetches(lab, one, public(lab, two), OTHER)

    resource = {"type": "server", "server": {"id": two}}
    path = f"/firewalls/{made}/actions/remove_from_resources"
    lab.api("POST", path, {"remove_from": [resource]})
    assert lab.dial(public(lab, two), SSH) == "connected"


def test_a_firewall_without_rules_closes_everything_but_answers(
    lab: SmallLab, servers: tuple[int, int]
) -> None:
    """The host still opens connections itself: outward everything passes until there is a rule."""
    one, _ = servers
    made = firewall(lab, one)
    assert lab.dial(public(lab, one), SSH) == "timeout"
    assert fetches(lab, one, str(SERVICES), 80)
    out = {"direction": "out", "protocol": "icmp", "destination_ips": ["0.0.0.0/0"]}
    lab.api("POST", f"/firewalls/{made}/actions/set_rules", {"rules": [out]})
    assert not fetches(lab, one, str(SERVICES), 80)
    resource = {"type": "server", "server": {"id": one}}
    body = {"remove_from": [resource]}
    lab.api("POST", f"/firewalls/{made}/actions/remove_from_resources", body)


def test_root_on_the_host_cannot_open_the_firewall(lab: SmallLab, servers: tuple[int, int]) -> None:
    """It stands outside."""
    _, two = servers
    made = firewall(lab, two)
    lab.inside(two, "nft", "flush", "ruleset")
    assert lab.dial(public(lab, two), SSH) == "timeout"
    body = {"remove_from": [{"type": "server", "server": {"id": two}}]}
    lab.api("POST", f"/firewalls/{made}/actions/remove_from_resources", body)


def test_a_foreign_source_address_is_dropped(lab: SmallLab, servers: tuple[int, int]) -> None:
    """The public side forwards what the API gave to that port."""
    one, two = servers
    lab.inside(one, "ip", "addr", "add", "198.51.100.250/32", "dev", "eth0")
    command = ["curl", "-s", "--max-time", "1", "--interface", "198.51.100.250"]
    target = public(lab, two)
    with lab.arriving(two) as arrived:
        done = lab.hosts.run_inside(one, [*command, f"http://{target}:{OTHER}/"])
        assert done.returncode != 0
        assert fetches(lab, one, target, OTHER)
    assert arrived.between("198.51.100.250", target) == []
    assert arrived.between(public(lab, one), target) != []


def test_no_packet_leaves(lab: SmallLab, servers: tuple[int, int]) -> None:
    """Hosts try what real ones would; nothing of it is seen outside, and no link leads there."""
    one, two = servers
    tried = ("1.1.1.1", "198.51.100.99", "169.254.169.254", "10.43.0.1", "192.168.1.1")
    with lab.fabric.capture_outside() as outside:
        command = ["curl", "-s", "--parallel", "--max-time", "1"]
        done = lab.hosts.run_inside(one, [*command, *(f"http://{address}/" for address in tried)])
        assert (done.stdout, done.returncode) == ("", 28)
        assert fetches(lab, one, public(lab, two), OTHER)
        assert lab.dial("1.1.1.1", 53) == "timeout"
    assert [frame for frame in outside.frames if of_the_lab(frame.addresses)] == []
    router = links(lab.fabric.router_namespace)
    assert router == {"lo", "op", *(f"w{s}" for s in servers), *private_ports(lab, servers)}
    assert links(lab.fabric.operator_namespace) == {"lo", "uplink"}
    for server in servers:
        assert links(lab.fabric.host_namespace(server)) == {"lo", "eth0", "enp7s0"}


def of_the_lab(addresses: tuple[IPv4Address, IPv4Address] | None) -> bool:
    pairs = addresses or ()
    return any(address in range_ for address in pairs for range_ in LAB_RANGES)


def links(namespace: str) -> set[str]:
    """Every one of them is one end of a pair of which the lab has the other."""
    shown = namespaces.command(["ip", "-netns", namespace, "-brief", "link"])
    return {line.split()[0].partition("@")[0] for line in shown.splitlines()}


def private_ports(lab: SmallLab, servers: tuple[int, int]) -> set[str]:
    network = lab.simulator.networks()[0].id
    return {f"n{network}-{server}" for server in servers}
