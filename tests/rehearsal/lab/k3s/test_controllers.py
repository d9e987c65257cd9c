"""Decisions of the controllers that need no API."""

from typing import Any

import pytest

from rehearsal.lab.k3s.controller.daemonsets import share
from rehearsal.lab.k3s.controller.deployments import room
from rehearsal.lab.k3s.controller.eviction import must_go
from rehearsal.lab.k3s.controller.lifecycle import GRACE_S, Lifecycle, wanted_taints
from rehearsal.lab.k3s.critical import critical, different
from rehearsal.lab.k3s.kubelet.addresses import Addresses
from rehearsal.lab.k3s.kubelet.environment import expand
from rehearsal.lab.k3s.packaged_components import chosen
from rehearsal.nodes.k3s import K3s


@pytest.mark.parametrize(
    ("said", "of", "up", "count"),
    [(1, 3, True, 1), ("25%", 3, True, 1), ("25%", 3, False, 0), ("50%", 3, False, 1)],
)
def test_shares_are_counts_or_percentages(said: object, of: int, up: bool, count: int) -> None:
    assert share(said, of, up=up) == count


def test_a_deployment_that_recreates_has_no_room_for_more() -> None:
    assert room({"spec": {"strategy": {"type": "Recreate"}}}, 2) == (0, 2)
    assert room({"spec": {}}, 4) == (1, 1)


@pytest.mark.parametrize(
    ("tolerations", "goes"),
    [
        ([], True),
        ([{"key": "k", "operator": "Exists"}], False),
        ([{"key": "k", "operator": "Exists", "tolerationSeconds": 300}], True),
        ([{"key": "k", "operator": "Exists", "effect": "NoSchedule"}], True),
    ],
)
def test_a_pod_goes_when_it_does_not_tolerate_a_taint_for_so_long(
    tolerations: list[dict[str, Any]], goes: bool
) -> None:
    taint = {"key": "k", "effect": "NoExecute", "timeAdded": "2026-01-01T00:00:00Z"}
    assert must_go({"spec": {"tolerations": tolerations}}, {"spec": {"taints": [taint]}}) is goes


@pytest.mark.parametrize(
    ("ready", "keys"),
    [
        ("True", set()),
        ("False", {"node.kubernetes.io/not-ready"}),
        ("Unknown", {"node.kubernetes.io/unreachable"}),
    ],
)
def test_taints_follow_from_the_ready_condition(ready: str, keys: set[str]) -> None:
    node = {"spec": {}, "status": {"conditions": [{"type": "Ready", "status": ready}]}}
    assert {key for key, _ in wanted_taints(node)} == keys


def test_silence_is_reckoned_from_the_last_word_of_any_node() -> None:
    """When the API is slow for all, none of them is silent."""
    lifecycle = Lifecycle()
    lifecycle.hear("one", "at first", 100.0)
    lifecycle.hear("two", "at first", 100.0)
    lifecycle.hear("two", "later", 100.0 + GRACE_S)
    assert lifecycle.is_heard("one")
    lifecycle.hear("two", "later still", 101.0 + GRACE_S)
    assert not lifecycle.is_heard("one")
    assert lifecycle.is_heard("two")


def test_servers_that_differ_say_in_what() -> None:
    options = {"cluster-cidr": "10.42.0.0/16", "disable": ["servicelb"]}
    mine = critical(K3s("server", options), "mine")
    theirs = critical(K3s("server", {**options, "cluster-cidr": "10.52.0.0/16"}), "theirs")
    assert different(mine, theirs) == ["agent-token", "cluster-cidr"]
    without = critical(K3s("server", {"cluster-cidr": "10.42.0.0/16"}), "mine")
    assert different(mine, without) == ["disable=servicelb"]
    assert "mine" not in str(mine)


def test_k3s_brings_what_is_not_disabled() -> None:
    """Traefik comes by the Helm controller only."""
    assert chosen(K3s("server", {})) == ("coredns", "metrics-server", "local-storage", "traefik")
    options = {"disable": "local-storage", "disable-helm-controller": True}
    assert chosen(K3s("server", options)) == ("coredns", "metrics-server")


def test_addresses_of_pods_are_used_again_after_them() -> None:
    addresses = Addresses()
    assert addresses.give("a", "10.42.1.0/24") == "10.42.1.10"
    assert addresses.give("b", "10.42.1.0/24") == "10.42.1.11"
    assert addresses.give("a", "10.42.1.0/24") == "10.42.1.10"
    addresses.release("a")
    assert addresses.give("c", "10.42.1.0/24") == "10.42.1.10"
    assert addresses.give("d", "") == ""


def test_references_to_variables_are_filled_in() -> None:
    assert expand("$(A)-$(B)-$$(A)", {"A": "1"}) == "1-$(B)-$(A)"
