"""Servers: what is refused at creation, what power and type changes need."""

from typing import Any

import pytest

from rehearsal.hetzner import HetznerSimulator
from tests.rehearsal.hetzner.api import PUBLIC_KEY, Api, server_body


def test_a_server_shows_what_was_asked_for(api: Api) -> None:
    """Name, type, location and labels, an image by name, two addresses, running."""
    created = api.post("/servers", **server_body("a", labels={"role": "worker"}, user_data="#"))
    shown = created["server"]
    assert (shown["name"], shown["server_type"]["name"], shown["location"]["name"]) == (
        "a",
        "cpx22",
        "nbg1",
    )
    assert shown["image"]["name"] == "ubuntu-24.04"
    assert shown["labels"] == {"role": "worker"}
    assert shown["public_net"]["ipv4"]["ip"] == "198.51.100.1"
    assert shown["status"] == "running"
    assert "datacenter" not in shown
    assert [action["command"] for action in created["next_actions"]] == ["start_server"]


@pytest.mark.parametrize("image", ["ubuntu-24.04", "161547269", 161547269])
def test_an_image_can_be_named_by_name_or_id(api: Api, image: int | str) -> None:
    """All of them are the same image; the arm type gets the arm image of that name."""
    shown = api.show("servers", api.server(image=image))
    assert (shown["image"]["id"], shown["image"]["name"]) == (161547269, "ubuntu-24.04")
    arm = api.show("servers", api.server("arm", server_type="cax11"))
    assert (arm["image"]["id"], arm["image"]["architecture"]) == (161547270, "arm")


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"server_type": "cx99"}, (422, "invalid_input")),
        ({"server_type": "cpx31"}, (422, "invalid_server_type")),
        ({"server_type": "cax11", "location": "ash"}, (422, "invalid_input")),
        ({"server_type": "cax11", "image": 161547269}, (422, "invalid_input")),
        ({"image": "windows-95"}, (422, "invalid_input")),
        ({"location": "mars1"}, (422, "invalid_input")),
        ({"datacenter": "nbg1-dc3"}, (422, "invalid_input")),
        ({"ssh_keys": [1]}, (422, "invalid_input")),
        ({"ssh_keys": ["nobody"]}, (422, "invalid_input")),
        ({"networks": [1]}, (422, "invalid_input")),
        ({"firewalls": [{"firewall": 1}]}, (422, "invalid_input")),
        ({"placement_group": 1}, (422, "invalid_input")),
        ({"volumes": [1]}, (422, "invalid_input")),
        ({"public_net": {"ipv4": 1}}, (422, "invalid_input")),
        ({"user_data": "x" * 32769}, (422, "invalid_input")),
        ({"labels": {"a": "b c"}}, (422, "invalid_input")),
        ({"labels": {"-a": "b"}}, (422, "invalid_input")),
        ({"labels": {"hetzner.cloud/a": "b"}}, (422, "invalid_input")),
        ({"name": "under_score"}, (422, "invalid_input")),
        ({"name": "-a"}, (422, "invalid_input")),
        ({"name": "a" * 64}, (422, "invalid_input")),
        ({"name": 7}, (422, "invalid_input")),
        ({"public_net": {"enable_ipv4": False, "enable_ipv6": False}}, (422, "invalid_input")),
    ],
)
def test_a_bad_order_is_refused_and_leaves_nothing(
    api: Api, simulator: HetznerSimulator, fields: dict[str, Any], refused: tuple[int, str]
) -> None:
    """Every refusal comes before anything is made: the project stays empty."""
    assert api.refused("POST", "/servers", **{**server_body(), **fields}) == refused
    assert simulator.is_empty()


def test_a_refusal_names_the_field(api: Api) -> None:
    """In its text and in the details, as Hetzner's clients read them."""
    answer = api.call("POST", "/servers", server_body("under_score"))
    assert answer.body is not None
    assert "'name'" in answer.body["error"]["message"]
    assert answer.body["error"]["details"]["fields"][0]["name"] == "name"


def test_user_data_is_measured_in_bytes(api: Api) -> None:
    """32 KiB pass; 32767 characters with one umlaut more than fit do not."""
    api.server("a", user_data="x" * 32768)
    too_long = server_body("b", user_data="x" * 32767 + "ü")
    assert api.refused("POST", "/servers", **too_long) == (422, "invalid_input")


def test_a_server_name_is_used_once_per_project(api: Api) -> None:
    """409 at creation and at renaming; free again after the server is gone."""
    first, second = api.server("a"), api.server("b")
    assert api.refused("POST", "/servers", **server_body("a")) == (409, "uniqueness_error")
    assert api.refused("PUT", f"/servers/{second}", name="a") == (409, "uniqueness_error")
    api.delete(f"/servers/{first}")
    api.server("a")


def test_an_unknown_server_is_not_found(api: Api) -> None:
    """In the words of the recordings."""
    assert api.refused("GET", "/servers/1") == (404, "not_found")
    assert api.message("DELETE", "/servers/1") == "server with ID '1' not found"


