"""Networks, subnets, routes and the addresses in them."""

import pytest

from tests.rehearsal.hetzner.api import Api


@pytest.fixture
def network(api: Api) -> int:
    """10.0.0.0/16 with the subnet 10.0.1.0/24."""
    return api.network(subnet="10.0.1.0/24")


@pytest.mark.parametrize("ip_range", ["8.8.0.0/16", "10.0.0.0/25", "10.0.0.1/16", "fd00::/64", "x"])
def test_a_network_is_a_private_ipv4_range_of_at_least_slash_24(api: Api, ip_range: str) -> None:
    """A public, small, crooked or IPv6 range is refused."""
    assert api.refused("POST", "/networks", name="n", ip_range=ip_range) == (422, "invalid_input")


def test_a_name_is_used_once_per_project(api: Api, network: int) -> None:
    """The second network of the same name is refused with 409; so is taking a name by update."""
    refused = (409, "uniqueness_error")
    assert api.refused("POST", "/networks", name="dev", ip_range="10.1.0.0/16") == refused
    other = api.network("other", "10.1.0.0/16")
    assert api.refused("PUT", f"/networks/{other}", name="dev") == refused
    assert (
        api.put(f"/networks/{network}", name="dev", labels={"a": "b"})["network"]["name"] == "dev"
    )


@pytest.mark.parametrize(
    ("ip_range", "code"),
    [
        ("10.1.0.0/24", "invalid_input"),
        ("10.0.2.0/31", "invalid_input"),
        ("10.0.0.0/20", "networks_overlap"),
        ("10.0.9.0/24", "networks_overlap"),
    ],
)
def test_a_subnet_lies_in_its_network_apart_from_subnets_and_routes(
    api: Api, network: int, ip_range: str, code: str
) -> None:
    """Outside the network, below /30, over a subnet, over a route destination: refused."""
    api.post(
        f"/networks/{network}/actions/add_route", destination="10.0.9.0/25", gateway="10.0.1.2"
    )
    body = {"type": "cloud", "network_zone": "eu-central", "ip_range": ip_range}
    assert api.refused("POST", f"/networks/{network}/actions/add_subnet", **body) == (422, code)


def test_a_subnet_without_a_range_gets_the_first_free_slash_24(api: Api, network: int) -> None:
    """10.0.0.0/24 first, then 10.0.2.0/24, since 10.0.1.0/24 is taken."""
    for _ in range(2):
        api.post(f"/networks/{network}/actions/add_subnet", type="cloud", network_zone="eu-central")
    ranges = [subnet["ip_range"] for subnet in api.show("networks", network)["subnets"]]
    assert ranges == ["10.0.1.0/24", "10.0.0.0/24", "10.0.2.0/24"]


def test_a_network_has_at_most_50_subnets(api: Api) -> None:
    """The 51st is refused."""
    network = api.network()
    for number in range(50):
        api.subnet(network, f"10.0.{number}.0/24")
    body = {"type": "cloud", "network_zone": "eu-central", "ip_range": "10.0.99.0/24"}
    path = f"/networks/{network}/actions/add_subnet"
    assert api.refused("POST", path, **body) == (403, "resource_limit_exceeded")


def test_a_network_has_at_most_100_routes(api: Api, network: int) -> None:
    """The 101st is refused."""
    path = f"/networks/{network}/actions/add_route"
    for number in range(100):
        api.post(path, destination=f"10.42.{number}.0/24", gateway="10.0.1.2")
    body = {"destination": "10.43.0.0/24", "gateway": "10.0.1.2"}
    assert api.refused("POST", path, **body) == (403, "resource_limit_exceeded")


@pytest.mark.parametrize(
    ("destination", "gateway"),
    [
        ("10.42.0.0/24", "10.0.0.1"),
        ("10.42.0.0/24", "10.9.9.9"),
        ("10.0.1.0/25", "10.0.1.2"),
        ("8.8.8.0/24", "10.0.1.2"),
    ],
)
def test_a_route_leads_over_a_member_to_somewhere_else(
    api: Api, network: int, destination: str, gateway: str
) -> None:
    """Not over the network's own gateway or a stranger, not into a subnet (hccm#214)."""
    path = f"/networks/{network}/actions/add_route"
    body = {"destination": destination, "gateway": gateway}
    assert api.refused("POST", path, **body) == (422, "invalid_input")


