"""A broken value is said with its path, what was found, the rule and the fix."""

from typing import Any

import pytest

from tests.configurations import dev, problem

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
            "cilium.hubble.metrics[1]: found 'http'; Hubble has no such metric; "
            "did you mean `httpV2`?"
        ),
    ),
    "a misspelt Hubble metric with options": (
        dev(cilium={"hubble": {"metrics": ["flws:destinationContext=pod"]}}),
        (
            "cilium.hubble.metrics[0]: found 'flws:destinationContext=pod'; "
            "Hubble has no such metric; did you mean `flow`?"
        ),
    ),
    "a Hubble metric like no other": (
        dev(cilium={"hubble": {"metrics": ["latency"]}}),
        (
            "cilium.hubble.metrics[0]: found 'latency'; Hubble has no such metric; known: dns, "
            "drop, flow, flows-to-world, httpV2, icmp, policy, port-distribution, tcp"
        ),
    ),
    "two Hubble metrics in one text": (
        dev(cilium={"hubble": {"metrics": ["dns:query drop"]}}),
        (
            "cilium.hubble.metrics[0]: found 'dns:query drop'; string should match pattern "
            "'^[^:\\s]+(:\\S+)?$'; correct `cilium.hubble.metrics[0]`"
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
    "a label's value with a blank": (
        dev(pools={"a": {"ids": [1], "labels": {"tier": "front end"}}}),
        (
            "pools.a.labels.tier: found 'front end'; string should match pattern "
            "'^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$'; correct `pools.a.labels.tier`"
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