def test_a_type_that_is_sold_out_is_unavailable_in_that_location(
    api: Api, simulator: HetznerSimulator
) -> None:
    """412 there, fine elsewhere and after restocking; the type's own listing says the same."""
    simulator.sell_out("cpx22", "nbg1")
    assert api.refused("POST", "/servers", **server_body()) == (412, "resource_unavailable")
    listed = api.get("/server_types", name="cpx22")["server_types"][0]["locations"]
    available = {location["name"]: location["available"] for location in listed}
    assert available["nbg1"] is False
    assert available["hel1"] is True
    api.server("elsewhere", location="hel1")
    simulator.restock("cpx22", "nbg1")
    api.server("here")


def test_a_type_change_needs_a_stopped_server_and_starts_it_again(api: Api) -> None:
    """422 while it runs; off, it becomes the wanted type and runs."""
    server = api.server()
    path = f"/servers/{server}/actions/change_type"
    body = {"server_type": "cpx32", "upgrade_disk": False}
    assert api.refused("POST", path, **body) == (422, "server_not_stopped")
    api.post(f"/servers/{server}/actions/poweroff")
    assert api.show("servers", server)["status"] == "off"
    api.post(path, **body)
    shown = api.show("servers", server)
    assert (shown["server_type"]["name"], shown["status"]) == ("cpx32", "running")
    assert shown["primary_disk_size"] == 80


@pytest.mark.parametrize("wanted", ["cx23", "cax41", "cpx31", "cpx22"])
def test_a_type_with_a_smaller_disk_another_architecture_or_no_future_does_not_fit(
    api: Api, wanted: str
) -> None:
    """An upgraded disk (cpx22 to cpx32) cannot shrink again; removed types cannot be had."""
    server = api.server()
    path = f"/servers/{server}/actions"
    api.post(f"{path}/poweroff")
    api.post(f"{path}/change_type", server_type="cpx32", upgrade_disk=True)
    api.post(f"{path}/poweroff")
    refused = api.refused("POST", f"{path}/change_type", server_type=wanted, upgrade_disk=True)
    assert refused == (422, "invalid_server_type")


def test_a_server_is_in_each_network_once_and_in_disjoint_networks(api: Api) -> None:
    """Twice is refused, and so is a network over the same range."""
    server, network = api.server(), api.network(subnet="10.0.1.0/24")
    twin = api.network("twin", subnet="10.0.1.0/24")
    path = f"/servers/{server}/actions/attach_to_network"
    api.attach(server, network, "10.0.1.2")
    assert api.refused("POST", path, network=network) == (422, "server_already_attached")
    assert api.refused("POST", path, network=twin) == (422, "networks_overlap")


def test_a_server_is_in_at_most_three_networks_with_at_most_five_alias_ips(api: Api) -> None:
    """The fourth network and the sixth alias are refused."""
    server = api.server()
    networks = [api.network(f"n{i}", f"10.{i}.0.0/16", f"10.{i}.1.0/24") for i in range(4)]
    path = f"/servers/{server}/actions"
    aliases = [f"10.0.1.{n}" for n in range(10, 16)]
    body = {"network": networks[0], "ip": "10.0.1.2", "alias_ips": aliases}
    assert api.refused("POST", f"{path}/attach_to_network", **body) == (422, "invalid_input")
    for network in networks[:3]:
        api.post(f"{path}/attach_to_network", network=network)
    body = {"network": networks[3]}
    assert api.refused("POST", f"{path}/attach_to_network", **body) == (422, "invalid_input")


def test_alias_ips_are_replaced_as_a_whole(api: Api) -> None:
    """Kept ones stay, others go and are free again; one that is taken is refused."""
    server, other, network = api.server("a"), api.server("b"), api.network(subnet="10.0.1.0/24")
    api.attach(server, network, "10.0.1.2", alias_ips=["10.0.1.50", "10.0.1.51"])
    path = f"/servers/{server}/actions/change_alias_ips"
    api.post(path, network=network, alias_ips=["10.0.1.51", "10.0.1.52"])
    aliases = api.show("servers", server)["private_net"][0]["alias_ips"]
    assert aliases == ["10.0.1.51", "10.0.1.52"]
    api.attach(other, network, "10.0.1.50")
    refused = api.refused("POST", path, network=network, alias_ips=["10.0.1.50"])
    assert refused == (422, "ip_not_available")
    assert api.show("servers", server)["private_net"][0]["alias_ips"] == aliases
    detach = f"/servers/{other}/actions/change_alias_ips"
    gone = api.network("gone", "10.9.0.0/16")
    assert api.refused("POST", detach, network=gone, alias_ips=[]) == (404, "not_found")


def test_a_server_can_be_created_into_networks(api: Api) -> None:
    """The start comes first, then each network, as actions that follow the creation."""
    network = api.network(subnet="10.0.1.0/24")
    created = api.post("/servers", **server_body(networks=[network]))
    commands = [action["command"] for action in created["next_actions"]]
    assert commands == ["start_server", "attach_to_network"]
    twice = server_body("b", networks=[network, network])
    assert api.refused("POST", "/servers", **twice) == (422, "server_already_attached")


