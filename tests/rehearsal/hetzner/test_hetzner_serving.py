"""The simulator over HTTP: loopback only, a token required, nothing left behind."""

import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest

from rehearsal.hetzner import Fault, HetznerSimulator, serve
from tests.rehearsal.hetzner.api import server_body

TOKEN = {"Authorization": "Bearer secret"}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_only_loopback_is_served(simulator: HetznerSimulator, host: str) -> None:
    """Any other address is refused before a socket is bound."""
    with pytest.raises(ValueError, match="loopback only"), serve(simulator, host=host):
        pass


def test_a_free_port_is_taken_and_given_back(simulator: HetznerSimulator) -> None:
    """No thread and no open port stay after the block."""
    with serve(simulator) as endpoint:
        assert urlsplit(endpoint).hostname == "127.0.0.1"
        assert urlsplit(endpoint).path == "/v1"
        assert httpx.get(f"{endpoint}/locations", headers=TOKEN).status_code == 200
    assert not any(thread.name == "hetzner-simulator" for thread in threading.enumerate())
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{endpoint}/locations", headers=TOKEN)


def test_a_port_in_use_is_an_error(simulator: HetznerSimulator) -> None:
    """Rather than a server that nobody reaches."""
    with serve(simulator) as endpoint:
        port = urlsplit(endpoint).port
        assert port
        with pytest.raises(OSError, match="in use"), serve(simulator, port=port):
            pass


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer"}, {"Authorization": "Basic x"}])
def test_a_token_is_required(simulator: HetznerSimulator, header: dict[str, str]) -> None:
    """401 without one; any that is not empty is good."""
    with serve(simulator) as endpoint:
        answer = httpx.get(f"{endpoint}/servers", headers=header)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")
        assert httpx.get(f"{endpoint}/servers", headers=TOKEN).status_code == 200


def test_answers_are_the_apis(simulator: HetznerSimulator) -> None:
    """JSON with rate limit headers; 204 without a body; broken JSON is told so."""
    with serve(simulator) as endpoint, httpx.Client(base_url=endpoint, headers=TOKEN) as client:
        made = client.post("/placement_groups", json={"name": "g", "type": "spread"})
        assert made.status_code == 201
        assert made.headers["RateLimit-Remaining"] == "3599"
        assert made.headers["X-Correlation-Id"]
        gone = client.delete(f"/placement_groups/{made.json()['placement_group']['id']}")
        assert (gone.status_code, gone.content) == (204, b"")
        broken = client.post("/servers", content=b"{")
        assert (broken.status_code, broken.json()["error"]["code"]) == (400, "json_error")
        wrong = client.post("/servers", json=["not an object"])
        assert (wrong.status_code, wrong.json()["error"]["code"]) == (422, "invalid_input")
        twice = client.get("/actions", params={"id": ["1", "2"]})
        assert twice.json()["actions"] == []


def test_a_withheld_answer_never_arrives(simulator: HetznerSimulator) -> None:
    """The caller waits in vain, the server exists, and shutting down does not wait for him."""
    simulator.inject(Fault("POST", "/servers", withheld=True))
    with serve(simulator) as endpoint, pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{endpoint}/servers", json=server_body(), headers=TOKEN, timeout=0.2)
    assert len(simulator.servers()) == 1


def test_parallel_calls_do_not_disturb_each_other(simulator: HetznerSimulator) -> None:
    """Twenty servers at once get twenty names, ids and addresses."""
    with (
        serve(simulator) as endpoint,
        httpx.Client(base_url=endpoint, headers=TOKEN) as client,
        ThreadPoolExecutor(20) as callers,
    ):
        bodies = [server_body(f"s{number}") for number in range(20)]
        answers = list(callers.map(lambda body: client.post("/servers", json=body), bodies))
    assert {answer.status_code for answer in answers} == {201}
    assert len({record.public_ipv4 for record in simulator.servers()}) == 20
    assert len({record.id for record in simulator.servers()}) == 20
