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

NAME_PATTERN = "string should match pattern '^[a-z]([-a-z0-9]*[a-z0-9])?$'"

ONE_PROBLEM: dict[str, tuple[Any, str]] = {
    "no name": (
        {},
        "name: found nothing; is required; add `name:`",
    ),
    "a name with capitals": (
        dev(name="Dev"),
        f"name: found 'Dev'; {NAME_PATTERN}; correct `name`",
    ),
    "a name longer than Cilium takes": (
        dev(name="a" * 33),
        f"name: found '{'a' * 33}'; string should have at most 32 characters; correct `name`",
    ),
    "an unknown location": (
        dev(location="mars"),
        (
            "location: found 'mars'; input should be 'nbg1', 'fsn1', 'hel1', 'ash', 'hil' or "
            "'sin'; "
            "correct `location`"
        ),
    ),
    "a number as text": (
        dev(pools={"a": {"ids": [1, "2"]}}),
        "pools.a.ids[1]: found '2'; input should be a valid integer; correct `pools.a.ids[1]`",
    ),
    "a truth value as text": (
        dev(protect="true"),
        "protect: found 'true'; input should be a valid boolean; correct `protect`",
    ),
    "a version as number": (
        dev(cilium={"version": 1.2}),
        "cilium.version: found 1.2; input should be a valid string; correct `cilium.version`",
    ),
    "a channel instead of a version": (
        dev(k3s={"version": "stable"}),
        (
            r"k3s.version: found 'stable'; string should match pattern '^v\d+\.\d+\.\d+\+k3s\d+$'; "
            "correct `k3s.version`"
        ),
    ),
    "an id outside the address plan": (
        dev(pools={"a": {"ids": [1, 231]}}),
        (
            "pools.a.ids[1]: found 231; input should be less than or equal to 230; "
            "correct `pools.a.ids[1]`"
        ),
    ),
    "a control plane with id 10": (
        dev(controlPlane={"ids": [10]}),
        (
            "controlPlane.ids[0]: found 10; input should be less than or equal to 9; "
            "correct `controlPlane.ids[0]`"
        ),
    ),
    "an MTU above the network's": (
        dev(cilium={"mtu": 1500}),
        "cilium.mtu: found 1500; input should be less than or equal to 1450; correct `cilium.mtu`",
    ),
    "an encryption that is none": (
        dev(cilium={"encryption": {"type": "ztunnel"}}),
        (
            "cilium.encryption.type: found 'ztunnel'; input should be 'wireguard'; "
            "correct `cilium.encryption.type`"
        ),
    ),
    "a deprecated Hubble metric": (
        dev(cilium={"hubble": {"metrics": ["dns", "http"]}}),
        (
            "cilium.hubble.metrics[1]: found 'http'; input should be 'dns', 'drop', 'tcp', 'flow', "
            "'icmp', 'httpV2' or 'port-distribution'; correct `cilium.hubble.metrics[1]`"
        ),
    ),
    "a pool's name with a capital": (
        dev(pools={"Big": {"ids": [1]}}),
        f"pools.Big: found 'Big'; {NAME_PATTERN}; correct `pools.Big`",
    ),
    "a pool that is empty text": (
        dev(pools={"a": None}),
        "pools.a: found nothing; must be a mapping; correct `pools.a`",
    ),
    "pools as a list": (
        dev(pools=[1]),
        "pools: found [1]; must be a mapping; correct `pools`",
    ),
    "a taint without effect": (
        dev(pools={"a": {"ids": [1], "taints": [{"key": "gpu"}]}}),
        "pools.a.taints[0].effect: found nothing; is required; add `pools.a.taints[0].effect:`",
    ),
    "a taint with a wrong effect": (
        dev(pools={"a": {"ids": [1], "taints": [{"key": "gpu", "effect": "Never"}]}}),
        (
            "pools.a.taints[0].effect: found 'Never'; input should be 'NoSchedule', "
            "'PreferNoSchedule' or 'NoExecute'; correct `pools.a.taints[0].effect`"
        ),
    ),
    "a generation of zero": (
        dev(pools={"a": {"ids": [1], "generations": {1: 0}}}),
        (
            "pools.a.generations.1: found 0; input should be greater than or equal to 1; "
            "correct `pools.a.generations.1`"
        ),
    ),
    "a generation of no number": (
        dev(pools={"a": {"ids": [1], "generations": {"one": 2}}}),
        (
            "pools.a.generations.one: found 'one'; input should be a valid integer; "
            "correct `pools.a.generations.one`"
        ),
    ),
    "a price as text": (
        dev(prices={"date": "2026-11-01", "source": "x", "serverTypes": {"cpx32": "12"}}),
        (
            "prices.serverTypes.cpx32: found '12'; input should be a valid number; "
            "correct `prices.serverTypes.cpx32`"
        ),
    ),
    "a gate without patience": (
        dev(gates={"joinS": 5}),
        "gates.joinS: found 5; input should be greater than or equal to 10; correct `gates.joinS`",
    ),
    "a value that is long": (
        dev(name="A" * 90),
        f"name: found '{'A' * 56}...; string should have at most 32 characters; correct `name`",
    ),
    "no mapping at all": (
        "dev",
        (
            "sovereign:cluster: found 'dev'; must be the mapping that describes the cluster; "
            "write it in Pulumi.<stack>.yaml as Pulumi.dev.yaml does"
        ),
    ),
}


