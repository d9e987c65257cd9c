"""The one function between the manifest and Envoy adds what the agent adds, and nothing else."""

import copy
from pathlib import Path
from typing import Any

import pytest

from sovereign.mesh import Manifest, circuit_breaker, database_proxy, retries, route_timeout
from tests.mesh.envoy.agent import as_the_agent_loads, scaled

HTTP_ADDITIONS = [
    "address",
    "filter_chains.0.filters.0.typed_config.rds.config_source",
    "eds_cluster_config.eds_config",
]
MADE = {
    "circuit-breaker": circuit_breaker(service="shop/api")[0],
    "route-timeout": route_timeout(service="shop/api")[0],
    "retries": retries(service="shop/api")[0],
    "database-proxy": database_proxy(service="shop/database")[0],
}


@pytest.mark.parametrize("name", MADE)
def test_the_agents_additions_are_three_for_http_and_two_for_tcp(name: str, tmp_path: Path) -> None:
    """Listener address, source of routes, source of endpoints."""
    _, additions = as_the_agent_loads(MADE[name], tmp_path)
    found = [".".join(map(str, addition.path[1:])) for addition in additions]
    tcp = [HTTP_ADDITIONS[0], HTTP_ADDITIONS[2]]
    assert found == (tcp if name == "database-proxy" else HTTP_ADDITIONS)


@pytest.mark.parametrize("name", MADE)
def test_without_the_listed_additions_the_resources_are_the_manifests(
    name: str, tmp_path: Path
) -> None:
    """Envoy runs what would be applied."""
    before = copy.deepcopy(MADE[name])
    loaded, additions = as_the_agent_loads(MADE[name], tmp_path)
    for addition in additions:
        *parents, last = addition.path
        node: Any = loaded
        for part in parents:
            node = node[part]
        assert node.pop(last) == addition.value
    assert loaded == before["spec"]["resources"]
    assert MADE[name] == before


def test_the_agents_fields_are_never_in_a_manifest(tmp_path: Path) -> None:
    """An address of ours would keep the agent from giving one."""
    made: Manifest = copy.deepcopy(MADE["circuit-breaker"])
    made["spec"]["resources"][0]["address"] = {}
    with pytest.raises(AssertionError, match="is the manifest's own"):
        as_the_agent_loads(made, tmp_path)


def test_scaling_changes_two_times_and_nothing_else() -> None:
    """30 s and 10 s divided by 100."""
    whole = MADE["circuit-breaker"]
    short = scaled(whole, 1 / 100)
    detection = short["spec"]["resources"][2]["outlier_detection"]
    assert (detection["base_ejection_time"], detection["interval"]) == ("0.3s", "0.1s")
    detection.update(base_ejection_time="30s", interval="10s")
    assert short == whole
