"""Who reaches whom: private networks are not filtered, public addresses are, loopback stays at
home."""

from dataclasses import replace

import pytest

from rehearsal.nodes.dialing import Listener
from rehearsal.nodes.network import Topology, admits, dial, dial_public
from rehearsal.nodes.project import Attachment, Machine, Rule
from rehearsal.nodes.surroundings import CALLER, Surroundings

CLOSED: tuple[Rule, ...] = ()


def machine(number: int, *, rules: tuple[Rule, ...] | None = CLOSED, network: int = 7) -> Machine:
    """Server `number` at 10.0.1.<number> and 198.51.100.<number>."""
    return Machine(
        id=number,
        name=f"server-{number}",
        user_data="",
        public_ipv4=f"198.51.100.{number}",
        status="running",
        attachments=(Attachment(network, f"10.0.1.{number}"),),
        rules=rules,
        ssh_keys=(),
        image="ubuntu-24.04",
        server_type="cpx32",
    )


def topology(*machines: Machine, around: Surroundings = Surroundings()) -> Topology:  # noqa: B008 - frozen
    """Every machine listens to all on 6443 and on its loopback on 6444."""
    sockets = frozenset({Listener("0.0.0.0", 6443), Listener("127.0.0.1", 6444)})
    return Topology(machines, lambda _: sockets, around)


@pytest.mark.parametrize(
    ("host", "port", "answer"),
    [
        ("10.0.1.2", 6443, None),
        ("10.0.1.2", 6444, "dial tcp 10.0.1.2:6444: connect: connection refused"),
        ("127.0.0.1", 6444, None),
        ("127.0.0.1", 6443, None),
        ("localhost", 6444, None),
        ("127.0.0.1", 22, "dial tcp 127.0.0.1:22: connect: connection refused"),
        ("10.0.1.1", 6443, None),
        ("10.0.1.3", 6443, "dial tcp 10.0.1.3:6443: i/o timeout"),
        ("10.0.1.9", 6443, "dial tcp 10.0.1.9:6443: i/o timeout"),
        ("198.51.100.2", 6443, "dial tcp 198.51.100.2:6443: i/o timeout"),
        ("api.dev", 6443, "dial tcp: lookup api.dev: no such host"),
    ],
)
def test_a_server_dials(host: str, port: int, answer: str | None) -> None:
    """Its peer, itself, a server of another network, an address that nobody has, a closed public
    one."""
    source, peer, elsewhere = machine(1), machine(2), machine(3, network=8)
    assert dial(topology(source, peer, elsewhere), source, host, port) == answer


def test_a_peer_that_is_off_does_not_answer() -> None:
    """Not even with a refusal."""
    source, peer = machine(1), replace(machine(2), status="off")
    assert dial(topology(source, peer), source, "10.0.1.2", 6443) is not None
    assert "i/o timeout" in str(dial(topology(source, peer), source, "10.0.1.2", 6443))


@pytest.mark.parametrize(
    ("rules", "reached"),
    [
        (None, True),
        ((), False),
        ((Rule("tcp", "6443", ("203.0.113.0/24",)),), True),
        ((Rule("tcp", "6000-7000", ("203.0.113.0/24",)),), True),
        ((Rule("tcp", None, ("203.0.113.0/24",)),), True),
        ((Rule("tcp", "6443", ("0.0.0.0/1", "128.0.0.0/1")),), True),
        ((Rule("tcp", "6443", ("::/0",)),), False),
        ((Rule("tcp", "6442", ("203.0.113.0/24",)),), False),
        ((Rule("udp", "6443", ("203.0.113.0/24",)),), False),
        ((Rule("tcp", "6443", ("192.0.2.0/24",)),), False),
    ],
)
def test_a_firewall_lets_in_what_one_of_its_rules_covers(
    rules: tuple[Rule, ...] | None, reached: bool
) -> None:
    """Without a firewall everything; with one, protocol, port and source must fit."""
    target = machine(1, rules=rules)
    assert admits(target, CALLER, 6443) == reached
    answer = dial_public(topology(target), CALLER, "198.51.100.1", 6443)
    assert (answer is None) == reached


def test_a_port_closed_by_the_surroundings_is_closed_on_the_public_side_only() -> None:
    """As the break does it: private traffic passes no firewall."""
    around = Surroundings(closed_ports=frozenset({6443}))
    open_to_all = machine(1, rules=None)
    net = topology(open_to_all, machine(2), around=around)

    assert dial_public(net, CALLER, "198.51.100.1", 6443) is not None
    assert dial(net, machine(2), "10.0.1.1", 6443) is None
