"""Load balancers: services, targets, network and the limits of their types."""

import pytest

from tests.rehearsal.hetzner.api import Api


@pytest.fixture
def balancer(api: Api) -> str:
    """The path of a new lb11 in nbg1."""
    body = {"name": "lb", "load_balancer_type": "lb11", "location": "nbg1"}
    return f"/load_balancers/{api.post('/load_balancers', **body)['load_balancer']['id']}"


def _shown(api: Api, balancer: str) -> dict[str, object]:
    shown: dict[str, object] = api.get(balancer)["load_balancer"]
    return shown


def test_a_service_takes_a_port_once_and_lb11_five_of_them(api: Api, balancer: str) -> None:
    """The same port is refused, and the sixth service."""
    path = f"{balancer}/actions/add_service"
    for port in range(6443, 6448):
        api.post(path, protocol="tcp", listen_port=port)
    body = {"protocol": "tcp", "listen_port": 6443}
    assert api.refused("POST", path, **body) == (403, "resource_limit_exceeded")
    api.post(f"{balancer}/actions/delete_service", listen_port=6447)
    assert api.refused("POST", path, **body) == (422, "source_port_already_used")
    gone = {"listen_port": 6447}
    assert api.refused("POST", f"{balancer}/actions/delete_service", **gone) == (404, "not_found")


def test_a_service_has_the_defaults_of_its_protocol(api: Api, balancer: str) -> None:
    """HTTPS listens on 443 and leads to 80 with a TCP check; TCP needs a port."""
    api.post(f"{balancer}/actions/add_service", protocol="https")
    service = api.get(balancer)["load_balancer"]["services"][0]
    assert (service["listen_port"], service["destination_port"]) == (443, 80)
    assert service["health_check"]["protocol"] == "tcp"
    assert service["http"]["cookie_name"] == "HCLBSTICKY"
    path = f"{balancer}/actions/add_service"
    assert api.refused("POST", path, protocol="tcp") == (422, "invalid_input")
    assert api.refused("POST", path, protocol="tcp", listen_port=0) == (422, "invalid_input")


def test_an_update_changes_what_it_names(api: Api, balancer: str) -> None:
    """The rest of the service and of its health check stays."""
    api.post(f"{balancer}/actions/add_service", protocol="tcp", listen_port=6443)
    check = {"protocol": "http", "http": {"path": "/version", "status_codes": ["401"]}}
    path = f"{balancer}/actions/update_service"
    api.post(path, listen_port=6443, proxyprotocol=True, health_check=check)
    service = api.get(balancer)["load_balancer"]["services"][0]
    assert (service["destination_port"], service["proxyprotocol"]) == (6443, True)
    assert service["health_check"]["interval"] == 15
    assert service["health_check"]["http"]["path"] == "/version"
    api.post(path, listen_port=6443, health_check={"protocol": "tcp", "port": 7000})
    service = api.get(balancer)["load_balancer"]["services"][0]
    assert "http" not in service["health_check"]
    assert service["health_check"]["port"] == 7000


def test_private_targets_need_both_sides_in_the_same_network(api: Api, balancer: str) -> None:
    """First the load balancer, then the server."""
    network, server = api.network(subnet="10.0.1.0/24"), api.server()
    target = {"type": "server", "server": {"id": server}, "use_private_ip": True}
    path = f"{balancer}/actions"
    refused = api.refused("POST", f"{path}/add_target", **target)
    assert refused == (422, "load_balancer_not_attached_to_network")
    api.post(f"{path}/attach_to_network", network=network, ip="10.0.1.250")
    refused = api.refused("POST", f"{path}/add_target", **target)
    assert refused == (422, "server_not_attached_to_network")
    api.attach(server, network, "10.0.1.2")
    api.post(f"{path}/add_target", **target)
    assert api.refused("POST", f"{path}/add_target", **target) == (422, "target_already_defined")
    assert api.show("servers", server)["load_balancers"] == [int(balancer.split("/")[-1])]
    again = api.refused("POST", f"{path}/attach_to_network", network=network)
    assert again == (422, "load_balancer_already_attached")
    api.delete(f"/servers/{server}")
    assert _shown(api, balancer)["targets"] == []
    api.post(f"{path}/detach_from_network", network=network)
    refused = api.refused("POST", f"{path}/detach_from_network", network=network)
    assert refused == (404, "not_found")


