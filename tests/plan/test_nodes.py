"""Nodes: from configured ids to planned servers."""

import pytest

from sovereign import catalog
from sovereign.config import ControlPlaneConfig, PoolConfig
from sovereign.plan.nodes import architecture, ids
from tests import configurations
from tests.configurations import HIGHLY_AVAILABLE, dev


@pytest.mark.parametrize(
    ("group", "found"),
    [
        (PoolConfig(ids=[7, 2, 5]), (2, 5, 7)),
        (PoolConfig.model_validate({"count": 3, "firstId": 4}), (4, 5, 6)),
        (PoolConfig.model_validate({"count": 0, "firstId": 4}), ()),
        (PoolConfig(ids=[]), ()),
        (PoolConfig(), ()),
        (ControlPlaneConfig(ids=[3, 1, 2]), (1, 2, 3)),
        (ControlPlaneConfig.model_validate({"count": 3, "firstId": 1}), (1, 2, 3)),
        (ControlPlaneConfig(), (1,)),
    ],
    ids=str,
)
def test_ids_are_listed_or_counted_from_a_first_one(
    group: PoolConfig | ControlPlaneConfig, found: tuple[int, ...]
) -> None:
    """Ascending; a control plane of which nothing is said is server 1."""
    assert ids(group) == found


def test_counting_gives_the_same_nodes_as_listing() -> None:
    """`count: 2, firstId: 1` is `ids: [1, 2]`."""
    counted = dev(pools={"default": {"count": 2, "firstId": 1}})
    assert configurations.plan(counted) == configurations.plan(dev())


def test_ampere_types_are_arm() -> None:
    """All others are not."""
    types = catalog.load().server_types
    assert {architecture(types, one) for one in types["arm64"]} == {"arm64"}
    assert {architecture(types, one) for one in types["amd64"]} == {"amd64"}


def test_nodes_stand_in_the_order_of_names_and_ids() -> None:
    """Control planes first, then pools by name."""
    plan = configurations.plan(HIGHLY_AVAILABLE)
    assert [(node.pool, node.id) for node in plan.nodes] == [
        ("control-plane", 1),
        ("control-plane", 2),
        ("control-plane", 3),
        ("arm", 11),
        ("default", 1),
    ]
    assert plan.workers == plan.nodes[3:]
    assert plan.node("dev-arm-11").private_ip == "10.0.1.30"
    assert plan.attachments == 5


def test_a_node_has_its_groups_type_image_location_and_generation() -> None:
    """The Sovereign's location where the pool says none."""
    pools = {
        "a": {"serverType": "cax11", "image": "debian-13", "location": "fsn1", "ids": [4]},
        "b": {"ids": [5, 6], "generations": {6: 2}},
    }
    found = {node.name: node for node in configurations.plan(dev(pools=pools)).workers}
    a = found["dev-a-4"]
    assert (a.server_type, a.image, a.location, a.generation) == ("cax11", "debian-13", "fsn1", 1)
    assert [found[f"dev-b-{one}"].generation for one in (5, 6)] == [1, 2]
    assert found["dev-b-5"].location == "nbg1"


@pytest.mark.parametrize(
    ("generations", "anchor"), [({}, 1), ({1: 2}, 2), ({1: 2, 2: 2}, 3), ({1: 2, 2: 2, 3: 2}, 1)]
)
def test_the_program_talks_to_the_first_control_plane_that_was_never_replaced(
    generations: dict[int, int], anchor: int
) -> None:
    """That one holds the cluster while another is replaced; else the lowest id."""
    plan = configurations.plan(dev(controlPlane={"ids": [1, 2, 3], "generations": generations}))
    assert plan.anchor.id == anchor