def test_a_route_can_be_taken_back(api: Api, network: int) -> None:
    """Deleting it empties the list; deleting it again is refused."""
    body = {"destination": "10.42.0.0/24", "gateway": "10.0.1.2"}
    api.post(f"/networks/{network}/actions/add_route", **body)
    api.post(f"/networks/{network}/actions/delete_route", **body)
    assert api.show("networks", network)["routes"] == []
    path = f"/networks/{network}/actions/delete_route"
    assert api.refused("POST", path, **body) == (422, "invalid_input")


def test_a_range_grows_by_its_mask_only(api: Api, network: int) -> None:
    """10.0.0.0/16 becomes /15, never /17 and never another first address."""
    path = f"/networks/{network}/actions/change_ip_range"
    for refused in ("10.0.0.0/17", "10.1.0.0/15", "10.2.0.0/15"):
        assert api.refused("POST", path, ip_range=refused) == (422, "invalid_input")
    api.post(path, ip_range="10.0.0.0/15")
    assert api.show("networks", network)["ip_range"] == "10.0.0.0/15"
    odd = api.network("odd", "172.17.0.0/16")
    path = f"/networks/{odd}/actions/change_ip_range"
    assert api.refused("POST", path, ip_range="172.16.0.0/15") == (422, "invalid_input")


@pytest.mark.parametrize("ip", ["10.0.1.0", "10.0.1.255", "10.0.2.1", "10.0.0.1"])
def test_reserved_addresses_and_those_outside_the_subnet_are_not_available(
    api: Api, network: int, ip: str
) -> None:
    """Network, broadcast, another subnet's and the network's first address."""
    path = f"/servers/{api.server()}/actions/attach_to_network"
    assert api.refused("POST", path, network=network, ip=ip) == (422, "ip_not_available")


def test_the_first_address_of_a_subnet_is_lost_only_when_it_is_the_whole_network(api: Api) -> None:
    """10.0.1.1 can be had in 10.0.0.0/16; 192.168.7.1 cannot in 192.168.7.0/24."""
    wide = api.network(subnet="10.0.1.0/24")
    api.attach(api.server("a"), wide, "10.0.1.1")
    narrow = api.network("narrow", "192.168.7.0/24", "192.168.7.0/24")
    path = f"/servers/{api.server('b')}/actions/attach_to_network"
    refused = api.refused("POST", path, network=narrow, ip="192.168.7.1")
    assert refused == (422, "ip_not_available")


def test_the_metadata_gateway_is_reserved(api: Api) -> None:
    """172.31.1.1 is nobody's address."""
    network = api.network("old", "172.31.0.0/16", "172.31.1.0/24")
    path = f"/servers/{api.server()}/actions/attach_to_network"
    assert api.refused("POST", path, network=network, ip="172.31.1.1")[1] == "ip_not_available"


def test_a_pinned_address_is_given_once(api: Api, network: int) -> None:
    """The second server that asks for it is refused, also when it is an alias or a balancer's."""
    api.attach(api.server("a"), network, "10.0.1.2", alias_ips=["10.0.1.9"])
    balancer = api.post("/load_balancers", name="lb", load_balancer_type="lb11", location="nbg1")
    lb_path = f"/load_balancers/{balancer['load_balancer']['id']}/actions/attach_to_network"
    api.post(lb_path, network=network, ip="10.0.1.250")
    path = f"/servers/{api.server('b')}/actions/attach_to_network"
    for ip in ("10.0.1.2", "10.0.1.9", "10.0.1.250"):
        assert api.refused("POST", path, network=network, ip=ip) == (422, "ip_not_available")


def test_without_a_subnet_in_the_servers_zone_nothing_can_be_attached(api: Api) -> None:
    """No subnet at all, and a subnet in another zone."""
    network = api.network()
    path = f"/servers/{api.server()}/actions/attach_to_network"
    assert api.refused("POST", path, network=network) == (422, "no_subnet_available")
    api.subnet(network, "10.0.5.0/24", "us-east")
    refused = api.refused("POST", path, network=network, ip="10.0.5.2")
    assert refused == (422, "no_subnet_available")


