"""One control plane is the cluster; three survive one; a server joins only as an equal."""

from dataclasses import replace
from pathlib import Path

import pytest

from rehearsal.nodes.api_path import UNKNOWN_AUTHORITY, dial_api
from rehearsal.nodes.departure import STAYS_OUT
from rehearsal.nodes.ports import ApiUnreachable
from rehearsal.nodes.status import CLUSTER_LOST
from rehearsal.nodes.world import World
from sovereign import secrets
from tests.rehearsal.nodes.change import SERVER, WORKERS, Change
from tests.rehearsal.nodes.planned import SEED, available_plan, dev_plan
from tests.rehearsal.nodes.rehearsed import Rehearsed

SECOND = "dev-control-plane-2"


def test_deleting_the_only_control_plane_loses_the_cluster() -> None:
    """Nothing converges: the API is gone, and the workers say what is left to do."""
    rehearsed = Rehearsed(dev_plan()).bring_up()

    del rehearsed.project.machines[SERVER]

    assert rehearsed.reasons() == dict.fromkeys(WORKERS, CLUSTER_LOST)
    with pytest.raises(ApiUnreachable, match=r"198\.51\.100\.1:6443: i/o timeout"):
        rehearsed.model.apply_object(rehearsed.kubeconfig, rehearsed.secret())


def new_only_control_plane() -> Rehearsed:
    """The only control plane was deleted, and a server of its name was made."""
    rehearsed = Rehearsed(dev_plan()).bring_up()
    rehearsed.create_server(rehearsed.plan.nodes[0], 9)
    machine = rehearsed.project.machines[SERVER]
    rehearsed.project.machines[SERVER] = replace(machine, public_ipv4="198.51.100.1")
    return rehearsed


def test_a_new_only_control_plane_makes_no_empty_cluster_beside_living_workers() -> None:
    """Their kubelets show that there was one: it is restored, not replaced."""
    rehearsed = new_only_control_plane()

    refused = rehearsed.join(rehearsed.plan.nodes[0])

    assert refused.exit_code == 1
    assert "the kubelet at 10.0.1.20 belongs to a cluster whose control plane is gone" in (
        refused.stderr
    )
    assert "The only control plane is lost" in refused.stderr
    assert not rehearsed.model.state.hosts[9].active


def test_a_new_only_control_plane_makes_another_cluster() -> None:
    """Where no worker is asked. Old kubeconfig and old workers do not belong to it."""
    rehearsed = new_only_control_plane()
    rehearsed.change = Change("join", "WORKERS", "", SERVER)

    joined = rehearsed.join(rehearsed.plan.nodes[0])

    assert joined.exit_code == 0
    assert {name: rehearsed.reasons()[name] for name in WORKERS} == dict.fromkeys(
        WORKERS, CLUSTER_LOST
    )
    with pytest.raises(ApiUnreachable, match="certificate signed by unknown authority"):
        rehearsed.model.apply_object(rehearsed.kubeconfig, rehearsed.secret())


def test_three_control_planes_survive_one_and_not_two() -> None:
    """Embedded etcd answers while more than half of its members are up."""
    rehearsed = Rehearsed(available_plan()).bring_up()
    assert rehearsed.model.status().ready

    machines = rehearsed.project.machines
    machines["dev-control-plane-2"] = replace(machines["dev-control-plane-2"], status="off")
    one_off = rehearsed.reasons()
    machines["dev-control-plane-3"] = replace(machines["dev-control-plane-3"], status="off")
    two_off = rehearsed.reasons()

    assert set(one_off) == {"dev-control-plane-2"}
    assert two_off[WORKERS[0]] == "the API does not answer: etcdserver: no leader"


def test_workers_follow_the_servers_that_are_left() -> None:
    """With every server in the list of URLs, Cilium goes on when the first one is off."""
    rehearsed = Rehearsed(available_plan()).bring_up()
    machines = rehearsed.project.machines
    machines[SERVER] = replace(machines[SERVER], status="off")

    status = rehearsed.model.status()

    assert set(rehearsed.reasons()) == {SERVER}
    assert {node.api_address for node in status.nodes if node.ready} == {"10.0.1.3:6443"}


@pytest.mark.parametrize(
    ("path", "to", "named"),
    [
        ("service-cidr", "10.44.0.0/16", "service-cidr"),
        ("secrets-encryption", None, "secrets-encryption"),
        ("disable", ["traefik"], "disable=servicelb"),
    ],
)
def test_options_that_must_be_equal_on_all_servers_stop_a_join(
    path: str, to: object, named: str
) -> None:
    """The second server names the option and does not join."""
    change = Change("k3s", path, to, "dev-control-plane-2")
    rehearsed = Rehearsed(available_plan(), change).bring_up()

    reason = rehearsed.reasons()["dev-control-plane-2"]
    assert f"critical configuration mismatched: {named}" in reason
    assert "critical configuration value mismatch between servers" in reason


def test_a_server_does_not_join_with_the_agent_token() -> None:
    """Agent tokens join agents only."""
    agent_token = secrets.agent_token(SEED, "dev")
    change = Change("join", "TOKEN", agent_token, "dev-control-plane-2")
    rehearsed = Rehearsed(available_plan(), change).bring_up()

    assert (
        "/v1-k3s/server-bootstrap: 401 Unauthorized" in rehearsed.reasons()["dev-control-plane-2"]
    )


