"""The generated records, run in a real PowerDNS."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sovereign.mesh.dns.endpoint import dns_endpoint
from sovereign.mesh.dns.lua import LuaRecord, if_url_up, pick_closest
from sovereign.mesh.dns.name import dns_name
from tests.mesh.dns.backend import Backend
from tests.mesh.dns.power_dns import ask, free_port, serving, until

ADDRESSES = ("127.0.0.2", "127.0.0.3", "127.0.0.4")
EUROPE, AMERICA = "198.51.100.0", "203.0.113.0"
NUREMBERG, ASHBURN = "192.0.2.1", "192.0.2.200"


def _endpoint(name: str, *records: LuaRecord) -> dict[str, object]:
    made = dns_endpoint(name=name, namespace="dns", host=f"{name}.example.org", records=records)
    return made[0]


@pytest.fixture
def backends() -> Iterator[tuple[int, list[Backend]]]:
    """Three of them on one port."""
    port = free_port()
    made = [Backend(address, port) for address in ADDRESSES]
    yield port, made
    for backend in made:
        backend.stop()


def test_a_dead_backend_leaves_the_answers_and_comes_back(
    tmp_path: Path, backends: tuple[int, list[Backend]]
) -> None:
    """`ifurlup`, all healthy addresses: the check asks each by the name in the URL."""
    port, (first, second, _) = backends
    url = f"http://app.example.org:{port}/health"
    record = if_url_up(url=url, groups=[ADDRESSES[:2]], selector="all", contains="ok")
    with serving(tmp_path, [_endpoint("app", record)]) as server:

        def answers(expected: set[str]) -> None:
            until(
                lambda: ask(server, "app.example.org") == expected,
                lambda: f"{ask(server, 'app.example.org')} instead of {expected}",
            )

        answers({"127.0.0.2", "127.0.0.3"})
        first.stop()
        answers({"127.0.0.3"})
        first.start()
        answers({"127.0.0.2", "127.0.0.3"})
        second.ill = True
        answers({"127.0.0.2"})
        assert first.hosts == {f"app.example.org:{port}"}


def test_a_dead_group_fails_over_to_the_next_and_back(
    tmp_path: Path, backends: tuple[int, list[Backend]]
) -> None:
    """The second region answers only while the first is dead; with all dead, any of them does."""
    port, (first, second, third) = backends
    url = f"http://app.example.org:{port}/health"
    record = if_url_up(url=url, groups=[ADDRESSES[:2], ADDRESSES[2:]], selector="all")
    with serving(tmp_path, [_endpoint("app", record)]) as server:

        def answers(expected: set[str]) -> None:
            until(
                lambda: ask(server, "app.example.org") == expected,
                lambda: f"{ask(server, 'app.example.org')} instead of {expected}",
            )

        answers({"127.0.0.2", "127.0.0.3"})
        first.stop()
        second.stop()
        answers({"127.0.0.4"})
        second.start()
        answers({"127.0.0.3"})
        second.stop()
        third.stop()
        answers({"127.0.0.2"})


def test_the_closest_address_is_answered_by_client_subnet(tmp_path: Path) -> None:
    """The resolver's own address counts for nothing where it sends its client's subnet."""
    record = pick_closest(addresses=[NUREMBERG, ASHBURN])
    with serving(tmp_path, [_endpoint("near", record)]) as server:
        for _ in range(8):  # by chance it would not be right eight times
            assert ask(server, "near.example.org", subnet=EUROPE) == {NUREMBERG}
            assert ask(server, "near.example.org", subnet=AMERICA) == {ASHBURN}


def test_the_nearest_healthy_address_answers_for_a_name(
    tmp_path: Path, backends: tuple[int, list[Backend]]
) -> None:
    """`dns_name` as a whole: dead ones are left out, of the others the nearest answers, and the
    fallback when all are dead.
    """
    port, (european, american, _) = backends
    (made,) = dns_name(
        host="shop.example.org",
        namespace="dns",
        url=f"http://shop.example.org:{port}/health",
        addresses=ADDRESSES[:2],
        fallback=ADDRESSES[2:],
        ttl=5,
    )
    with serving(tmp_path, [made]) as server:

        def answers(europe: str, america: str) -> None:
            def found() -> list[set[str]]:
                return [ask(server, "shop.example.org", subnet=s) for s in (EUROPE, AMERICA)]

            until(lambda: found() == [{europe}, {america}], lambda: f"{found()}")

        answers("127.0.0.2", "127.0.0.3")
        european.stop()
        answers("127.0.0.3", "127.0.0.3")
        european.start()
        american.stop()
        answers("127.0.0.2", "127.0.0.2")
        european.stop()
        answers("127.0.0.4", "127.0.0.4")


def test_a_record_longer_than_one_quoted_part_still_works(tmp_path: Path) -> None:
    """Many addresses; cut between two of them, the parts are one program again."""
    addresses = [f"192.0.2.{number}" for number in range(1, 60)]
    record = pick_closest(addresses=[*addresses, ASHBURN])
    assert record.content.count('"') > 4
    with serving(tmp_path, [_endpoint("many", record)]) as server:
        assert ask(server, "many.example.org", subnet=AMERICA) == {ASHBURN}
        assert ask(server, "many.example.org", subnet=EUROPE) <= set(addresses)


def test_both_families_of_one_name_are_answered(tmp_path: Path) -> None:
    """A and AAAA are records of their own."""
    records = [pick_closest(addresses=["192.0.2.1"]), pick_closest(addresses=["2001:db8::1"])]
    with serving(tmp_path, [_endpoint("both", *records)]) as server:
        assert ask(server, "both.example.org") == {"192.0.2.1"}
        assert ask(server, "both.example.org", family="AAAA") == {"2001:db8::1"}
