"""Names, labels and slots: functions of the cluster's name and a stable id."""

import re

import pytest

from sovereign.plan import naming
from tests import configurations
from tests.configurations import HIGHLY_AVAILABLE, dev, problem

LABEL = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
"""A Hetzner label value."""
HOST = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


def test_a_node_is_called_cluster_pool_id() -> None:
    """Server, host and Kubernetes node alike."""
    assert naming.node_name("dev", "default", 12) == "dev-default-12"
    names = [node.name for node in configurations.plan(HIGHLY_AVAILABLE).nodes]
    assert names == [
        "dev-control-plane-1",
        "dev-control-plane-2",
        "dev-control-plane-3",
        "dev-arm-11",
        "dev-default-1",
    ]
    assert all(HOST.fullmatch(name) for name in names)


@pytest.mark.parametrize(("node_id", "slot"), [(1, 0), (10, 0), (11, 1), (20, 1), (230, 22)])
def test_ten_ids_share_a_spread_group(node_id: int, slot: int) -> None:
    """Slot (id - 1) // 10, whoever else is there."""
    assert naming.placement_group("dev", "default", node_id) == f"dev-default-{slot}"


def test_no_group_is_over_full() -> None:
    """A Hetzner spread group takes 10 servers."""
    pools = {"a": {"ids": list(range(1, 42))}, "b": {"ids": list(range(42, 90))}}
    groups = [node.placement_group for node in configurations.plan(dev(pools=pools)).nodes]
    assert max(groups.count(group) for group in groups) == naming.PLACEMENT_GROUP_SIZE == 10


def test_labels_say_cluster_owner_role_and_pool() -> None:
    """In values that Hetzner takes."""
    for node in configurations.plan(HIGHLY_AVAILABLE).nodes:
        assert node.hcloud_labels == {
            "cluster": "dev",
            "managed-by": "sovereign",
            "role": node.role,
            "pool": node.pool,
        }
        assert all(LABEL.fullmatch(value) for value in node.hcloud_labels.values())


@pytest.mark.parametrize("name", naming.RESERVED_POOLS)
def test_a_pool_cannot_take_a_name_of_the_sovereigns_own(name: str) -> None:
    """Its servers or groups would collide with others."""
    found = problem(dev(pools={name: {"ids": [1]}}))
    assert (found.path, found.rule) == (
        f"pools.{name}",
        "is a name that the Sovereign uses for itself",
    )
