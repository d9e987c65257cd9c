"""Strict parsing: every problem at once, each with path, value, rule and fix."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sovereign.config import ClusterConfig
from sovereign.parsing import inspect, parse
from sovereign.problems import ConfigError, Problem
from tests.configurations import OPERATORS, dev, problem, problems
from tests.strategies import clusters


def test_every_problem_is_said_at_once() -> None:
    """Of operators, mirror, values, unknown keys, and of how the good values fit together."""
    cluster = dev(
        location="mars",
        k3s={"verson": "v1.36.4+k3s1"},
        controlPlane={"ids": [1, 2], "serverType": "cx22"},
        pools={"a": {"ids": [1, 999]}, "b": {"ids": [1]}},
    )
    found = problems(cluster, operators=None, mirror=5)
    assert [one.path for one in found] == [
        "sovereign:operatorCidrs",
        "sovereign:artifactMirror",
        "location",
        "pools.a.ids[1]",
        "k3s.verson",
        "controlPlane.ids",
        "pools",
        "controlPlane.serverType",
    ]
    with pytest.raises(ConfigError) as refused:
        parse(cluster, None, 5)
    text = str(refused.value)
    assert text.startswith("configuration refused, 5 problems: sovereign:operatorCidrs: found")
    assert text.count(" | ") == 4


def test_one_problem_is_not_many() -> None:
    """The title counts."""
    with pytest.raises(ConfigError, match=r"^configuration refused, 1 problem: name: found"):
        parse({}, OPERATORS)


def test_a_broken_section_leaves_its_neighbours_and_its_own_defaults() -> None:
    """What is left can be checked further: broken values fall back, the rest stays."""
    cluster = dev(
        name=7,
        protect="yes",
        pools={"a": {"ids": ["x"], "serverType": "cax11"}, "b": {"ids": [2, "y", 4]}, "c": None},
        prices={"date": "2026-11-01"},
    )
    settings, _ = inspect(cluster, ["203.0.113.0/24"])
    assert settings is not None
    repaired = settings.cluster
    assert (repaired.name, repaired.protect, repaired.prices) == ("unnamed", False, None)
    assert repaired.pools["a"].ids is None
    assert repaired.pools["a"].server_type == "cax11"
    assert repaired.pools["b"].ids == [2, 4]
    assert "c" not in repaired.pools


def test_missing_operators_are_refused_with_the_line_that_sets_them() -> None:
    """To the letter."""
    assert problem(dev(), operators=None) == Problem(
        "sovereign:operatorCidrs",
        "nothing",
        "the list says who may reach SSH and the Kubernetes API, [] means nobody",
        "run: pulumi config set --path 'sovereign:operatorCidrs[0]' 203.0.113.7/32",
    )


@pytest.mark.parametrize("value", ["203.0.113.7/32", [1], {"a": "b"}, [["203.0.113.7/32"]]])
def test_operators_are_a_list_of_texts(value: Any) -> None:
    """One block in quotes is a common slip."""
    found = problem(dev(), operators=value)
    assert found.rule == "must be a list of CIDR blocks"
    assert found.fix.startswith("run: pulumi config set --path 'sovereign:operatorCidrs[0]' ")


def test_no_operators_means_nobody() -> None:
    """An empty list is an answer."""
    assert parse(dev(), []).operator_cidrs == ()


@pytest.mark.parametrize("mirror", [5, "mirror", "./files", ["/srv"]])
def test_a_mirror_is_a_url_or_an_absolute_directory(mirror: Any) -> None:
    """Nodes and Helm read it from other directories than this one."""
    found = problem(dev(), mirror=mirror)
    assert (found.path, found.rule) == (
        "sovereign:artifactMirror",
        "must be a URL or an absolute directory",
    )


@pytest.mark.parametrize(
    ("mirror", "read"),
    [("https://mirror.example/", "https://mirror.example"), ("/srv/files/", "/srv/files")],
)
def test_a_mirror_is_read_without_its_last_slash(mirror: str, read: str) -> None:
    """So that paths are joined the same way."""
    assert parse(dev(), [], mirror).artifact_mirror == read


@pytest.mark.parametrize(
    "key",
    [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl",
        "ecdsa-sha2-nistp256 AAAAE2Vj alice@example.org",
    ],
)
def test_extra_keys_are_public_keys(key: str) -> None:
    """With or without comment."""
    assert parse(dev(ssh={"extraKeys": {"alice": key}}), []).cluster.ssh.extra_keys["alice"] == key
    for wrong in ("/home/alice/.ssh/id_ed25519.pub", f"{key}\n{key}", "AAAAC3NzaC1", ""):
        assert problem(dev(ssh={"extraKeys": {"alice": wrong}})).path == "ssh.extraKeys.alice"


@settings(max_examples=25)
@given(clusters())
def test_a_configuration_survives_json_as_pulumi_hands_it_over(cluster: dict[str, Any]) -> None:
    """Pulumi gives JSON: the ids of generations are texts there."""
    direct = parse(cluster, OPERATORS)
    assert parse(json.loads(json.dumps(cluster)), OPERATORS) == direct
    dumped = direct.cluster.model_dump(by_alias=True)
    assert ClusterConfig.model_validate(json.loads(json.dumps(dumped))) == direct.cluster


def test_generations_are_read_with_ids_as_numbers_and_as_texts() -> None:
    """YAML gives the one, JSON the other."""
    for key in (2, "2"):
        pools = {"a": {"ids": [2], "generations": {key: 3}}}
        assert parse(dev(pools=pools), []).cluster.pools["a"].generations == {2: 3}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value in a configuration."""
    inner = list(value.items()) if isinstance(value, dict) else []
    if isinstance(value, list):
        inner = list(enumerate(value))
    return [path, *(place for key, one in inner for place in places(one, (*path, key)))]


FULL = dev(
    pools={
        "a": {
            "ids": [1, 2],
            "taints": [{"key": "gpu", "value": "", "effect": "NoSchedule"}],
            "labels": {"zone": "a"},
            "generations": {"1": 2},
        },
        "b": {"count": 2, "firstId": 5, "location": "fsn1"},
    },
    ssh={"port": 22, "extraKeys": {"alice": "ssh-ed25519 AAAA"}},
    cilium={"hubble": {"metrics": ["dns"]}},
    prices={"date": "2026-11-01", "source": "offer", "serverTypes": {"cpx32": 1.5}},
)
RUBBISH = st.one_of(
    st.sampled_from([None, True, -1, 0, 3.5, "", "x", "10.0.0.0/8", [], {}, [None], {"x": 1}]),
    st.integers(-5, 30),
)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(places(FULL)[1:]), RUBBISH), min_size=1, max_size=3))
def test_whatever_stands_there_the_answer_is_problems_and_never_a_crash(
    slips: list[tuple[tuple[Any, ...], Any]],
) -> None:
    """Any value replaced by any other: refused or taken, and nothing is said twice."""
    cluster = copy.deepcopy(FULL)
    for (*parents, last), rubbish in slips:
        node: Any = cluster
        for part in parents:
            reachable = isinstance(node, dict) and part in node
            listed = isinstance(node, list) and isinstance(part, int) and part < len(node)
            node = node[part] if reachable or listed else None
        if isinstance(node, dict) or (isinstance(node, list) and last in range(len(node))):
            node[last] = rubbish
    said = problems(cluster)
    assert len(said) == len(set(said))