def test_public_and_foreign_targets_are_checked(api: Api, balancer: str) -> None:
    """A server needs a public IPv4; an address target must not belong to the cloud."""
    path = f"{balancer}/actions/add_target"
    server = api.server("a", public_net={"enable_ipv4": False})
    target = {"type": "server", "server": {"id": server}}
    assert api.refused("POST", path, **target) == (422, "missing_ipv4")
    owner = api.server("b")
    cloud = api.show("servers", owner)["public_net"]["ipv4"]["ip"]
    refused = api.refused("POST", path, type="ip", ip={"ip": cloud})
    assert refused == (422, "cloud_resource_ip_not_allowed")
    api.post(path, type="ip", ip={"ip": "203.0.113.1"})
    assert api.refused("POST", path, type="server") == (422, "invalid_input")
    body = {"type": "ip", "ip": {"ip": "203.0.113.1"}}
    api.post(f"{balancer}/actions/remove_target", **body)
    assert api.refused("POST", f"{balancer}/actions/remove_target", **body) == (404, "not_found")


def test_a_selector_stands_for_the_servers_that_match_now(api: Api, balancer: str) -> None:
    """They come and go with their labels."""
    selector = {"selector": "role=control-plane"}
    api.post(f"{balancer}/actions/add_target", type="label_selector", label_selector=selector)
    server = api.server(labels={"role": "control-plane"})
    target = api.get(balancer)["load_balancer"]["targets"][0]
    assert [entry["server"]["id"] for entry in target["targets"]] == [server]
    api.put(f"/servers/{server}", labels={})
    assert api.get(balancer)["load_balancer"]["targets"][0]["targets"] == []


def test_lb11_has_25_targets_and_a_smaller_type_does_not_fit_more(api: Api, balancer: str) -> None:
    """The 26th is refused; lb21 takes it, and then there is no way back to lb11."""
    path = f"{balancer}/actions"
    for number in range(25):
        api.post(f"{path}/add_target", type="ip", ip={"ip": f"203.0.113.{number}"})
    one_more = {"type": "ip", "ip": {"ip": "203.0.113.99"}}
    refused = api.refused("POST", f"{path}/add_target", **one_more)
    assert refused == (403, "resource_limit_exceeded")
    api.post(f"{path}/change_type", load_balancer_type="lb21")
    api.post(f"{path}/add_target", **one_more)
    refused = api.refused("POST", f"{path}/change_type", load_balancer_type="lb11")
    assert refused == (422, "invalid_load_balancer_type")
    unknown = api.refused("POST", f"{path}/change_type", load_balancer_type="lb99")
    assert unknown == (422, "invalid_input")


def test_the_public_interface_closes_only_with_a_private_one(api: Api, balancer: str) -> None:
    """And only when no target is reached by its public address."""
    path = f"{balancer}/actions"
    refused = api.refused("POST", f"{path}/disable_public_interface")
    assert refused == (422, "load_balancer_not_attached_to_network")
    api.post(f"{path}/attach_to_network", network=api.network(subnet="10.0.1.0/24"))
    api.post(f"{path}/add_target", type="ip", ip={"ip": "203.0.113.1"})
    refused = api.refused("POST", f"{path}/disable_public_interface")
    assert refused == (422, "targets_without_use_private_ip")
    api.post(f"{path}/remove_target", type="ip", ip={"ip": "203.0.113.1"})
    api.post(f"{path}/disable_public_interface")
    assert api.get(balancer)["load_balancer"]["public_net"]["enabled"] is False
    api.post(f"{path}/enable_public_interface")
    assert api.get(balancer)["load_balancer"]["public_net"]["enabled"] is True


def test_a_load_balancer_is_created_whole_or_not_at_all(api: Api) -> None:
    """With services, targets and network; a bad target leaves no load balancer behind."""
    network = api.network(subnet="10.0.1.0/24")
    body = {
        "load_balancer_type": "lb11",
        "network_zone": "eu-central",
        "network": network,
        "services": [{"protocol": "tcp", "listen_port": 6443}],
        "algorithm": {"type": "least_connections"},
    }
    bad = [{"type": "server", "server": {"id": 1}}]
    refused = api.refused("POST", "/load_balancers", name="lb", **body, targets=bad)
    assert refused == (422, "invalid_input")
    assert api.get("/load_balancers")["load_balancers"] == []
    made = api.post("/load_balancers", name="lb", **body)["load_balancer"]
    assert made["private_net"][0]["network"] == network
    assert made["algorithm"]["type"] == "least_connections"
    given = {"name": "x", **body, "public_net": {"ipv4": 1}}
    assert api.refused("POST", "/load_balancers", **given) == (422, "unsupported_error")
    nowhere = {"name": "x", "load_balancer_type": "lb11"}
    assert api.refused("POST", "/load_balancers", **nowhere) == (422, "invalid_input")


def test_a_project_has_at_most_20_load_balancers(api: Api) -> None:
    """The 21st is refused."""
    body = {"load_balancer_type": "lb11", "location": "nbg1"}
    for number in range(20):
        api.post("/load_balancers", name=f"lb{number}", **body)
    refused = api.refused("POST", "/load_balancers", name="last", **body)
    assert refused == (403, "resource_limit_exceeded")
