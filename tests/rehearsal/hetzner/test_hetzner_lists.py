"""Lists: filters, labels, sorting, pages; the catalogue that cannot be changed."""

import pytest

from rehearsal.hetzner import HetznerSimulator
from tests.rehearsal.hetzner.api import Api


@pytest.fixture
def fleet(api: Api) -> Api:
    """Servers a (env=dev, role=worker), b (env=dev), c (no labels)."""
    api.server("a", labels={"env": "dev", "role": "worker"})
    api.server("b", labels={"env": "dev"})
    api.server("c")
    return api


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("env=dev", "ab"),
        ("env==dev", "ab"),
        ("env!=dev", "c"),
        ("env", "ab"),
        ("!env", "c"),
        ("env=dev,role=worker", "a"),
        ("role in (worker, control-plane)", "a"),
        ("role notin (worker)", "bc"),
        ("env in (dev,prod),!role", "b"),
        ("env=", ""),
    ],
)
def test_a_selector_finds_servers_by_their_labels(fleet: Api, selector: str, names: str) -> None:
    """Every form of a term, alone and joined."""
    found = fleet.get("/servers", label_selector=selector)["servers"]
    assert "".join(server["name"] for server in found) == names


@pytest.mark.parametrize("selector", ["a=b=c", "=", "a in b", "env=dev,,role"])
def test_a_selector_that_does_not_parse_is_refused(fleet: Api, selector: str) -> None:
    """Also when no server would be compared with the broken term."""
    answer = fleet.call("GET", "/servers", label_selector=selector)
    assert answer.status == 422


@pytest.mark.parametrize(
    "labels",
    [
        {"a" * 64: "x"},
        {"a": "x" * 64},
        {"a": "x/y"},
        {"a_": "x"},
        {"UPPER.example/a": "x"},
        {"": "x"},
    ],
)
def test_labels_outside_the_syntax_are_refused(api: Api, labels: dict[str, str]) -> None:
    """Length, characters, both ends, prefix."""
    body = {"name": "n", "ip_range": "10.0.0.0/16", "labels": labels}
    assert api.refused("POST", "/networks", **body) == (422, "invalid_input")


def test_labels_inside_the_syntax_are_kept(api: Api) -> None:
    """63 characters, empty values, prefixes."""
    labels = {"a" * 63: "x" * 63, "empty": "", "example.com/key": "v_1.2-3"}
    body = {"name": "n", "ip_range": "10.0.0.0/16", "labels": labels}
    assert api.post("/networks", **body)["network"]["labels"] == labels


def test_lists_are_filtered_by_name_and_status(fleet: Api) -> None:
    """A name that nobody has gives an empty list."""
    assert [s["name"] for s in fleet.get("/servers", name="b")["servers"]] == ["b"]
    assert fleet.get("/servers", name="z")["servers"] == []
    assert fleet.get("/servers", status="off")["servers"] == []
    assert len(fleet.get("/servers", status="running")["servers"]) == 3


def test_lists_are_sorted_on_demand(fleet: Api) -> None:
    """Ascending, descending, by number; an unknown field changes nothing."""

    def names(sort: str) -> str:
        return "".join(server["name"] for server in fleet.get("/servers", sort=sort)["servers"])

    assert [names("name:desc"), names("name"), names("id:desc"), names("mood")] == [
        "cba",
        "abc",
        "cba",
        "abc",
    ]


def test_lists_come_in_pages_with_meta(fleet: Api) -> None:
    """25 per page unless asked otherwise, 50 at most."""
    page = fleet.get("/servers", per_page="2", page="2")
    assert [server["name"] for server in page["servers"]] == ["c"]
    assert page["meta"]["pagination"] == {
        "page": 2,
        "per_page": 2,
        "previous_page": 1,
        "next_page": None,
        "last_page": 2,
        "total_entries": 3,
    }
    assert fleet.get("/servers")["meta"]["pagination"]["per_page"] == 25
    assert fleet.get("/servers", per_page="999")["meta"]["pagination"]["per_page"] == 50
    assert fleet.call("GET", "/servers", page="0").status == 422
    assert fleet.call("GET", "/servers", page="two").status == 422