@pytest.mark.parametrize("case", ONE_PROBLEM)
def test_a_broken_value_is_said_with_path_value_rule_and_fix(case: str) -> None:
    """One problem, and nothing that merely follows from it."""
    cluster, text = ONE_PROBLEM[case]
    assert str(problem(cluster)) == text


UNKNOWN_KEYS = {
    "nme": (dev(nme=1), "did you mean `name`?"),
    "control_plane": (dev(control_plane={}), "did you mean `controlPlane`?"),
    "controlPlane.severType": (
        dev(controlPlane={"severType": "cpx32"}),
        "did you mean `serverType`?",
    ),
    "pools.a.taint": (dev(pools={"a": {"ids": [1], "taint": []}}), "did you mean `taints`?"),
    "pools.a.taints[0].efect": (
        dev(
            pools={"a": {"ids": [1], "taints": [{"key": "a", "effect": "NoSchedule", "efect": 1}]}}
        ),
        "did you mean `effect`?",
    ),
    "cilium.encryption.strict": (
        dev(cilium={"encryption": {"strict": True}}),
        "did you mean `strictMode`?",
    ),
    "cilium.hubble.xyz": (
        dev(cilium={"hubble": {"xyz": 1}}),
        "known keys: enabled, metrics, relay, ui",
    ),
    "network.vlan": (
        dev(network={"vlan": 1}),
        "known keys: cidr, nodeCidr, podCidr, serviceCidr",
    ),
    "ssh.extrakeys": (dev(ssh={"extrakeys": {}}), "did you mean `extraKeys`?"),
}


@pytest.mark.parametrize("path", UNKNOWN_KEYS)
def test_an_unknown_key_is_refused_with_the_nearest_known_one(path: str) -> None:
    """Of the section that it stands in, or with all keys of that section."""
    cluster, fix = UNKNOWN_KEYS[path]
    assert problem(cluster) == Problem(path, "an unknown key", "unknown keys are refused", fix)


LOOPBACK = (
    "nothing listens on 127.0.0.1:6443 on a k3s agent, so Cilium on every worker would get "
    "'connection refused' and stay NotReady"
)


@pytest.mark.parametrize("value", ["127.0.0.1:6443", "127.0.0.1", "localhost:6443", "[::1]:6443"])
def test_the_api_at_loopback_is_refused_with_its_reason(value: str) -> None:
    """The incident, in every spelling; without pools too, for a pool may follow."""
    found = problem(dev(apiServerAddress=value))
    assert found.rule == f"{LOOPBACK} (this Sovereign has pools)"
    assert found.fix == (
        "write control-plane-ip (the control plane's private address) or node-local "
        "(127.0.0.1:6444)"
    )
    lonely = problem(dev(apiServerAddress=value, pools={}))
    assert lonely.rule == f"{LOOPBACK} (a pool added later has agents)"


@pytest.mark.parametrize("value", ["10.0.1.2", "10.0.1.2:6443", "127.0.0.1:6444", 6443])
def test_any_typed_in_address_is_refused(value: Any) -> None:
    """It is the control plane's output."""
    rule = "an address is derived, never typed in: it is the control plane's own output"
    assert problem(dev(apiServerAddress=value)).rule == rule


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