def test_a_full_subnet_has_no_address_left(api: Api) -> None:
    """A /30 has two addresses, and the API says so for the third server."""
    network = api.network(subnet="10.0.1.0/30")
    for name in ("a", "b"):
        server = api.server(name)
        api.post(f"/servers/{server}/actions/attach_to_network", network=network)
    path = f"/servers/{api.server('c')}/actions/attach_to_network"
    assert api.refused("POST", path, network=network) == (422, "no_subnet_available")


def test_without_an_address_the_last_subnet_gives_its_first_free_one(api: Api) -> None:
    """Which is why the program pins addresses and names the subnet."""
    network = api.network(subnet="10.0.1.0/24")
    api.subnet(network, "10.0.2.0/24")
    server, other = api.server("a"), api.server("b")
    api.post(f"/servers/{server}/actions/attach_to_network", network=network)
    path = f"/servers/{other}/actions/attach_to_network"
    api.post(path, network=network, ip_range="10.0.1.0/24")
    assert api.show("servers", server)["private_net"][0]["ip"] == "10.0.2.1"
    assert api.show("servers", other)["private_net"][0]["ip"] == "10.0.1.1"


def test_a_network_takes_100_servers_and_load_balancers(api: Api, network: int) -> None:
    """99 servers and one load balancer fill it; neither one more server nor balancer fits."""
    for number in range(99):
        server = api.server(f"s{number}")
        api.post(f"/servers/{server}/actions/attach_to_network", network=network)
    balancer = {"load_balancer_type": "lb11", "location": "nbg1", "network": network}
    api.post("/load_balancers", name="lb", **balancer)
    path = f"/servers/{api.server('last')}/actions/attach_to_network"
    refused = (403, "resource_limit_exceeded")
    assert api.refused("POST", path, network=network) == refused
    assert api.refused("POST", "/load_balancers", name="lb2", **balancer) == refused
    assert "100" in api.message("POST", path, network=network)


def test_deleting_a_network_detaches_what_is_in_it(api: Api, network: int) -> None:
    """The server stays, without its private interface."""
    server = api.server()
    api.attach(server, network, "10.0.1.2")
    api.delete(f"/networks/{network}")
    assert api.show("servers", server)["private_net"] == []


def test_a_subnet_with_attached_resources_cannot_be_deleted(api: Api, network: int) -> None:
    """The provider knows this refusal by its code and text (TF resource_subnet.go)."""
    server = api.server()
    api.attach(server, network, "10.0.1.2")
    path = f"/networks/{network}/actions/delete_subnet"
    assert api.refused("POST", path, ip_range="10.0.1.0/24")[1] == "service_error"
    assert "network has attached resources" in api.message("POST", path, ip_range="10.0.1.0/24")
    api.post(f"/servers/{server}/actions/detach_from_network", network=network)
    api.post(path, ip_range="10.0.1.0/24")
    assert api.show("networks", network)["subnets"] == []


def test_a_network_lists_its_members(api: Api, network: int) -> None:
    """Servers and load balancers, each with its addresses and subnet."""
    server = api.server()
    api.attach(server, network, "10.0.1.2", alias_ips=["10.0.1.9"])
    body = {"load_balancer_type": "lb11", "location": "nbg1", "network": network}
    balancer = api.post("/load_balancers", name="lb", **body)["load_balancer"]["id"]
    members = api.get(f"/networks/{network}/members")["members"]
    shared = {"subnet": "10.0.1.0/24", "status": "ok"}
    assert members == [
        {"type": "server", "id": server, "ip": "10.0.1.2", "alias_ips": ["10.0.1.9"], **shared},
        {"type": "load_balancer", "id": balancer, "ip": "10.0.1.1", "alias_ips": [], **shared},
    ]


def test_a_protected_network_is_not_deleted(api: Api, network: int) -> None:
    """Until the protection is lifted."""
    path = f"/networks/{network}"
    api.post(f"{path}/actions/change_protection", delete=True)
    assert api.refused("DELETE", path) == (423, "protected")
    api.post(f"{path}/actions/change_protection", delete=False)
    api.delete(path)
