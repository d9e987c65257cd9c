"""One of three control planes is lost: a file of its own, so that it runs beside the others."""

from typing import Any

import pytest

from rehearsal.lab.build import Built
from tests.rehearsal.lab.test_drills import drilled


@pytest.fixture(scope="module")
def three(built: Built, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Three control planes and a worker."""
    del built
    return drilled(tmp_path_factory.mktemp("three"), "three")


def test_the_first_of_three_control_planes_joins_a_survivor(three: dict[str, Any]) -> None:
    """The program reached the cluster through it, so it is taken out of the state before. Real
    etcd: its old member went with the Node, and the new one is the third again."""
    assert three["up"] == []
    assert three["first recovered"] == ["forget dev-control-plane-1"]
    assert (three["first made anew"], three["ready after that"]) == ([], {})
