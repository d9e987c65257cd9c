"""Fault drills on real hosts: what the node model says of them is what happens."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from rehearsal.lab.build import Built
from tests.rehearsal.command.rehearsed import ROOT, Directory
from tests.rehearsal.lab.leaks import take_down

LIMIT_S = 1500
DRILL = "tests/rehearsal/lab/drill.py"


def drilled(
    folder: Path, scenario: str, drill: str = DRILL, limit_s: float = LIMIT_S
) -> dict[str, Any]:
    """What a scenario said, in a lab of its own that is taken down at its end."""
    place = Directory(folder)
    try:
        done = place.run(sys.executable, str(ROOT / drill), scenario, limit_s=limit_s)
    finally:
        take_down(place)
    assert done.out, done.err[-3000:]
    said: dict[str, Any] = json.loads(done.out.splitlines()[-1])
    return said


@pytest.fixture(scope="module")
def one(built: Built, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One control plane and a worker or two, through everything that can happen to them."""
    del built
    return drilled(tmp_path_factory.mktemp("one"), "one")


def test_a_killed_worker_comes_back_with_a_refresh(one: dict[str, Any]) -> None:
    """The cloud controller deleted its Node, so a host of the same name may join."""
    assert (one["up"], one["worker made anew"], one["ready after that"]) == ([], [], {})


def test_a_control_plane_without_power_is_back_with_it(one: dict[str, Any]) -> None:
    """Its disk survives; no run is needed."""
    assert "dev-control-plane-1" in one["without power"]
    assert one["with power"] == {}


def test_a_server_that_was_never_attached_is_named_with_its_cure(one: dict[str, Any]) -> None:
    """It booted without its private interface; the refresh attaches it, and the join goes on."""
    assert "injected failure (invalid_input)" in one["attachment failed"][0]
    assert "server dev-default-2 exists but has no private address" in one["and again"][0]
    assert "run `pulumi up --refresh`, which attaches it" in one["and again"][0]
    assert one["attached"] == []


def test_the_only_control_plane_is_not_replaced_by_an_empty_cluster(one: dict[str, Any]) -> None:
    """A kubelet of the lost cluster answers: restore, not replace."""
    assert one["only control plane recovered"] == ["forget dev-control-plane-1"]
    (refusal, *_) = one["only control plane deleted"]
    assert "belongs to a cluster whose control plane is gone" in refusal
    assert "restore it from a snapshot" in refusal
