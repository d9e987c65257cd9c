"""retire.sh: a control plane leaves before its server of another generation is replaced."""

import pytest

from tests.scripts.objects import node
from tests.scripts.sandbox import Ended, Sandbox

FIRST, SECOND, THIRD = (f"dev-control-plane-{number}" for number in (1, 2, 3))
WORKER = "dev-default-1"
OLD, NEW = "ssh-ed25519 AAAAold", "ssh-ed25519 AAAAnew"
ALL = [node(FIRST), node(SECOND), node(THIRD), node(WORKER)]
DEPARTURE = [
    f"kubectl drain {FIRST} --ignore-daemonsets --delete-emptydir-data --force --timeout=60s",
    f"kubectl delete node {FIRST} --ignore-not-found --timeout=60s",
    f"kubectl delete secret {FIRST}.node-password.k3s --namespace=kube-system --ignore-not-found",
]


@pytest.fixture
def server(host: Sandbox) -> Sandbox:
    """The control plane that is asked; the one that is to leave shows its old key."""
    host.write("host", f"{SECOND}\n")
    host.write("host-keys/10.0.1.2", OLD)
    host.cluster(nodes=ALL)
    return host


def retire(host: Sandbox, shell: str = "bash", **changes: str) -> Ended:
    """Let the first control plane leave."""
    variables = {
        "NODE": FIRST,
        "ADDRESS": "10.0.1.2",
        "SSH_PORT": "2222",
        "HOST_KEY": NEW,
        "OTHERS": f"{SECOND} {THIRD}",
        "NODES": f"{FIRST} {SECOND} {THIRD} {WORKER}",
        "CLUSTER": "dev",
        "PROTECT": "",
        "LIMIT_S": "60",
    }
    return host.ssh("retire.sh", shell, **{**variables, **changes})


def changes(host: Sandbox) -> list[str]:
    """Everything that was asked of the API, but questions."""
    return [call for call in host.calls("k3s") if not call.startswith("kubectl get")]


def test_a_server_of_another_generation_is_drained_and_leaves(server: Sandbox, shell: str) -> None:
    """k3s takes its member out of etcd when the node is deleted."""
    ended = retire(server, shell)
    assert (ended.code, ended.stderr) == (0, ""), ended
    assert changes(server) == DEPARTURE
    assert ended.stdout.endswith(f"{FIRST} has left\n")


def test_a_server_of_the_planned_generation_stays(server: Sandbox, shell: str) -> None:
    """The script runs again whenever its input changes, with a worker more for example."""
    server.write("host-keys/10.0.1.2", NEW)
    ended = retire(server, shell)
    assert ended == Ended(0, f"{FIRST} is of the planned generation: it stays\n", "")
    assert changes(server) == []


def test_where_there_is_no_such_node_nothing_has_to_leave(server: Sandbox) -> None:
    """A new environment, or one of its name that is gone already."""
    server.cluster(nodes=ALL[1:])
    ended = retire(server)
    assert ended.code == 0
    assert "nothing has to leave" in ended.stdout
    assert changes(server) == []


def test_it_waits_until_all_other_control_planes_are_ready(server: Sandbox) -> None:
    """The one that was replaced before may still be on its way."""
    server.cluster("joined.json", nodes=ALL)
    server.cluster(nodes=[ALL[0], ALL[1], ALL[3]])
    server.after(20, "cp joined.json cluster.json")
    assert retire(server).code == 0
    assert server.slept == 20
    assert changes(server) == DEPARTURE


def test_without_the_others_it_stays(server: Sandbox, shell: str) -> None:
    """Two of three that are missing are no quorum."""
    server.cluster(nodes=[ALL[0], ALL[1], node(THIRD, ready="Unknown"), ALL[3]])
    ended = retire(server, shell)
    assert ended.code == 1
    assert f"{FIRST} stays, for without {THIRD} the datastore would lose its quorum" in ended.stderr
    assert changes(server) == []


def test_an_api_that_does_not_answer_yet_is_waited_for(server: Sandbox) -> None:
    """This server may be new as well."""
    server.cluster("up.json", nodes=ALL)
    server.cluster(answers=False)
    server.after(30, "cp up.json cluster.json")
    assert retire(server).code == 0
    assert changes(server) == DEPARTURE


def test_an_api_that_never_answers_is_said(server: Sandbox) -> None:
    """Silence is no permission to delete the server."""
    server.cluster(answers=False)
    ended = retire(server)
    assert ended.code == 1
    assert f"{SECOND}: the API does not answer, so {FIRST} cannot leave" in ended.stderr
    assert server.slept == 60


def test_a_protected_server_keeps_its_node(server: Sandbox) -> None:
    """Pulumi would refuse to delete it after it has left."""
    ended = retire(server, PROTECT="yes")
    assert ended.code == 1
    assert ended.stderr.startswith(f"{FIRST}: its generation was raised, and protect keeps")
    assert changes(server) == []


def test_nobody_else_is_removed_in_the_same_run(server: Sandbox, shell: str) -> None:
    """The leave of a removed worker is bound to the server that would be replaced."""
    server.cluster(nodes=[*ALL, node("dev-default-7"), node("autoscaled-1")])
    ended = retire(server, shell)
    assert ended.code == 1
    assert f'{FIRST} would be replaced in the same "pulumi up" that removes dev-default-7: ' in (
        ended.stderr
    )
    assert changes(server) == []


def test_a_dead_server_is_replaced_as_it_is(server: Sandbox) -> None:
    """Nobody there would end its pods; the cloud controller removes the node with the server."""
    (server.root / "host-keys/10.0.1.2").unlink()
    server.cluster(nodes=[node(FIRST, ready="Unknown"), *ALL[1:]])
    ended = retire(server)
    assert ended.code == 0
    assert "does not answer: its server is replaced as it is" in ended.stdout
    assert changes(server) == []


def test_a_ready_server_without_a_host_key_is_a_riddle(server: Sandbox) -> None:
    """It might be of the planned generation: it is not touched."""
    (server.root / "host-keys/10.0.1.2").unlink()
    ended = retire(server)
    assert ended.code == 1
    assert f"{FIRST} is Ready, but shows no SSH host key at 10.0.1.2, port 2222" in ended.stderr
    assert changes(server) == []


def test_a_node_that_cannot_be_drained_stays(server: Sandbox) -> None:
    """A disruption budget is respected, and the way out is named."""
    server.cluster(nodes=ALL, refuses={"drain": "error: cannot evict pod"})
    ended = retire(server)
    assert ended.code == 1
    assert f"{FIRST} is cordoned, but not drained after 60 s; make room" in ended.stderr
    assert changes(server) == DEPARTURE[:1]
