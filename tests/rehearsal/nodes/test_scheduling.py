"""Taints, tolerations and placement, in the scheduler's words."""

import pytest

from rehearsal.nodes.scheduling import (
    EVERYTHING,
    Candidate,
    Taint,
    Toleration,
    Workload,
    parse_taint,
    place,
)

TAINTED = Taint("node-role.kubernetes.io/control-plane", "", "NoSchedule")


@pytest.mark.parametrize(
    ("text", "taint"),
    [
        ("a=b:NoSchedule", Taint("a", "b", "NoSchedule")),
        ("a=:NoExecute", Taint("a", "", "NoExecute")),
        ("a:NoSchedule", Taint("a", "", "NoSchedule")),
    ],
)
def test_a_taint_is_written_in_three_ways(text: str, taint: Taint) -> None:
    """With a value, with an empty one, without one."""
    assert parse_taint(text) == taint


@pytest.mark.parametrize(
    ("toleration", "covered"),
    [
        (Toleration(operator="Exists"), True),
        (Toleration("a", "Exists"), True),
        (Toleration("a", "Exists", effect="NoExecute"), False),
        (Toleration("a", "Equal", "b"), True),
        (Toleration("a", "Equal", "c"), False),
        (Toleration("x", "Exists"), False),
        (Toleration(), False),
    ],
)
def test_a_toleration_covers_by_key_value_and_effect(toleration: Toleration, covered: bool) -> None:
    """Empty fields match everything, but an empty key only with Exists."""
    assert toleration.covers(Taint("a", "b", "NoSchedule")) == covered


def test_what_nobody_tolerates_stays_pending_with_the_reasons_counted() -> None:
    """As `kubectl describe pod` shows it."""
    nodes = (
        Candidate("one", {}, (TAINTED,)),
        Candidate("two", {}, (Taint("x", "y", "NoExecute"),)),
        Candidate("three", {}, (Taint("x", "y", "NoExecute"),)),
    )
    placement = place(Workload("deployment", "default", "app"), nodes)

    assert placement.nodes == ()
    assert placement.pending == (
        "0/3 nodes are available: 1 node(s) had untolerated taint "
        "{node-role.kubernetes.io/control-plane: }, 2 node(s) had untolerated taint {x: y}."
    )


def test_a_preference_keeps_nobody_away() -> None:
    """PreferNoSchedule is a wish."""
    wish = Candidate("one", {}, (Taint("x", "", "PreferNoSchedule"),))
    assert place(Workload("deployment", "default", "app"), (wish,)).nodes == ("one",)


def test_pods_that_stay_apart_need_a_node_each() -> None:
    """Two replicas on one node: one runs, the other waits."""
    operator = Workload("deployment", "kube-system", "cilium-operator", replicas=2, apart=True)
    placement = place(operator, (Candidate("one", {}, ()),))

    assert placement.nodes == ("one",)
    assert "1 node(s) didn't match pod anti-affinity rules" in placement.pending


def test_pods_that_may_share_spread_over_the_nodes() -> None:
    """And more than one on a node where there are more pods than nodes."""
    app = Workload("deployment", "default", "app", replicas=3)
    nodes = (Candidate("one", {}, ()), Candidate("two", {}, ()))
    assert place(app, nodes).nodes == ("one", "two", "one")


def test_a_daemon_is_on_every_node_that_it_tolerates() -> None:
    """A tainted node is not even counted."""
    nodes = (Candidate("one", {}, (TAINTED,)), Candidate("two", {}, ()))
    assert place(Workload("daemonset", "x", "y"), nodes).nodes == ("two",)
    all_of_them = place(Workload("daemonset", "x", "y", tolerations=EVERYTHING), nodes)
    assert (all_of_them.nodes, all_of_them.desired) == (("one", "two"), 2)


def test_a_selector_asks_for_labels() -> None:
    """No node with the label: none fits."""
    picky = Workload("deployment", "x", "y", node_selector=(("disk", "ssd"),))
    assert "node affinity/selector" in place(picky, (Candidate("one", {}, ()),)).pending
    assert place(picky, (Candidate("one", {"disk": "ssd"}, ()),)).nodes == ("one",)
