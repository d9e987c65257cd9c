"""What a change does to nodes and quorum, though no rule is broken."""

from dataclasses import replace

import pytest

from rehearsal.review.facts import Operation, Resource
from rehearsal.review.review import Review, review
from tests.rehearsal.review.situations import (
    SMALL,
    THREE,
    Cluster,
    Node,
    altered,
    change,
    urn,
    without,
    workers,
)


def reviewed(before: Cluster | None, after: Cluster) -> Review:
    return review(change(before, after))


def said(found: Review, source: str) -> str:
    return " | ".join(f"{one.subject}: {one.what}" for one in found.reasons if one.source == source)


def fates(found: Review) -> dict[str, str]:
    return {node.name: node.fate for node in found.nodes}


def test_nothing_changed_is_approved() -> None:
    """No operation but same, no reason."""
    found = reviewed(SMALL, SMALL)
    assert (found.verdict, found.reasons) == ("approve", ())
    assert found.counts["same"] > 0


def test_one_more_worker_is_approved() -> None:
    """It is named as new; the others stay as they are."""
    found = reviewed(SMALL, replace(SMALL, nodes=(*SMALL.nodes, Node("dev-default-3", id=3))))
    assert found.verdict == "approve"
    assert fates(found)["dev-default-3"] == "new"
    assert [node.name for node in found.nodes if node.fate != "same"] == ["dev-default-3"]


def test_replacing_the_only_control_plane_is_refused() -> None:
    """The cluster's state goes with it."""
    found = reviewed(SMALL, altered(SMALL, "dev-control-plane-1", generation=2))
    assert found.verdict == "refuse"
    assert "the only control plane goes, and with it the cluster's state" in said(found, "quorum")
    assert fates(found)["dev-control-plane-1"] == "replaced"


def test_replacing_one_of_three_control_planes_is_to_be_looked_at() -> None:
    """The member leaves and comes back: a snapshot first."""
    found = reviewed(THREE, altered(THREE, "dev-control-plane-2", generation=2))
    assert found.verdict == "look"
    assert "1 of etcd's 3 members leave, one after the other" in said(found, "quorum")
    assert "reaches the cluster through" not in said(found, "quorum")


def test_replacing_the_anchor_names_its_successor() -> None:
    """The lowest control plane is the one the program talks to."""
    found = reviewed(THREE, altered(THREE, "dev-control-plane-1", generation=2))
    assert "it turns to dev-control-plane-2" in said(found, "quorum")


def test_replacing_two_of_three_control_planes_is_to_be_looked_at() -> None:
    """The program takes them out one after the other: the quorum holds."""
    after = altered(THREE, "dev-control-plane-2", generation=2)
    found = reviewed(THREE, altered(after, "dev-control-plane-3", generation=2))
    assert found.verdict == "look"
    assert "2 of etcd's 3 members leave, one after the other" in said(found, "quorum")
    assert "goes away" not in said(found, "quorum")


def test_three_control_planes_become_one_of_them() -> None:
    """Two leave through the one that stays; only their number is to be looked at."""
    found = reviewed(THREE, without(THREE, "dev-control-plane-2", "dev-control-plane-3"))
    assert found.verdict == "look"
    assert "3 control planes become 1" in said(found, "quorum")


def test_removing_every_control_plane_there_was_is_refused() -> None:
    """Others would take their place, and nobody could let them in."""
    others = tuple(
        replace(node, name=f"dev-control-plane-{node.id + 3}", id=node.id + 3)
        if node.role == "control-plane"
        else node
        for node in THREE.nodes
    )
    found = reviewed(THREE, replace(THREE, nodes=others))
    assert found.verdict == "refuse"
    assert "none of the control planes stays" in said(found, "quorum")


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(altered(THREE, "dev-control-plane-2", generation=2), id="one replaced"),
        pytest.param(without(THREE, "dev-control-plane-2", "dev-control-plane-3"), id="two less"),
    ],
)
def test_a_worker_does_not_leave_in_the_change_of_a_control_plane(after: Cluster) -> None:
    """The program refuses that in mid-`up`; here it is said before."""
    found = reviewed(THREE, without(after, "dev-default-2"))
    assert found.verdict == "refuse"
    assert "dev-default-2 would leave in the same `up`" in said(found, "quorum")


def test_powering_off_two_of_three_control_planes_takes_the_api_away() -> None:
    """Nothing orders changes of a server type among each other."""
    after = altered(THREE, "dev-control-plane-2", type="cpx42")
    found = reviewed(THREE, altered(after, "dev-control-plane-3", type="cpx42"))
    assert "the Kubernetes API goes away: 1 of 3" in said(found, "quorum")


def test_a_new_server_type_powers_the_node_off() -> None:
    """With the property, both types and the node by name."""
    found = reviewed(SMALL, altered(SMALL, "dev-default-1", type="cpx42"))
    assert found.verdict == "look"
    assert fates(found)["dev-default-1"] == "powered-off"
    assert "dev-default-1: the server is powered off" in said(found, "node")
    assert "serverType cpx32 → cpx42" in said(found, "node")
    assert said(found, "quorum") == ""


def test_powering_off_the_only_control_plane_takes_the_api_away() -> None:
    """Its state stays, so it is to be looked at, not refused."""
    found = reviewed(SMALL, altered(SMALL, "dev-control-plane-1", type="cpx42"))
    assert found.verdict == "look"
    assert "the Kubernetes API goes away: 0 of 1" in said(found, "quorum")


def test_a_removed_pool_is_named_with_the_size_it_had() -> None:
    """And the taint that the last worker leaves behind."""
    found = reviewed(SMALL, without(SMALL, "dev-default-1", "dev-default-2"))
    assert found.verdict == "look"
    assert "pool default: the pool is removed with its 2 nodes" in said(found, "node")
    assert "the last worker goes" in said(found, "node")


