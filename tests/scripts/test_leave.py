"""leave.sh: a node goes, and nothing of it stays in the way of the next one of its name."""

from tests.scripts.objects import node
from tests.scripts.sandbox import Ended, Sandbox

NODE = "dev-default-2"
DELETIONS = [
    f"kubectl delete node {NODE} --ignore-not-found --timeout=300s",
    f"kubectl delete secret {NODE}.node-password.k3s --namespace=kube-system --ignore-not-found",
]


def leave(host: Sandbox, shell: str = "bash") -> Ended:
    """Let the node leave within five minutes."""
    return host.ssh("leave.sh", shell, NODE=NODE, SERVER_ID="4711", LIMIT_S="300")


def changes(host: Sandbox) -> list[str]:
    """Everything that was asked of the API, but questions."""
    return [call for call in host.calls("k3s") if not call.startswith("kubectl get")]


def test_a_ready_node_is_drained_and_deleted(host: Sandbox, shell: str) -> None:
    """Its pods move first, then node and node password go (drain cordons before)."""
    host.cluster(nodes=[node("dev-default-1"), node(NODE)])
    ended = leave(host, shell)
    assert (ended.code, ended.stderr) == (0, ""), ended
    assert ended.stdout.endswith(f"{NODE} has left\n")
    assert changes(host) == [
        f"kubectl drain {NODE} --ignore-daemonsets --delete-emptydir-data --force --timeout=300s",
        *DELETIONS,
    ]


def test_a_successor_of_the_same_name_stays(host: Sandbox, shell: str) -> None:
    """After a refresh the old server's leave runs last: the node that joined since is another."""
    host.cluster(nodes=[node(NODE, provider_id="hcloud://4713")])
    ended = leave(host, shell)
    assert ended.code == 0, ended
    assert ended.stdout == (
        f"{NODE} is another server now (hcloud://4713, not hcloud://4711): it stays\n"
    )
    assert changes(host) == []


def test_the_server_that_is_meant_leaves(host: Sandbox, shell: str) -> None:
    """Its provider id names the server that is about to be deleted."""
    host.cluster(nodes=[node(NODE, provider_id="hcloud://4711")])
    assert leave(host, shell).code == 0
    assert changes(host)[-2:] == DELETIONS


def test_a_dead_node_is_only_deleted(host: Sandbox) -> None:
    """Nobody there would end its pods, so a drain would last for ever."""
    host.cluster(nodes=[node(NODE, ready="Unknown")])
    assert leave(host).code == 0
    assert changes(host) == DELETIONS


def test_an_absent_node_has_left(host: Sandbox, shell: str) -> None:
    """A second run, or a node that never joined, succeeds; a password left behind is removed."""
    ended = leave(host, shell)
    assert (ended.code, ended.stderr) == (0, ""), ended
    assert changes(host) == DELETIONS


def test_a_node_that_cannot_be_drained_stays(host: Sandbox, shell: str) -> None:
    """A disruption budget is respected: the node is not deleted, and the way out is named."""
    message = "error: cannot evict pod as it would violate the pod's disruption budget"
    host.cluster(nodes=[node(NODE)], refuses={"drain": message})
    ended = leave(host, shell)
    assert ended.code == 1
    assert ended.stderr.startswith(message)
    assert ended.stderr.endswith(
        f"\n{NODE} is cordoned, but not drained after 300 s; make room for the pods that kubectl"
        " names above (or relax their PodDisruptionBudget), then run the same command again.\n"
    )
    assert not any("delete" in call.split() for call in changes(host))


def test_an_api_that_does_not_answer_is_not_an_absent_node(host: Sandbox) -> None:
    """Silence is no permission to delete the server."""
    host.cluster(answers=False)
    ended = leave(host)
    assert ended.code == 1
    assert ended.stderr.endswith(
        f"\ndev-default-1: the API does not answer, so {NODE} cannot leave; restore it, then run"
        " the same command again.\n"
    )
    assert changes(host) == []


def test_a_deletion_that_fails_fails(host: Sandbox) -> None:
    """What the API refuses is not reported as done."""
    host.cluster(refuses={"delete": "Error from server (Forbidden)"})
    assert leave(host).code == 1