def test_a_server_of_other_agent_tokens_does_not_join() -> None:
    """The agent token is one of the options that must be equal."""
    change = Change("join", "AGENT_TOKEN", "another", "dev-control-plane-2")
    rehearsed = Rehearsed(available_plan(), change).bring_up()

    assert "mismatched: agent-token" in rehearsed.reasons()["dev-control-plane-2"]


def test_a_server_without_cluster_init_takes_no_second_one() -> None:
    """SQLite knows no members."""
    change = Change("k3s", "cluster-init", None, SERVER)
    rehearsed = Rehearsed(available_plan(), change).bring_up()

    assert "uses SQLite (no cluster-init)" in rehearsed.reasons()["dev-control-plane-2"]


def two_clusters() -> Rehearsed:
    """The second control plane made a cluster before the first one did, and neither asked."""
    rehearsed = Rehearsed(available_plan(), Change("join", "SERVER_URL", "", SECOND))
    rehearsed.join(rehearsed.plan.node(SECOND))
    rehearsed.change = Change("join", "PEERS", "", SERVER)
    return rehearsed.bring_up()


def test_a_second_server_that_initializes_is_a_cluster_of_its_own() -> None:
    """It joins nobody, and the gate of the first cluster waits for it."""
    rehearsed = two_clusters()

    assert "belongs to another cluster" in rehearsed.reasons()[SECOND]
    assert f"waiting  node  {SECOND}  has not joined" in rehearsed.steps["ready"].stdout


def test_a_member_does_not_restart_with_another_token() -> None:
    """The token encrypts the bootstrap data on its disk."""
    rehearsed = Rehearsed(dev_plan()).bring_up()
    rehearsed.change = Change("join", "TOKEN", "another", SERVER)

    outcome = rehearsed.join(rehearsed.plan.nodes[0])

    assert outcome.exit_code == 1
    assert "encrypted with different token" in outcome.stderr


def test_the_api_of_another_cluster_is_not_trusted() -> None:
    """Its certificate is signed by another authority, whoever dials it."""
    rehearsed = two_clusters()
    machines = rehearsed.project.servers()
    worker = rehearsed.project.machines[WORKERS[0]]
    model = rehearsed.model
    world = World(machines, rehearsed.project.networks(), model.state, model.surroundings)
    own = model.state.clusters[model.state.hosts[worker.id].cluster]

    assert dial_api(world, own, worker, "10.0.1.2", 6443) is None
    assert dial_api(world, own, worker, "10.0.1.3", 6443) == UNKNOWN_AUTHORITY


def test_servers_that_left_no_longer_count_for_the_quorum() -> None:
    """k3s removes the etcd member with the Node, so one of three may stay behind alone."""
    rehearsed = Rehearsed(available_plan()).bring_up()
    for name in ("dev-control-plane-2", "dev-control-plane-3"):
        rehearsed.leave(name)
        del rehearsed.project.machines[name]

    assert rehearsed.reasons() == {}
    assert len(rehearsed.model.status().nodes) == 3


def test_a_member_that_was_taken_out_joins_again_unless_systemd_is_told(tmp_path: Path) -> None:
    """k3s ends, systemd starts it, and it counts for the quorum once more (k3s#4023); the founder
    has nobody to join and is a cluster of its own (k3s#13623)."""
    rehearsed = Rehearsed(available_plan()).bring_up()
    hosts, machines = rehearsed.model.state.hosts, rehearsed.project.machines
    (cluster,) = rehearsed.model.state.clusters.values()
    third, first = machines["dev-control-plane-3"].id, machines[SERVER].id

    del hosts[third].files[STAYS_OUT]
    rehearsed.leave("dev-control-plane-3")
    assert third in cluster.members

    del hosts[first].files[STAYS_OUT]
    rehearsed.leave(SERVER)
    assert sorted(cluster.members) == [machines[SECOND].id, third]
    assert hosts[first].cluster != hosts[third].cluster
    again = rehearsed.again(tmp_path / "nodes.json")
    assert again.model.state.clusters.keys() == rehearsed.model.state.clusters.keys()


def test_a_new_lowest_control_plane_does_not_create_a_second_cluster() -> None:
    """Its peers answer already: it joins them instead of initialising."""
    rehearsed = Rehearsed(available_plan()).bring_up()
    first = rehearsed.plan.nodes[0]
    rehearsed.create_server(first, 99)
    assert rehearsed.join(first).exit_code == 0
    assert len(rehearsed.model.state.clusters) == 1
    assert rehearsed.reasons() == {}


def test_a_node_moves_one_kubernetes_minor_at_a_time_and_never_back() -> None:
    """What runs there is the version of the binary that was installed."""
    rehearsed = Rehearsed(dev_plan()).bring_up()
    first = rehearsed.plan.nodes[0]
    outcomes = {}
    for version in ("v1.35.4+k3s1", "v1.38.0+k3s1"):
        rehearsed.change = Change("join", "K3S_VERSION", version, SERVER)
        outcomes[version] = rehearsed.join(first)

    assert {outcome.exit_code for outcome in outcomes.values()} == {1}
    for version, outcome in outcomes.items():
        assert f"k3s version v1.36.4+k3s1 runs here and {version} is asked for" in outcome.stderr
