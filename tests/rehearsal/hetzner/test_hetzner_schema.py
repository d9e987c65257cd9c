"""The simulator against Hetzner's own description of its API."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema.exceptions import best_match

from rehearsal.hetzner import HetznerSimulator
from rehearsal.hetzner.resources import ROUTES
from tests.rehearsal.hetzner.api import Api
from tests.rehearsal.hetzner.schema import Description, description
from tests.rehearsal.hetzner.tour import Tour

GONE = {"/datacenters", "/datacenters/{id}"}
"""Calls that answer 410; they are no part of the tour."""

STRANGERS: dict[str, list[Any]] = {
    "string": [["a"]],
    "integer": ["a", ["a"]],
    "number": ["a"],
    "boolean": ["yes"],
    "array": ["a"],
    "object": ["a"],
}
"""Values that are not of the type."""

TOLERATED = {
    ("POST", "/servers", "automount"),
    ("POST", "/volumes", "automount"),
    ("POST", "/volumes/{id}/actions/attach", "automount"),
    ("POST", "/primary_ips", "assignee_type"),
    ("POST", "/primary_ips", "datacenter"),
}
"""Properties that mean nothing to the simulator, which therefore does not look at them."""

DEFAULTED = {"listen_port", "destination_port", "health_check", "proxyprotocol", "delete"}
"""Required by the description, but the real provider leaves the properties of a service out
(engine-3.259, 25.1), and other kinds than primary IPs may leave out ``delete``."""


@pytest.fixture
def described(reference: Path) -> Description:
    """Hetzner's description."""
    return description(reference)


@pytest.fixture
def tour(api: Api) -> Tour:
    """Every call once, all of them good."""
    return Tour(api).run()


def _shape(method: str, path: str) -> tuple[str, str]:
    return method, path.replace("/actions/{action_id}", "/actions/{id}")


def test_the_tour_goes_everywhere(tour: Tour, simulator: HetznerSimulator) -> None:
    """A call that is not on it would not be checked; at the end nothing is left."""
    visited = {_shape(stop.method, stop.shape) for stop in tour.stops}
    existing = {(route.method, route.path) for route in ROUTES if route.path not in GONE}
    assert {call for call in existing - visited if not _of_images(call[1])} == set()
    assert simulator.is_empty()


def _of_images(path: str) -> bool:
    """System images have no actions, so there is none to be read by id."""
    return path.startswith("/images/") and path.endswith("/actions/{id}")


def test_every_answer_is_as_described(tour: Tour, described: Description) -> None:
    """Body and status, but for the dated exceptions in schema_exceptions.yaml."""
    wrong = []
    for stop in tour.stops:
        if (stop.method, stop.shape) in described.new_calls:
            continue
        validator = described.answer(stop.method, stop.shape, stop.status)
        problem = best_match(validator.iter_errors(stop.answer)) if validator else stop.answer
        if problem:
            wrong.append(f"{stop.method} {stop.shape}: {problem}")
    assert wrong == []


def test_every_refusal_is_as_described(api: Api, described: Description) -> None:
    """404, 409, 410, 422: one form."""
    api.network()
    validator = described.answer("POST", "/networks", 422)
    assert validator
    for method, path, body in (
        ("GET", "/servers/1", None),
        ("GET", "/datacenters", None),
        ("POST", "/networks", {"name": "dev", "ip_range": "10.0.0.0/16"}),
        ("POST", "/networks", {}),
    ):
        answer = api.call(method, path, body)
        assert answer.status >= 400
        validator.validate(answer.body)


def test_the_tours_requests_are_as_described(tour: Tour, described: Description) -> None:
    """What the simulator accepts here, Hetzner's description accepts too."""
    wrong = []
    for stop in tour.stops:
        if stop.body is None:
            continue
        validator = described.request(stop.method, stop.shape)
        assert validator, stop
        if problem := best_match(validator.iter_errors(stop.body)):
            wrong.append(f"{stop.method} {stop.shape}: {problem}")
    assert wrong == []


def _spoiled(described: Description, method: str, shape: str, body: Any) -> dict[str, Any]:
    """Bodies that the description refuses, by what is wrong with them."""
    properties, required = described.properties(method, shape)
    spoiled = {
        f"without {name}": {key: value for key, value in body.items() if key != name}
        for name in required
        if name in body and name not in DEFAULTED
    }
    for name, schema in properties.items():
        if (method, shape, name) in TOLERATED:
            continue
        for stranger in STRANGERS.get(_kind(schema), []):
            spoiled[f"{name}={stranger}"] = {**body, name: stranger}
    return spoiled


def _kind(schema: dict[str, Any]) -> str:
    """The type of a property; with an exception it has two, of which the first is a string."""
    kind = schema.get("type", "")
    return kind if isinstance(kind, str) else str(kind[0])


def test_what_the_description_refuses_is_refused(api: Api, described: Description) -> None:
    """Each good body of the tour, with a required property missing or one of a wrong type."""
    accepted = []
    tried = 0

    def spoil(method: str, shape: str, path: str, body: Any) -> None:
        nonlocal tried
        if not body:
            return
        validator = described.request(method, shape)
        assert validator
        for wrong, bad in _spoiled(described, method, shape, body).items():
            assert not validator.is_valid(bad), (method, shape, wrong)
            tried += 1
            if api.call(method, path, bad).status != 422:
                accepted.append(f"{method} {shape} {wrong}")

    Tour(api, spoil).run()
    assert accepted == []
    assert tried > 150
