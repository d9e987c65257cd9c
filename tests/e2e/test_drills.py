"""The real engine in the lab while hosts die: the drills of
tests/rehearsal/lab/test_drills.py, with the real providers.

They take some minutes each, so `make engine-test` runs them and `make test` does not.
"""

import os
from typing import Any

import pytest

from rehearsal.lab import build, engine, machine
from rehearsal.pulumi_cli import EngineMissing
from tests.e2e.engine_stack import needs_engine
from tests.rehearsal.lab.test_drills import drilled

DRILL = "tests/e2e/drill.py"
LIMIT_S = 1800
pytestmark = [
    needs_engine,
    pytest.mark.skipif(
        not os.environ.get("SOVEREIGN_ENGINE_DRILLS"), reason="minutes; `make engine-test` runs it"
    ),
]


@pytest.fixture(scope="module", autouse=True)
def able() -> None:
    """Everything that a lab and the real engine in it need."""
    try:
        machine.require()
        engine.require(os.environ)
        build.ready(build.cache_directory(), lambda _: None)
    except (machine.Unavailable, EngineMissing) as lacking:
        pytest.skip(str(lacking))


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One control plane and a worker or two, through everything that can happen to them."""
    return drilled(tmp_path_factory.mktemp("one"), "one", DRILL, LIMIT_S)


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Three control planes and a worker."""
    return drilled(tmp_path_factory.mktemp("three"), "three", DRILL, LIMIT_S)


def test_a_killed_worker_comes_back_with_a_refresh(one: dict[str, Any]) -> None:
    """The provider finds that its server is gone."""
    assert (one["up"], one["worker made anew"], one["ready after that"]) == ([], [], {})


def test_a_control_plane_without_power_is_back_with_it(one: dict[str, Any]) -> None:
    """No run is needed."""
    assert "dev-control-plane-1" in one["without power"]
    assert one["with power"] == {}


def test_a_server_that_was_never_attached_is_named_with_its_cure(one: dict[str, Any]) -> None:
    """The engine calls it well; the program or the server's own join does not."""
    assert any("injected failure (invalid_input" in said for said in one["attachment failed"])
    said = " ".join(one["and again"])
    assert "dev-default-2" in said
    assert "pulumi up --refresh" in said
    assert one["attached"] == []


def test_the_only_control_plane_is_not_replaced_by_an_empty_cluster(one: dict[str, Any]) -> None:
    """Restore, not replace."""
    assert one["only control plane recovered"] == ["forget dev-control-plane-1"]
    said = " ".join(one["only control plane deleted"])
    assert "belongs to a cluster whose control plane is gone" in said
    assert "restore it from a snapshot" in said


def test_the_first_of_three_control_planes_joins_a_survivor(three: dict[str, Any]) -> None:
    """`sovereign recover` took it out of the state, so nobody asks a dead address."""
    assert three["up"] == []
    assert three["first recovered"] == ["forget dev-control-plane-1"]
    assert (three["first made anew"], three["ready after that"]) == ([], {})
