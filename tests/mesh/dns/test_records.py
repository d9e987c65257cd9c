"""What the DNS builders refuse, and what they write."""

from typing import Any

import pytest

from sovereign.mesh.dns.endpoint import ARGUMENTS, dns_endpoint
from sovereign.mesh.dns.lua import CHUNK, LuaRecord, if_url_up, pick_closest
from sovereign.mesh.dns.name import dns_name
from sovereign.problems import ConfigError
from tests.conftest import Golden
from tests.mesh.definitions import Definitions

URL = "https://app.example.org/health"
NAME: dict[str, Any] = {
    "host": "app.example.org",
    "namespace": "dns",
    "url": URL,
    "addresses": ["192.0.2.1", "192.0.2.2"],
    "fallback": ["198.51.100.1"],
}


def test_a_name_is_one_endpoint_with_a_checked_record(golden: Golden, request: Any) -> None:
    """Group by group, the nearest of the healthy ones."""
    golden(request.path.parent / "golden" / "name.json", dns_name(**NAME))


def test_external_dns_takes_the_endpoint(reference: Any) -> None:
    """Its own definition, unknown fields refused."""
    definitions = Definitions(reference / "external-dns")
    (made,) = dns_name(**NAME)
    assert definitions.errors(made) == []
    made["spec"]["endpoints"][0]["recordTtl"] = 5
    assert definitions.errors(made)


def test_no_target_ends_with_a_dot() -> None:
    """ExternalDNS drops such targets of types that it does not know."""
    record = pick_closest(addresses=["192.0.2.1"])
    (made,) = dns_endpoint(name="a", namespace="dns", host="a.example.org", records=[record])
    (endpoint,) = made["spec"]["endpoints"]
    assert endpoint["targets"] == ["A \"pickclosest({'192.0.2.1'})\""]
    assert endpoint["recordType"] == "LUA"


def test_the_arguments_of_external_dns_ask_for_lua_and_never_delete() -> None:
    """Without them the type is filtered out; its TXT registry does not know it."""
    assert {"--managed-record-types=LUA", "--registry=noop", "--policy=upsert-only"} <= set(
        ARGUMENTS
    )


def test_a_long_record_is_cut_between_addresses() -> None:
    """No part is longer than a zone transfer leaves whole, and together they are the program."""
    record = pick_closest(addresses=[f"192.0.2.{number}" for number in range(1, 100)])
    parts = record.content.removeprefix('A "').removesuffix('"').split('" "')
    assert len(parts) > 5
    assert all(len(part) <= CHUNK + 1 for part in parts)
    assert "".join(parts) == record.expression


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"url": "ftp://app.example.org/"}, "if-url-up.url"),
        ({"url": "https://app.example.org/'; os.exit()"}, "if-url-up.url"),
        ({"url": 'https://app.example.org/"'}, "if-url-up.url"),
        ({"url": "https://app.example.org:99999/"}, "if-url-up.url"),
        ({"url": "no url"}, "if-url-up.url"),
        ({"groups": []}, "if-url-up.groups"),
        ({"groups": [["192.0.2.1"], []]}, "if-url-up.groups"),
        ({"groups": [["192.0.2.1", "example.org"]]}, "if-url-up.groups"),
        ({"groups": [["192.0.2.1", "2001:db8::1"]]}, "if-url-up.groups"),
        ({"selector": "first"}, "if-url-up.selector"),
        ({"timeout": 0}, "if-url-up.timeout"),
        ({"contains": "ok'"}, "if-url-up.contains"),
    ],
)
def test_a_check_that_cannot_stand_in_a_record_is_refused(
    change: dict[str, Any], path: str
) -> None:
    """Quotes above all: the texts stand inside a program."""
    arguments: dict[str, Any] = {"url": URL, "groups": [["192.0.2.1"]], **change}
    with pytest.raises(ConfigError) as refused:
        if_url_up(**arguments)
    assert {problem.path for problem in refused.value.problems} == {path}


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"host": "App_1"}, "host"),
        ({"ttl": 0}, "ttl"),
        ({"namespace": ""}, "namespace"),
        ({"records": []}, "records"),
        ({"records": [LuaRecord("A", "x"), LuaRecord("A", "y")]}, "records"),
    ],
)
def test_an_endpoint_that_external_dns_would_misread_is_refused(
    change: dict[str, Any], path: str
) -> None:
    """Two records of one family would be answered together."""
    arguments: dict[str, Any] = {
        "name": "app",
        "namespace": "dns",
        "host": "app.example.org",
        "records": [pick_closest(addresses=["192.0.2.1"])],
        **change,
    }
    with pytest.raises(ConfigError) as refused:
        dns_endpoint(**arguments)
    assert [problem.path for problem in refused.value.problems] == [f"dns-endpoint.{path}"]


def test_no_address_at_all_is_refused() -> None:
    """An empty list would be an empty answer."""
    with pytest.raises(ConfigError):
        pick_closest(addresses=[])
