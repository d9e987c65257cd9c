"""Hetzner's own Python client drives a whole life, from the first key to the empty project."""

from collections.abc import Iterator
from typing import Any

import pytest
from hcloud import APIException, Client
from hcloud.firewalls import FirewallResource, FirewallRule
from hcloud.images import Image
from hcloud.load_balancer_types import LoadBalancerType
from hcloud.load_balancers import LoadBalancerService, LoadBalancerTarget
from hcloud.locations import Location
from hcloud.networks import NetworkRoute, NetworkSubnet
from hcloud.placement_groups import BoundPlacementGroup
from hcloud.server_types import ServerType
from hcloud.servers import ServerCreatePublicNetwork

from rehearsal.hetzner import HetznerSimulator, HetznerState, LatencyProfile, serve
from tests.rehearsal.hetzner.api import PUBLIC_KEY

NUREMBERG = Location(name="nbg1")
BRIEF = LatencyProfile("brief", action_s=0.02)
"""Long enough for the client to see actions run and to poll them."""


@pytest.fixture
def project() -> HetznerSimulator:
    """An empty project on the real clock, which the client's polling needs."""
    return HetznerSimulator(HetznerState(), BRIEF)


@pytest.fixture
def client(project: HetznerSimulator) -> Iterator[Client]:
    """A client of `project` over HTTP."""
    with serve(project) as endpoint:
        made = Client(token="secret", api_endpoint=endpoint, poll_interval=0.01)
        yield made
        made._client._session.close()


def _server(client: Client, name: str, **options: Any) -> Any:
    """A running server; the attributes of the client's objects are too loosely typed to follow."""
    created = client.servers.create(
        name=name,
        server_type=ServerType(name="cpx22"),
        image=Image(name="ubuntu-24.04"),
        location=NUREMBERG,
        **options,
    )
    created.action.wait_until_finished()
    for action in created.next_actions:
        action.wait_until_finished()
    return created.server


def test_a_cluster_comes_up_changes_and_goes(client: Client, project: HetznerSimulator) -> None:
    """Network, firewall, group, key, two servers, load balancer, volume; all of it read back."""
    network: Any = client.networks.create("dev", "10.0.0.0/16", labels={"cluster": "dev"})
    subnet = NetworkSubnet(ip_range="10.0.1.0/24", type="cloud", network_zone="eu-central")
    network.add_subnet(subnet).wait_until_finished()
    route = NetworkRoute(destination="10.42.0.0/24", gateway="10.0.1.2")
    network.add_route(route).wait_until_finished()
    network.delete_route(route).wait_until_finished()
    ssh = FirewallRule(
        direction="in", protocol="tcp", port="22", source_ips=["203.0.113.0/24"], destination_ips=[]
    )
    firewall: Any = client.firewalls.create("dev-workers", rules=[ssh]).firewall
    group = client.placement_groups.create("dev-default-0", type="spread").placement_group
    assert isinstance(group, BoundPlacementGroup)
    key = client.ssh_keys.create("dev-deploy", PUBLIC_KEY)

    first = _server(
        client,
        "dev-control-plane-1",
        ssh_keys=[key],
        placement_group=group,
        firewalls=[firewall],
        user_data="#cloud-config\n",
        labels={"role": "control-plane"},
    )
    first.attach_to_network(network, ip="10.0.1.2").wait_until_finished()
    second = _server(client, "dev-default-1", labels={"role": "worker"})
    second.attach_to_network(network, ip="10.0.1.20").wait_until_finished()

    found: Any = client.servers.get_by_name("dev-control-plane-1")
    assert (found.status, found.private_net[0].ip) == ("running", "10.0.1.2")
    assert found.server_type.name == "cpx22"
    assert found.image.name == "ubuntu-24.04"
    assert found.placement_group.name == "dev-default-0"
    assert found.public_net.firewalls[0].firewall.id == firewall.id
    assert [s.id for s in client.servers.get_all(label_selector="role=worker")] == [second.id]
    attached: Any = client.networks.get_by_id(network.id).servers
    assert len(attached) == 2

    firewall.apply_to_resources([FirewallResource(type="server", server=second)])[
        0
    ].wait_until_finished()
    second.update(labels={"role": "worker", "by": "hand"})
    second.power_off().wait_until_finished()
    second.change_type(ServerType(name="cpx32"), upgrade_disk=True).wait_until_finished()
    second.reload()
    assert (second.status, second.server_type.name) == ("running", "cpx32")
    second.rebuild(Image(name="debian-13")).action.wait_until_finished()

    _balance_and_store(client, network, first)
    _take_down(client)
    assert project.is_empty()