def test_images_are_found_by_name_and_architecture(api: Api) -> None:
    """Deprecated ones only on demand."""
    found = api.get("/images", name="ubuntu-24.04", architecture="x86")["images"]
    assert [image["id"] for image in found] == [161547269]
    assert len(api.get("/images", name="ubuntu-24.04")["images"]) == 2
    assert api.get("/images", name="ubuntu-20.04")["images"] == []
    assert len(api.get("/images", name="ubuntu-20.04", include_deprecated="true")["images"]) == 2
    assert api.show("images", 161547269)["name"] == "ubuntu-24.04"
    assert api.refused("GET", "/images/1") == (404, "not_found")


def test_removed_server_types_are_listed_as_removed(api: Api) -> None:
    """cx22 and cpx31 are deprecated and available nowhere; cx11 is gone from the list."""
    for name in ("cx22", "cpx31"):
        shown = api.get("/server_types", name=name)["server_types"][0]
        assert shown["deprecated"] is True
        assert not any(location["available"] for location in shown["locations"])
    assert api.get("/server_types", name="cx11")["server_types"] == []
    default = api.get("/server_types", name="cpx32")["server_types"][0]
    assert (default["cores"], default["memory"], default["architecture"]) == (4, 8, "x86")
    assert all(location["available"] for location in default["locations"])


def test_prices_say_that_they_are_samples(api: Api) -> None:
    """With a date, for every type that is listed."""
    pricing = api.get("/pricing")["pricing"]
    assert pricing["sample"] is True
    assert pricing["price_date"] == "2026-11-22"
    listed = {t["name"] for t in api.get("/server_types", per_page="50")["server_types"]}
    assert {t["name"] for t in pricing["server_types"]} == listed


def test_data_centers_are_gone(api: Api) -> None:
    """410 since 2026-10-01, whichever is asked for."""
    for path in ("/datacenters", "/datacenters/1"):
        assert api.refused("GET", path) == (410, "deprecated_api_endpoint")


def test_locations_have_their_network_zone(api: Api) -> None:
    """Three in Europe, two in America, one in Asia."""
    zones = {place["name"]: place["network_zone"] for place in api.get("/locations")["locations"]}
    assert zones == {
        "fsn1": "eu-central",
        "nbg1": "eu-central",
        "hel1": "eu-central",
        "ash": "us-east",
        "hil": "us-west",
        "sin": "ap-southeast",
    }


def test_what_does_not_exist_is_not_found(api: Api) -> None:
    """An unknown path is 404, a wrong method 405."""
    assert api.refused("GET", "/elephants") == (404, "not_found")
    assert api.refused("PUT", "/pricing") == (405, "method_not_allowed")
    for path in ("/locations/99", "/server_types/1", "/load_balancer_types/9", "/actions/1"):
        assert api.refused("GET", path) == (404, "not_found")


def test_actions_are_found_by_id_by_kind_and_by_resource(
    fleet: Api, simulator: HetznerSimulator
) -> None:
    """The global list wants ids; the others filter by status."""
    server = simulator.servers()[0].id
    of_server = fleet.get(f"/servers/{server}/actions")["actions"]
    assert [action["command"] for action in of_server] == ["create_server", "start_server"]
    assert len(fleet.get("/servers/actions")["actions"]) == 6
    assert fleet.get("/networks/actions")["actions"] == []
    assert fleet.get("/servers/actions", status="running")["actions"] == []
    id_ = of_server[0]["id"]
    assert fleet.get(f"/actions/{id_}") == fleet.get(f"/servers/{server}/actions/{id_}")
    assert [action["id"] for action in fleet.get("/actions", id=str(id_))["actions"]] == [id_]
    assert fleet.call("GET", "/actions").status == 422
