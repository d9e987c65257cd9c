"""Latency, locks and the request budget, on a clock that the tests move."""

import pytest

from rehearsal.hetzner import (
    HETZNER_LIKE,
    HetznerSimulator,
    HetznerState,
    LatencyProfile,
    Request,
)
from tests.rehearsal.hetzner.api import Api, Clock, server_body

SLOW = LatencyProfile("slow", action_s=10.0, actions={"create_server": 20.0})


@pytest.fixture
def slow(clock: Clock) -> Api:
    """A project where actions take time."""
    return Api(HetznerSimulator(HetznerState(), SLOW, clock=clock))


def test_an_action_runs_until_its_time_is_over(slow: Api, clock: Clock) -> None:
    """Progress grows; the start follows the creation; the server's status follows both."""
    created = slow.post("/servers", **server_body())
    server, action = created["server"], created["action"]
    assert (server["status"], server["locked"]) == ("initializing", True)
    assert (action["status"], action["finished"]) == ("running", None)
    clock.now += 10
    assert slow.show("actions", action["id"])["progress"] == 50
    clock.now += 10
    assert slow.show("actions", action["id"])["status"] == "success"
    assert slow.show("servers", server["id"])["status"] == "starting"
    start = created["next_actions"][0]["id"]
    assert slow.show("actions", start)["status"] == "running"
    clock.now += 10
    shown = slow.show("servers", server["id"])
    assert (shown["status"], shown["locked"]) == ("running", False)


def test_a_server_is_locked_while_an_action_runs(slow: Api, clock: Clock) -> None:
    """No second action and no deletion before the first is over; an update passes."""
    server = slow.server()
    path = f"/servers/{server}"
    for action in ("poweroff", "reset", "enable_backup", "remove_from_placement_group"):
        assert slow.refused("POST", f"{path}/actions/{action}") == (423, "locked")
    for action in ("attach_to_network", "detach_from_network", "change_alias_ips"):
        assert slow.refused("POST", f"{path}/actions/{action}", network=1) == (423, "locked")
    assert slow.refused("DELETE", path) == (423, "locked")
    slow.put(path, labels={"a": "b"})
    clock.now += 30
    slow.post(f"{path}/actions/poweroff")


def test_a_network_is_locked_while_it_changes(slow: Api) -> None:
    """Two subnets at once are one too many."""
    network = slow.network(subnet="10.0.1.0/24")
    body = {"type": "cloud", "network_zone": "eu-central", "ip_range": "10.0.2.0/24"}
    path = f"/networks/{network}/actions/add_subnet"
    assert slow.refused("POST", path, **body) == (423, "locked")


def test_every_request_takes_its_time(clock: Clock) -> None:
    """By the injected sleep, which a benchmark can replace."""
    slept: list[float] = []
    profile = LatencyProfile("p", request_s=0.15)
    simulator = HetznerSimulator(HetznerState(), profile, clock=clock, sleep=slept.append)
    Api(simulator).get("/servers")
    assert slept == [0.15]


def test_a_profile_can_be_scaled() -> None:
    """All of its times together."""
    tenth = HETZNER_LIKE.scaled(0.1)
    assert tenth.request_s == pytest.approx(HETZNER_LIKE.request_s / 10)
    assert tenth.duration_s("create_server") == pytest.approx(0.8)
    assert tenth.duration_s("anything else") == pytest.approx(0.1)


def test_the_budget_is_3600_requests_and_comes_back_one_per_second(api: Api, clock: Clock) -> None:
    """The headers count down; at zero 429; a second later one more passes."""
    first = api.call("GET", "/locations")
    assert first.headers["RateLimit-Limit"] == "3600"
    assert first.headers["RateLimit-Remaining"] == "3599"
    assert int(first.headers["RateLimit-Reset"]) == int(clock.now) + 1
    for _ in range(3599):
        last = api.call("GET", "/locations")
    assert last.headers["RateLimit-Remaining"] == "0"
    refused = api.call("GET", "/locations")
    assert refused.status == 429
    assert refused.body is not None
    assert refused.body["error"]["code"] == "rate_limit_exceeded"
    assert int(refused.headers["RateLimit-Reset"]) == int(clock.now) + 3600
    clock.now += 1
    assert api.call("GET", "/locations").status == 200
    assert api.call("GET", "/locations").status == 429
    clock.now += 7200
    assert api.call("GET", "/locations").headers["RateLimit-Remaining"] == "3599"


def test_a_refused_stranger_costs_nothing(api: Api, simulator: HetznerSimulator) -> None:
    """Without a token there is no project whose budget could be spent."""
    answer = simulator.handle(Request("GET", "/locations"), None)
    assert answer is not None
    assert answer.status == 401
    assert api.call("GET", "/locations").headers["RateLimit-Remaining"] == "3599"
