"""The plan as a whole: golden, pure, and stable under every edit of the lists."""

import dataclasses
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sovereign import catalog
from sovereign.plan import SovereignPlan
from sovereign.problems import ConfigError
from tests import configurations
from tests.configurations import dev, problems
from tests.conftest import Golden
from tests.strategies import OPERATORS, POOL_NAMES, clusters

GOLDEN = Path(__file__).parent / "golden"


def readable(value: Any) -> Any:
    """The plan as JSON; files of scripts stand as their names."""
    scripts = {text: f"<file {name}>" for name, text in catalog.load().scripts.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: readable(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, Mapping):
        return {str(key): readable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [readable(inner) for inner in value]
    return scripts.get(value, value) if isinstance(value, str) else value


def test_the_plan_of_the_committed_stack_is_golden(golden: Golden) -> None:
    """Everything that is decided about dev, to be read and reviewed."""
    golden(GOLDEN / "dev.json", readable(configurations.plan(dev())))


@settings(max_examples=50)
@given(clusters(), OPERATORS)
def test_fifty_valid_configurations_plan_without_a_problem(
    cluster: dict[str, Any], operators: list[str]
) -> None:
    """And twice the same."""
    assert [str(one) for one in problems(cluster, operators)] == []
    assert configurations.plan(cluster, operators) == configurations.plan(cluster, operators)


Places = dict[str, tuple[str, str]]


def places(plan: SovereignPlan) -> Places:
    """Name -> address and slot of every node."""
    return {node.name: (node.private_ip, node.placement_group) for node in plan.nodes}


def unmoved(before: SovereignPlan, after: SovereignPlan) -> None:
    """Who is in both stands where it stood."""
    first, second = places(before), places(after)
    staying = first.keys() & second.keys()
    assert {name: first[name] for name in staying} == {name: second[name] for name in staying}


SMALL = settings(max_examples=15)


@SMALL
@given(clusters(), st.data())
def test_removing_a_pool_moves_no_other_node(cluster: dict[str, Any], data: st.DataObject) -> None:
    """Nor renames it; exactly the pool's nodes are gone."""
    if not cluster["pools"]:
        return
    removed = data.draw(st.sampled_from(sorted(cluster["pools"])))
    pools = {name: pool for name, pool in cluster["pools"].items() if name != removed}
    before, after = configurations.plan(cluster), configurations.plan({**cluster, "pools": pools})
    unmoved(before, after)
    gone = {node.name for node in before.workers if node.pool == removed}
    assert places(before).keys() - places(after).keys() == gone


@SMALL
@given(clusters(), POOL_NAMES)
def test_adding_a_pool_moves_no_node(cluster: dict[str, Any], name: str) -> None:
    """Wherever its name sorts."""
    taken = {node for pool in cluster["pools"].values() for node in pool["ids"]}
    free = [node for node in range(1, 231) if node not in taken][:2]
    if name in cluster["pools"]:
        return
    grown = {**cluster, "pools": {name: {"ids": free}, **cluster["pools"]}}
    before, after = configurations.plan(cluster), configurations.plan(grown)
    unmoved(before, after)
    assert places(before).keys() < places(after).keys()


@SMALL
@given(clusters(), st.randoms(use_true_random=False))
def test_reordering_changes_nothing_at_all(cluster: dict[str, Any], chance: random.Random) -> None:
    """Pools, ids and keys in any order give the very same plan: nothing hangs on a position."""

    def shuffled(value: Mapping[str, Any]) -> dict[str, Any]:
        keys = list(value)
        chance.shuffle(keys)
        return {key: value[key] for key in keys}

    def pool(value: Mapping[str, Any]) -> dict[str, Any]:
        found = shuffled(value)
        found["ids"] = chance.sample(found["ids"], len(found["ids"]))
        return found

    reordered = shuffled(cluster)
    reordered["controlPlane"] = pool(cluster["controlPlane"])
    reordered["pools"] = {name: pool(one) for name, one in shuffled(cluster["pools"]).items()}
    assert configurations.plan(reordered) == configurations.plan(cluster)


@SMALL
@given(clusters(), st.data())
def test_removing_or_adding_a_node_moves_no_other(
    cluster: dict[str, Any], data: st.DataObject
) -> None:
    """Its neighbours keep name, address and slot."""
    pools = {name: pool for name, pool in cluster["pools"].items() if pool["ids"]}
    if not pools:
        return
    name = data.draw(st.sampled_from(sorted(pools)))
    removed = data.draw(st.sampled_from(sorted(pools[name]["ids"])))
    kept = [node for node in pools[name]["ids"] if node != removed]
    smaller = {**pools[name], "ids": kept}
    smaller.pop("generations", None)
    before = configurations.plan(cluster)
    after = configurations.plan({**cluster, "pools": {**cluster["pools"], name: smaller}})
    unmoved(before, after)
    gone = f"{cluster['name']}-{name}-{removed}"
    assert places(before).keys() - places(after).keys() == {gone}


@SMALL
@given(clusters())
def test_growing_the_control_plane_moves_no_node(cluster: dict[str, Any]) -> None:
    """Two more servers are two more nodes."""
    ids = cluster["controlPlane"]["ids"]
    free = [node for node in range(1, 10) if node not in ids][:2]
    grown = {**cluster, "controlPlane": {**cluster["controlPlane"], "ids": [*free, *ids]}}
    before, after = configurations.plan(cluster), configurations.plan(grown)
    unmoved(before, after)
    assert len(after.control_planes) == len(before.control_planes) + 2


@SMALL
@given(clusters())
def test_no_two_nodes_share_a_name_or_an_address(cluster: dict[str, Any]) -> None:
    """Nor does one take a load balancer's."""
    plan = configurations.plan(cluster)
    taken = [*(node.private_ip for node in plan.nodes), *plan.network.load_balancer_addresses]
    assert len(taken) == len(set(taken))
    assert len(places(plan)) == len(plan.nodes)
    assert set(plan.placement_groups) == {node.placement_group for node in plan.nodes}


def test_a_plan_cannot_be_changed() -> None:
    """It is decided once."""
    plan = configurations.plan(dev())
    with pytest.raises(dataclasses.FrozenInstanceError):
        plan.name = "other"  # type: ignore[misc]


def test_problems_that_were_found_before_are_said_with_the_plans_own() -> None:
    """All at once, in one error."""
    from sovereign.parsing import inspect
    from sovereign.plan import build

    settings_, found = inspect(dev(controlPlane={"ids": [1, 2]}, location="mars"), [])
    assert settings_ is not None
    with pytest.raises(ConfigError) as refused:
        build(settings_, catalog.load(), found)
    assert [one.path for one in refused.value.problems] == ["location", "controlPlane.ids"]


@pytest.mark.parametrize(
    ("location", "zone"), [("nbg1", "eu-central"), ("ash", "us-east"), ("sin", "ap-southeast")]
)
def test_the_networks_zone_follows_the_location(location: str, zone: str) -> None:
    """All subnets and servers of a network are in one."""
    assert configurations.plan(dev(location=location)).network.zone == zone
