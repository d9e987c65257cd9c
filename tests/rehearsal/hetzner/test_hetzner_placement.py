"""Placement groups and SSH keys."""

from tests.rehearsal.hetzner.api import PUBLIC_KEY, Api, server_body


def test_a_placement_group_takes_ten_servers(api: Api) -> None:
    """The eleventh is refused in Hetzner's words (TF#1170), at creation and by moving it in."""
    group = api.post("/placement_groups", name="g", type="spread")["placement_group"]["id"]
    for number in range(10):
        api.server(f"s{number}", placement_group=group)
    full = (422, "placement_group_member_limit_reached")
    assert api.refused("POST", "/servers", **server_body("x", placement_group=group)) == full
    path = f"/servers/{api.server('y', start_after_create=False)}/actions/add_to_placement_group"
    assert api.refused("POST", path, placement_group=group) == full
    assert "contains already 10 servers" in api.message("POST", path, placement_group=group)


def test_a_project_has_at_most_50_placement_groups_of_type_spread(api: Api) -> None:
    """The 51st is refused, and any other type."""
    wrong = api.refused("POST", "/placement_groups", name="g", type="cluster")
    assert wrong == (422, "invalid_input")
    for number in range(50):
        api.post("/placement_groups", name=f"g{number}", type="spread")
    last = api.refused("POST", "/placement_groups", name="last", type="spread")
    assert last == (403, "resource_limit_exceeded")


def test_a_running_server_joins_no_placement_group(api: Api) -> None:
    """It has to be off, and in no other group."""
    group = api.post("/placement_groups", name="g", type="spread")["placement_group"]["id"]
    server = api.server()
    path = f"/servers/{server}/actions"
    body = {"placement_group": group}
    refused = api.refused("POST", f"{path}/add_to_placement_group", **body)
    assert refused == (422, "server_not_stopped")
    api.post(f"{path}/poweroff")
    api.post(f"{path}/add_to_placement_group", **body)
    assert api.show("servers", server)["placement_group"]["name"] == "g"
    assert api.refused("POST", f"{path}/add_to_placement_group", **body) == (409, "conflict")
    assert api.refused("DELETE", f"/placement_groups/{group}") == (422, "resource_in_use")
    api.post(f"{path}/remove_from_placement_group")
    assert api.refused("POST", f"{path}/remove_from_placement_group") == (409, "conflict")
    api.delete(f"/placement_groups/{group}")


def test_an_ssh_key_is_unique_by_name_and_by_key(api: Api) -> None:
    """The comment of the key does not matter; what is no key is refused."""
    key = api.post("/ssh_keys", name="k", public_key=f"{PUBLIC_KEY} one")["ssh_key"]
    assert len(key["fingerprint"].split(":")) == 16
    same_key = {"name": "l", "public_key": f"{PUBLIC_KEY} two"}
    assert api.refused("POST", "/ssh_keys", **same_key) == (409, "uniqueness_error")
    other_key = PUBLIC_KEY[:-4] + "AAAA"
    same_name = {"name": "k", "public_key": other_key}
    assert api.refused("POST", "/ssh_keys", **same_name) == (409, "uniqueness_error")
    for wrong in ("ssh-ed25519", "ssh-ed25519 ???"):
        body = {"name": "m", "public_key": wrong}
        assert api.refused("POST", "/ssh_keys", **body) == (422, "invalid_input")
    api.delete(f"/ssh_keys/{key['id']}")
    api.post("/ssh_keys", name="k", public_key=PUBLIC_KEY)
