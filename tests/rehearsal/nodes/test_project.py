"""The simulator's records as the model reads them."""

from rehearsal.hetzner.records import (
    FirewallRuleRecord,
    NetworkAttachment,
    NetworkRecord,
    ServerRecord,
    SubnetRecord,
)
from rehearsal.nodes.network import admits
from rehearsal.nodes.project import PrivateNetwork, SimulatedProject

IN = FirewallRuleRecord(
    direction="in", protocol="tcp", port="any", source_ips=("203.0.113.0/24",), destination_ips=()
)
OUT = FirewallRuleRecord(
    direction="out", protocol="tcp", port="22", source_ips=(), destination_ips=("0.0.0.0/0",)
)


def record(firewalls: tuple[int, ...], rules: tuple[FirewallRuleRecord, ...]) -> ServerRecord:
    """A server with these firewalls."""
    return ServerRecord(
        id=4,
        name="dev-default-1",
        status="running",
        created="2026-11-22T10:00:00Z",
        labels={"role": "worker"},
        server_type="cpx32",
        architecture="x86",
        image="ubuntu-24.04",
        location="nbg1",
        user_data="#cloud-config\n",
        public_keys=("ssh-ed25519 AAAA deploy",),
        public_ipv4="198.51.100.4",
        public_ipv6=None,
        attachments=(
            NetworkAttachment(
                network_id=7,
                ip="10.0.1.20",
                alias_ips=(),
                mac_address="86:00:00:00:00:04",
                after_boot=True,
            ),
        ),
        firewall_ids=firewalls,
        firewall_rules=rules,
        placement_group_id=None,
        boots=1,
    )


class Simulator:
    """A simulator with one server and one network."""

    def __init__(self, server: ServerRecord) -> None:
        self.server = server

    def servers(self) -> tuple[ServerRecord, ...]:
        """The one server."""
        return (self.server,)

    def networks(self) -> tuple[NetworkRecord, ...]:
        """The one network."""
        subnet = SubnetRecord(type="cloud", ip_range="10.0.1.0/24", network_zone="eu-central")
        return (
            NetworkRecord(
                id=7,
                name="dev",
                ip_range="10.0.0.0/16",
                labels={},
                subnets=(subnet,),
                routes=(),
                server_ids=(4,),
                load_balancer_ids=(),
            ),
        )


def test_a_server_is_read_with_its_addresses_keys_and_role() -> None:
    """Everything that the model asks for is in the record."""
    (machine,) = SimulatedProject(Simulator(record((1,), (IN, OUT)))).servers()

    assert (machine.id, machine.name, machine.role, machine.running) == (
        4,
        "dev-default-1",
        "worker",
        True,
    )
    assert machine.addresses == ("198.51.100.4", "10.0.1.20")
    assert machine.ssh_keys == ("ssh-ed25519 AAAA deploy",)


def test_rules_are_inbound_ones_and_none_is_not_the_same_as_no_firewall() -> None:
    """A firewall without rules drops everything, no firewall lets everything in."""
    (ruled,) = SimulatedProject(Simulator(record((1,), (IN, OUT)))).servers()
    (closed,) = SimulatedProject(Simulator(record((1,), ()))).servers()
    (without,) = SimulatedProject(Simulator(record((), ()))).servers()

    assert ruled.rules is not None
    assert [rule.port for rule in ruled.rules] == [None]
    assert admits(ruled, "203.0.113.10", 6443)
    assert not admits(ruled, "192.0.2.1", 22)
    assert (closed.rules, without.rules) == ((), None)


def test_a_network_is_read_with_its_subnets() -> None:
    """As CIDR text."""
    project = SimulatedProject(Simulator(record((), ())))
    assert project.networks() == (PrivateNetwork(7, "dev", "10.0.0.0/16", ("10.0.1.0/24",)),)