def test_interrupting_a_whole_pool_is_said_once_more() -> None:
    """One node of it is not the whole pool."""
    one = altered(SMALL, "dev-default-1", type="cpx42")
    assert "all 2 nodes" not in said(reviewed(SMALL, one), "node")
    both = altered(one, "dev-default-2", type="cpx42")
    assert "all 2 nodes of the pool are interrupted" in said(reviewed(SMALL, both), "node")


def test_more_control_planes_change_the_membership() -> None:
    """From one to three: a snapshot first."""
    found = reviewed(SMALL, THREE)
    assert "1 control planes become 3" in said(found, "quorum")


@pytest.mark.parametrize("fact", ["networkCidr", "nodeCidr", "podCidr", "serviceCidr"])
def test_a_changed_range_is_refused(fact: str) -> None:
    """Each of the four: it never changes under running nodes, and no policy can see it."""
    after = replace(SMALL, ranges={**SMALL.ranges, fact: "10.99.0.0/16"})
    found = reviewed(SMALL, after)
    assert found.verdict == "refuse"
    assert f"the cluster was made with {SMALL.ranges[fact]}" in said(found, "network")


def test_a_new_environment_has_no_hazards() -> None:
    """There is nothing that could be lost."""
    assert [one.source for one in reviewed(None, THREE).reasons] == []


def test_labels_and_taints_are_taken_over_in_place() -> None:
    """No node restarts for them."""
    found = reviewed(SMALL, altered(SMALL, "dev-default-1", k3s={"node-label": ["a=b"]}))
    assert found.verdict == "approve"
    labeled = altered(SMALL, "dev-default-1", k3s={"node-label": ["a=b"]})
    relabeled = altered(SMALL, "dev-default-1", k3s={"node-label": ["a=c"]})
    assert reviewed(labeled, relabeled).verdict == "approve"


def test_other_k3s_options_restart_the_node() -> None:
    """With the option by name."""
    before = altered(SMALL, "dev-default-1", k3s={"kubelet-arg": ["a"]})
    after = altered(SMALL, "dev-default-1", k3s={"kubelet-arg": ["b"]})
    assert "dev-default-1: k3s restarts for: kubelet-arg" in said(reviewed(before, after), "node")


def test_a_k3s_version_and_cilium_values_are_named() -> None:
    """Both disturb every node; more operator replicas do not."""
    found = reviewed(SMALL, replace(SMALL, k3s="v1.37.0+k3s1"))
    assert "k3s goes from v1.36.4+k3s1 to v1.37.0+k3s1" in said(found, "node")
    found = reviewed(SMALL, replace(SMALL, cilium={"MTU": 1400}))
    assert "agents restart on every node for: MTU" in said(found, "network")
    before = replace(SMALL, cilium={"operator": {"replicas": 1}})
    after = replace(SMALL, cilium={"operator": {"replicas": 2}})
    assert reviewed(before, after).verdict == "approve"


@pytest.mark.parametrize(
    ("type_", "verdict"),
    [
        ("hcloud:index/network:Network", "refuse"),
        ("hcloud:index/volume:Volume", "refuse"),
        ("kubernetes:core/v1:PersistentVolumeClaim", "refuse"),
        ("kubernetes:core/v1:Namespace", "look"),
        ("hcloud:index/sshKey:SshKey", "approve"),
    ],
)
def test_a_deleted_part_weighs_what_is_lost_with_it(type_: str, verdict: str) -> None:
    """What cannot be had back is refused; a namespace is to be looked at, an SSH key is nothing."""
    before = replace(SMALL, extra=(Resource(urn(type_, "part"), {"name": "part"}),))
    assert reviewed(before, SMALL).verdict == verdict


def test_a_moved_network_attachment_is_no_power_cycle() -> None:
    """The address goes away for a moment, live."""
    facts = change(SMALL, SMALL)
    operations = [
        replace(one, action="update", keys=("networks",)) if "default-1" in one.urn else one
        for one in facts.operations
    ]
    found = review(replace(facts, operations=operations))
    assert fates(found)["dev-default-1"] == "reattached"
    assert found.verdict == "look"


def test_a_stopped_preview_claims_no_deletion() -> None:
    """What it did not reach stays as it was, and the comment says that it stopped."""
    facts = change(SMALL, SMALL)
    reached = [one for one in facts.operations if "server" not in one.urn]
    found = review(
        replace(facts, operations=reached, complete=False, errors=("the program failed: x",))
    )
    assert found.verdict == "refuse"
    assert set(fates(found).values()) == {"same"}
    assert len(found.nodes) == len(SMALL.nodes)
    assert found.cost.after == found.cost.before == 37.5


def test_a_program_that_is_not_ours_is_read_by_its_servers() -> None:
    """No component, no role: nodes and cost are there all the same."""
    one = Resource(
        urn("hcloud:index/server:Server", "plain"), {"name": "plain", "serverType": "cpx32"}
    )
    facts = replace(
        change(None, SMALL), operations=[Operation(one.urn, "create", inputs=one.inputs)]
    )
    found = review(facts)
    assert [(node.name, node.role, node.fate) for node in found.nodes] == [
        ("plain", "server", "new")
    ]
    assert found.cost.after == 12.5


def test_workers_are_many_and_none_is_lost() -> None:
    """Ninety workers, one gone: one fate."""
    many = Cluster((*SMALL.nodes[:1], *workers(90)))
    found = reviewed(many, without(many, "dev-default-42"))
    assert [node.name for node in found.nodes if node.fate == "gone"] == ["dev-default-42"]
