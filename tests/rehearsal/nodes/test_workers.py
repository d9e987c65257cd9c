"""Workers come and go: replaced, switched off, detached, deleted behind the program's back."""

from dataclasses import replace

from rehearsal.nodes import cloud_controller
from tests.rehearsal.nodes.change import NOTHING, WORKERS, Change
from tests.rehearsal.nodes.planned import dev_plan, replaced_plan
from tests.rehearsal.nodes.rehearsed import Rehearsed


def test_a_replaced_worker_is_a_fresh_host_that_must_join_again() -> None:
    """After it left, the new server of its name joins and is Ready."""
    rehearsed = Rehearsed(replaced_plan()).bring_up()
    node = rehearsed.plan.node(WORKERS[1])

    left = rehearsed.leave(WORKERS[1])
    rehearsed.create_server(node, 9)
    assert rehearsed.reasons() == {WORKERS[1]: "has not joined"}
    rehearsed.join(node)

    assert left.stdout.splitlines() == [
        f"node/{WORKERS[1]} cordoned",
        f"node/{WORKERS[1]} drained",
        f'node "{WORKERS[1]}" deleted',
        f'secret "{WORKERS[1]}.node-password.k3s" deleted',
        f"{WORKERS[1]} has left",
    ]
    assert rehearsed.reasons() == {}


def test_a_replaced_worker_that_never_left_is_rejected_by_its_password() -> None:
    """k3s remembers the password of the first host of that name, until somebody deletes the Node:
    without a cloud controller nobody does."""
    rehearsed = Rehearsed(dev_plan()).bring_up()
    rehearsed.model.uninstall_release(
        rehearsed.kubeconfig, cloud_controller.CHART, cloud_controller.NAMESPACE
    )
    node = rehearsed.plan.node(WORKERS[1])
    rehearsed.create_server(node, 9)
    outcome = rehearsed.join(node)

    assert outcome.exit_code == 1
    assert "Node password rejected, duplicate hostname" in rehearsed.reasons()[WORKERS[1]]


def test_the_cloud_controller_makes_room_for_a_worker_of_the_same_name() -> None:
    """It deletes the Node of a deleted server, and k3s forgets the password with it."""
    rehearsed = Rehearsed(dev_plan()).bring_up()
    node = rehearsed.plan.node(WORKERS[1])
    rehearsed.create_server(node, 9)

    assert rehearsed.join(node).exit_code == 0
    assert rehearsed.reasons() == {}


def test_an_absent_node_has_left_already() -> None:
    """Leaving twice is fine, and a node that is not Ready is not drained."""
    rehearsed = Rehearsed(dev_plan()).bring_up()
    machine = rehearsed.project.machines[WORKERS[1]]
    rehearsed.project.machines[WORKERS[1]] = replace(machine, status="off")

    once = rehearsed.leave(WORKERS[1])
    twice = rehearsed.leave(WORKERS[1])

    assert "drained" not in once.stdout
    assert (twice.exit_code, twice.stdout) == (0, f"{WORKERS[1]} has left\n")


def test_a_worker_that_is_switched_off_is_not_ready_and_comes_back() -> None:
    """The kubelet's silence is the reason; k3s starts with the host."""
    rehearsed = Rehearsed(dev_plan()).bring_up()
    machine = rehearsed.project.machines[WORKERS[0]]

    rehearsed.project.machines[WORKERS[0]] = replace(machine, status="off")
    silent = rehearsed.reasons()
    rehearsed.project.machines[WORKERS[0]] = machine

    assert silent == {WORKERS[0]: "Kubelet stopped posting node status. Its server is off."}
    assert rehearsed.reasons() == {}


def test_a_worker_whose_network_is_detached_falls_silent() -> None:
    """Its kubelet reaches no API server by the private network any more."""
    rehearsed = Rehearsed(dev_plan()).bring_up()
    machine = rehearsed.project.machines[WORKERS[0]]

    rehearsed.project.machines[WORKERS[0]] = replace(machine, attachments=())

    assert rehearsed.reasons() == {
        WORKERS[0]: "Kubelet stopped posting node status. dial tcp 10.0.1.2:6443: i/o timeout"
    }


def test_an_address_that_is_attached_later_cures_the_boot() -> None:
    """join.sh gives cloud-init's commands a second chance, so that `up --refresh` really helps."""
    rehearsed = Rehearsed(dev_plan(), Change("machine", "attachments", None, WORKERS[0])).bring_up()
    assert "is probably not attached" in rehearsed.reasons()[WORKERS[0]]

    rehearsed.change = NOTHING
    node = rehearsed.plan.node(WORKERS[0])
    rehearsed.create_server(node, rehearsed.project.machines[node.name].id)
    joined = rehearsed.join(node)

    assert joined.exit_code == 0
    assert rehearsed.reasons() == {}


def test_a_running_cloud_controller_forgets_servers_that_do_not_exist() -> None:
    """The Node of a deleted worker goes, so the gate says that it has not joined."""
    rehearsed = Rehearsed(dev_plan()).bring_up()
    del rehearsed.project.machines[WORKERS[1]]

    gate = rehearsed.wait_ready()

    assert f"waiting  node  {WORKERS[1]}  has not joined" in gate.stdout