def test_a_server_without_public_address_starts_after_it_was_attached(api: Api) -> None:
    """Created without a start it has no interface and cannot be started before it gets one."""
    network = api.network(subnet="10.0.1.0/24")
    closed = {"public_net": {"enable_ipv4": False, "enable_ipv6": False}}
    server = api.server("a", start_after_create=False, **closed)
    power_on = f"/servers/{server}/actions/poweron"
    assert api.refused("POST", power_on) == (422, "invalid_input")
    api.attach(server, network, "10.0.1.2")
    api.post(power_on)
    shown = api.show("servers", server)
    assert (shown["status"], shown["public_net"]["ipv4"]) == ("running", None)
    created = api.post("/servers", **server_body("b", networks=[network], **closed))
    commands = [action["command"] for action in created["next_actions"]]
    assert commands == ["attach_to_network", "start_server"]


def test_a_root_password_is_made_only_without_ssh_keys(api: Api) -> None:
    """Keys can be named by id or by name."""
    key = api.post("/ssh_keys", name="k", public_key=PUBLIC_KEY)["ssh_key"]["id"]
    assert api.post("/servers", **server_body("a"))["root_password"]
    assert api.post("/servers", **server_body("b", ssh_keys=[key]))["root_password"] is None
    assert api.post("/servers", **server_body("c", ssh_keys=["k"]))["root_password"] is None


def test_protection_of_deletion_and_rebuild_go_together(api: Api) -> None:
    """One without the other is refused; with both neither delete nor rebuild passes."""
    server = api.server()
    path = f"/servers/{server}/actions"
    refused = api.refused("POST", f"{path}/change_protection", delete=True)
    assert refused == (422, "invalid_input")
    api.post(f"{path}/change_protection", delete=True, rebuild=True)
    assert api.refused("DELETE", f"/servers/{server}") == (423, "protected")
    assert api.refused("POST", f"{path}/rebuild", image="debian-13") == (423, "protected")


def test_a_rebuild_takes_another_image_and_user_data(api: Api, simulator: HetznerSimulator) -> None:
    """The server keeps id and addresses."""
    server = api.server(user_data="first")
    api.post(f"/servers/{server}/actions/rebuild", image="debian-13")
    assert (simulator.servers()[0].image, simulator.servers()[0].user_data) == (
        "debian-13",
        "first",
    )
    api.post(f"/servers/{server}/actions/rebuild", image="debian-12", user_data="second")
    record = simulator.servers()[0]
    assert (record.id, record.image, record.user_data) == (server, "debian-12", "second")


def test_deleting_a_server_frees_all_that_hung_on_it(api: Api, simulator: HetznerSimulator) -> None:
    """Its addresses, its place in group, network and firewall; volumes stay, detached."""
    group = api.post("/placement_groups", name="g", type="spread")["placement_group"]["id"]
    firewall = api.post("/firewalls", name="f")["firewall"]["id"]
    network = api.network(subnet="10.0.1.0/24")
    volume = api.post("/volumes", name="v", size=10, location="nbg1")["volume"]["id"]
    server = api.server(placement_group=group, firewalls=[{"firewall": firewall}], volumes=[volume])
    api.attach(server, network, "10.0.1.2")
    assert api.show("placement_groups", group)["servers"] == [server]
    answer = api.delete(f"/servers/{server}")
    assert answer["action"]["command"] == "delete_server"
    assert api.show("placement_groups", group)["servers"] == []
    assert api.show("firewalls", firewall)["applied_to"] == []
    assert api.show("networks", network)["servers"] == []
    assert api.show("volumes", volume)["server"] is None
    for path in ("volumes/" + str(volume), f"firewalls/{firewall}", f"networks/{network}"):
        api.delete(f"/{path}")
    api.delete(f"/placement_groups/{group}")
    assert simulator.is_empty()


def test_backups_and_reverse_names_are_kept(api: Api) -> None:
    """Enabled and disabled, set and reset."""
    server = api.server()
    path = f"/servers/{server}/actions"
    api.post(f"{path}/enable_backup")
    assert api.show("servers", server)["backup_window"] == "22-02"
    api.post(f"{path}/disable_backup")
    assert api.show("servers", server)["backup_window"] is None
    api.post(f"{path}/change_dns_ptr", ip="198.51.100.1", dns_ptr="a.example")
    assert api.show("servers", server)["public_net"]["ipv4"]["dns_ptr"] == "a.example"
    refused = api.refused("POST", f"{path}/change_dns_ptr", ip="192.0.2.9", dns_ptr="a.example")
    assert refused == (422, "invalid_input")


def test_a_shut_down_server_cannot_be_rebooted(api: Api) -> None:
    """A reboot is a request to a running system; a reset starts it anyhow."""
    server = api.server()
    path = f"/servers/{server}/actions"
    api.post(f"{path}/shutdown")
    assert api.refused("POST", f"{path}/reboot")[1] == "service_error"
    api.post(f"{path}/reset")
    api.post(f"{path}/reboot")
    assert api.show("servers", server)["status"] == "running"