def _balance_and_store(client: Client, network: Any, server: Any) -> None:
    created: Any = client.load_balancers.create(
        "dev-api", LoadBalancerType(name="lb11"), location=NUREMBERG
    )
    created.action.wait_until_finished()
    balancer = created.load_balancer
    balancer.attach_to_network(network, ip="10.0.1.250").wait_until_finished()
    api = LoadBalancerService(protocol="tcp", listen_port=6443, destination_port=6443)
    balancer.add_service(api).wait_until_finished()
    target = LoadBalancerTarget(type="server", server=server, use_private_ip=True)
    balancer.add_target(target).wait_until_finished()
    balancer.reload()
    assert balancer.private_net[0].ip == "10.0.1.250"
    assert balancer.services[0].health_check.protocol == "tcp"
    assert balancer.targets[0].server.id == server.id
    volume: Any = client.volumes.create(10, "dev-data", server=server)
    volume.action.wait_until_finished()
    volume.volume.reload()
    assert volume.volume.server.id == server.id
    volume.volume.detach().wait_until_finished()
    address: Any = client.primary_ips.create(type="ipv4", name="dev-ip", location=NUREMBERG)
    assert address.primary_ip.ip.startswith("198.51.100.")


def _take_down(client: Client) -> None:
    for balancer in client.load_balancers.get_all():
        balancer.delete()
    for volume in client.volumes.get_all():
        volume.delete()
    for server in client.servers.get_all():
        server.delete().wait_until_finished()
    for firewall in client.firewalls.get_all():
        firewall.delete()
    for group in client.placement_groups.get_all():
        group.delete()
    for key in client.ssh_keys.get_all():
        key.delete()
    for address in client.primary_ips.get_all():
        address.delete()
    for network in client.networks.get_all():
        network.delete()


def test_the_client_reads_the_whole_catalogue(client: Client) -> None:
    """Types with their stock per location, images by name and architecture, locations."""
    default = client.server_types.get_by_name("cpx32")
    assert default is not None
    assert default.locations is not None
    assert {place.location.name for place in default.locations if place.available} >= {"nbg1"}
    image = client.images.get_by_name_and_architecture("ubuntu-24.04", "arm")
    assert image is not None
    assert image.architecture == "arm"
    assert {place.name for place in client.locations.get_all()} >= {"nbg1", "hel1"}
    assert [t.name for t in client.load_balancer_types.get_all()] == ["lb11", "lb21", "lb31"]
    assert client.isos.get_all() == []


def test_the_client_understands_refusals(client: Client) -> None:
    """Code, text and details arrive as the client's own exception."""
    client.networks.create("dev", "10.0.0.0/16")
    with pytest.raises(APIException) as refused:
        client.networks.create("dev", "10.0.0.0/16")
    assert refused.value.code == "uniqueness_error"
    with pytest.raises(APIException) as refused:
        client.servers.get_by_id(1)
    assert refused.value.code == "not_found"
    no_network = ServerCreatePublicNetwork(enable_ipv4=False, enable_ipv6=False)
    with pytest.raises(APIException) as refused:
        _server(client, "lonely", public_net=no_network)
    assert refused.value.details["fields"][0]["name"] == "networks"
