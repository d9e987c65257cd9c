"""Hetzner's side: only what bears the environment's labels, and what uses it."""

from collections.abc import Iterator

import pytest
from hcloud import Client
from hcloud.firewalls.domain import FirewallResource
from hcloud.images import Image
from hcloud.locations import Location
from hcloud.networks.domain import NetworkSubnet
from hcloud.server_types import ServerType

from rehearsal.hetzner import Fault, HetznerSimulator, HetznerState, serve
from sovereign import secrets
from sovereign.recover.model import Held, Kind
from sovereign.recover.project import HetznerProject, Unanswered

LABELS = {"cluster": "dev", "managed-by": "sovereign"}
SEED = "a-seed-for-tests-of-more-than-32-characters"


class Console:
    """An operator at Hetzner's console."""

    def __init__(self, endpoint: str) -> None:
        self.client = Client("t", api_endpoint=endpoint, poll_interval=0.01)

    def everything(self, prefix: str, labels: dict[str, str], ip_range: str) -> None:
        """One object of each kind, the server behind and in all others."""
        client = self.client
        network = client.networks.create(f"{prefix}-net", ip_range, labels=labels)
        subnet = ip_range.replace("0.0/16", "1.0/24")
        network.add_subnet(NetworkSubnet(subnet, "cloud", "eu-central")).wait_until_finished()
        group = client.placement_groups.create(f"{prefix}-group", "spread", labels=labels)
        key = client.ssh_keys.create(
            f"{prefix}-key", secrets.deploy_key(SEED, prefix).public, labels=labels
        )
        server = client.servers.create(
            f"{prefix}-server",
            ServerType(name="cpx32"),
            Image(name="ubuntu-24.04"),
            location=Location(name="nbg1"),
            networks=[network],
            ssh_keys=[key],
            placement_group=group.placement_group,
            labels=labels,
        ).server
        firewall = client.firewalls.create(f"{prefix}-wall", labels=labels).firewall  # type: ignore[arg-type]
        firewall.apply_to_resources([FirewallResource("server", server)])


@pytest.fixture
def simulator() -> HetznerSimulator:
    return HetznerSimulator(HetznerState())


@pytest.fixture
def console(simulator: HetznerSimulator) -> Iterator[Console]:
    with serve(simulator) as endpoint:
        found = Console(endpoint)
        found.everything("dev", LABELS, "10.0.0.0/16")
        found.everything("prod", {**LABELS, "cluster": "prod"}, "10.1.0.0/16")
        found.everything("hand", {"cluster": "dev"}, "10.2.0.0/16")
        yield found


def by_kind(console: Console) -> dict[Kind, Held]:
    found = HetznerProject(console.client, "dev").held()
    assert len(found) == len({one.kind for one in found})
    return {one.kind: one for one in found}


def test_only_what_bears_both_labels_is_seen(console: Console) -> None:
    """Not another environment's, not what a person gave one of the labels."""
    assert {kind: one.name for kind, one in by_kind(console).items()} == {
        Kind.SERVER: "dev-server",
        Kind.NETWORK: "dev-net",
        Kind.SUBNET: "10.0.1.0/24",
        Kind.FIREWALL: "dev-wall",
        Kind.PLACEMENT_GROUP: "dev-group",
        Kind.SSH_KEY: "dev-key",
    }
    assert HetznerProject(console.client, "staging").held() == ()


def test_it_says_who_uses_an_object_since_when_and_what_it_is(console: Console) -> None:
    """A key is used when a server is made, and never again."""
    found = by_kind(console)
    used = {kind for kind, one in found.items() if one.used_by == ("dev-server",)}
    assert used == {Kind.NETWORK, Kind.SUBNET, Kind.FIREWALL, Kind.PLACEMENT_GROUP}
    assert all(one.since for kind, one in found.items() if kind is not Kind.SUBNET)
    assert found[Kind.SUBNET].id == f"{found[Kind.NETWORK].id}-10.0.1.0/24"
    assert found[Kind.SERVER].facts == {
        "serverType": "cpx32",
        "image": "ubuntu-24.04",
        "location": "nbg1",
    }
    assert found[Kind.NETWORK].facts == {"ipRange": "10.0.0.0/16"}


def test_protection_is_seen(console: Console) -> None:
    """Of servers and networks."""
    server = console.client.servers.get_by_name("dev-server")
    assert server is not None
    server.change_protection(delete=True, rebuild=True).wait_until_finished()
    assert by_kind(console)[Kind.SERVER].protected
    assert not by_kind(console)[Kind.NETWORK].protected


def test_deleting_waits_until_the_object_is_gone_and_is_no_error_twice(console: Console) -> None:
    """From the server to what it used."""
    project, found = HetznerProject(console.client, "dev"), by_kind(console)
    for kind in (Kind.SERVER, Kind.NETWORK, Kind.FIREWALL, Kind.PLACEMENT_GROUP, Kind.SSH_KEY):
        assert project.exists(kind, found[kind].id)
        project.delete(found[kind])
        project.delete(found[kind])
        assert not project.exists(kind, found[kind].id)
    assert project.held() == ()
    assert {server.name for server in console.client.servers.get_all()} == {
        "prod-server",
        "hand-server",
    }


def test_a_subnet_exists_as_long_as_its_network_lists_it(console: Console) -> None:
    """It is no object of its own."""
    project, subnet = HetznerProject(console.client, "dev"), by_kind(console)[Kind.SUBNET]
    assert project.exists(Kind.SUBNET, subnet.id)
    assert not project.exists(Kind.SUBNET, subnet.id.replace("10.0.1", "10.0.2"))
    assert not project.exists(Kind.SUBNET, "1-10.0.1.0/24")


def test_an_api_that_says_no_ends_in_one_sentence(
    console: Console, simulator: HetznerSimulator
) -> None:
    """With Hetzner's code."""
    simulator.inject(Fault("GET", "/networks", code="forbidden", message="not for you"))
    with pytest.raises(Unanswered, match=r"refused: not for you \(forbidden\)"):
        HetznerProject(console.client, "dev").held()


def test_an_api_that_is_not_there_ends_in_one_sentence() -> None:
    """Without an address or a token in it."""
    client = Client("t", api_endpoint="http://127.0.0.1:9/v1")
    with pytest.raises(Unanswered, match="did not answer: ConnectionError"):
        HetznerProject(client, "dev").held()
