"""Primary IPs and volumes: what outlives a server."""

import pytest

from tests.rehearsal.hetzner.api import Api, server_body


def _primary_ip(api: Api, name: str = "ip", **fields: object) -> int:
    body = {"name": name, "type": "ipv4", "location": "nbg1", **fields}
    id_: int = api.post("/primary_ips", **body)["primary_ip"]["id"]
    return id_


def test_an_address_without_a_server_is_unassigned(api: Api) -> None:
    """As the API says it since 2026-08-01."""
    shown = api.show("primary_ips", _primary_ip(api))
    assert (shown["assignee_type"], shown["assignee_id"]) == ("unassigned", None)
    assert "datacenter" not in shown


def test_a_servers_own_addresses_go_with_it_and_given_ones_stay(api: Api) -> None:
    """`auto_delete` makes the difference."""
    kept = _primary_ip(api)
    server = api.server(public_net={"ipv4": kept})
    assert api.show("servers", server)["public_net"]["ipv4"]["id"] == kept
    assert len(api.get("/primary_ips")["primary_ips"]) == 2
    api.delete(f"/servers/{server}")
    left = api.get("/primary_ips")["primary_ips"]
    assert [(ip["id"], ip["assignee_id"]) for ip in left] == [(kept, None)]


def test_an_assigned_address_is_not_deleted(api: Api) -> None:
    """Since 2026-05-01 it has to be unassigned first, for which the server must be off."""
    address = _primary_ip(api)
    server = api.server(public_net={"ipv4": address, "enable_ipv6": False})
    path = f"/primary_ips/{address}"
    assert api.refused("DELETE", path) == (422, "must_be_unassigned")
    assert api.refused("POST", f"{path}/actions/unassign") == (422, "server_not_stopped")
    api.post(f"/servers/{server}/actions/poweroff")
    api.post(f"{path}/actions/unassign")
    assert api.show("servers", server)["public_net"]["ipv4"] is None
    assert api.refused("POST", f"/servers/{server}/actions/poweron") == (422, "invalid_input")
    api.delete(path)


def test_an_address_fits_one_stopped_server_in_its_location(api: Api) -> None:
    """Running, elsewhere, already having one, already assigned: refused."""
    address, other = _primary_ip(api), _primary_ip(api, "other")
    server = api.server("a", public_net={"enable_ipv4": False})
    path = f"/primary_ips/{address}/actions/assign"
    body = {"assignee_id": server, "assignee_type": "server"}
    assert api.refused("POST", path, **body) == (422, "server_not_stopped")
    api.post(f"/servers/{server}/actions/poweroff")
    api.post(path, **body)
    assert api.refused("POST", path, **body) == (422, "primary_ip_already_assigned")
    path = f"/primary_ips/{other}/actions/assign"
    assert api.refused("POST", path, **body) == (422, "server_has_ipv4")
    away = {"enable_ipv4": False}
    far = api.server("b", location="hel1", public_net=away, start_after_create=False)
    refused = api.refused("POST", path, assignee_id=far, assignee_type="server")
    assert refused == (422, "primary_ip_datacenter_mismatch")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"type": "ipv6"}, "primary_ip_version_mismatch"),
        ({"location": "hel1"}, "primary_ip_datacenter_mismatch"),
    ],
)
def test_an_order_with_an_unfit_address_is_refused(
    api: Api, fields: dict[str, str], code: str
) -> None:
    """Wrong version, wrong location, and one that another server has."""
    unfit = server_body("a", public_net={"ipv4": _primary_ip(api, **fields)})
    assert api.refused("POST", "/servers", **unfit) == (422, code)
    taken = _primary_ip(api, "taken")
    api.server("b", public_net={"ipv4": taken})
    again = server_body("c", public_net={"ipv4": taken})
    assert api.refused("POST", "/servers", **again) == (422, "primary_ip_assigned")


def test_an_address_can_be_created_for_a_server(api: Api) -> None:
    """In the server's location; without location and assignee it is refused."""
    server = api.server(public_net={"enable_ipv4": False}, start_after_create=False)
    body = {"name": "ip", "type": "ipv4"}
    assert api.refused("POST", "/primary_ips", **body) == (422, "invalid_input")
    assert api.refused("POST", "/primary_ips", **body, assignee_id=1) == (422, "invalid_input")
    api.post("/primary_ips", **body, assignee_id=server, assignee_type="server")
    assert api.show("servers", server)["public_net"]["ipv4"]["ip"] == "198.51.100.1"


def test_addresses_come_from_documentation_ranges_only(api: Api) -> None:
    """254 of 198.51.100.0/24, then 192.0.2.0/24; after 508 there are none left."""
    for number in range(508):
        _primary_ip(api, f"ip{number}")
    listed = [api.get("/primary_ips", page=str(n), per_page="50") for n in range(1, 12)]
    addresses = [ip["ip"] for page in listed for ip in page["primary_ips"]]
    assert len(set(addresses)) == 508
    assert all(ip.startswith(("198.51.100.", "192.0.2.")) for ip in addresses)
    body = {"name": "last", "type": "ipv4", "location": "nbg1"}
    assert api.refused("POST", "/primary_ips", **body) == (403, "resource_limit_exceeded")


def test_a_volume_has_10_to_10240_gb_and_never_shrinks(api: Api) -> None:
    """Creation and resizing."""
    for size in (9, 10241):
        body = {"name": "v", "size": size, "location": "nbg1"}
        assert api.refused("POST", "/volumes", **body) == (422, "invalid_input")
    volume = api.post("/volumes", name="v", size=20, location="nbg1")["volume"]["id"]
    path = f"/volumes/{volume}/actions/resize"
    assert api.refused("POST", path, size=10) == (422, "invalid_input")
    api.post(path, size=30)
    assert api.show("volumes", volume)["size"] == 30


def test_a_volume_is_attached_to_one_server_in_its_location(api: Api) -> None:
    """And cannot be deleted meanwhile."""
    server, far = api.server("a"), api.server("b", location="hel1")
    created = api.post("/volumes", name="v", size=10, server=server)
    assert [action["command"] for action in created["next_actions"]] == ["attach_volume"]
    volume = created["volume"]["id"]
    path = f"/volumes/{volume}"
    assert api.show("servers", server)["volumes"] == [volume]
    assert api.refused("DELETE", path) == (422, "resource_in_use")
    refused = api.refused("POST", f"{path}/actions/attach", server=server)
    assert refused == (422, "volume_already_attached")
    api.post(f"{path}/actions/detach")
    assert api.refused("POST", f"{path}/actions/attach", server=far) == (422, "invalid_input")
    api.post(f"{path}/actions/attach", server=server)
    body = {"name": "w", "size": 10}
    assert api.refused("POST", "/volumes", **body) == (422, "invalid_input")
    assert api.refused("POST", "/volumes", **body, server=1) == (422, "invalid_input")
