"""diagnose.sh: an operator sees why, without logging in and without seeing a secret."""

import pytest

from tests.scripts.objects import UNINITIALIZED, node
from tests.scripts.sandbox import Sandbox

REFUSED = 'level=error msg="dial tcp 127.0.0.1:6443: connect: connection refused"'


@pytest.fixture
def server(host: Sandbox) -> Sandbox:
    """A control plane with one healthy node, and one whose Cilium dials the loopback."""
    host.write("host", "dev-control-plane-1\n")
    host.write("etc/rancher/k3s/k3s.yaml", "kind: Config\n")
    waiting = {
        "metadata": {"namespace": "kube-system", "name": "coredns-1"},
        "status": {
            "phase": "Pending",
            "conditions": [
                {"type": "PodScheduled", "status": "False", "message": "2 nodes had taints"}
            ],
        },
    }
    crashing = {
        "metadata": {"namespace": "kube-system", "name": "cilium-x"},
        "status": {
            "phase": "Running",
            "containerStatuses": [{"state": {"waiting": {"reason": "CrashLoopBackOff"}}}],
        },
    }
    initialising = {
        "metadata": {"namespace": "kube-system", "name": "cilium-y"},
        "status": {
            "phase": "Running",
            "initContainerStatuses": [{"state": {"waiting": {"reason": "ImagePullBackOff"}}}],
            "containerStatuses": [{"state": {"running": {}}}],
        },
    }
    healthy = {
        "metadata": {"namespace": "default", "name": "healthy"},
        "status": {"phase": "Running", "containerStatuses": [{"state": {"running": {}}}]},
    }
    not_ready = node(
        "dev-default-1", ready="False", reason="KubeletNotReady", message="cni not initialized",
        taints=(UNINITIALIZED,),
    )  # fmt: skip
    logs = {
        "true": f"level=info msg=start\n{REFUSED}\n",
        "false": f"level=info msg=start\n{REFUSED}\nlevel=fatal msg=gave-up\nEOF refused\n",
    }
    host.cluster(
        nodes=[node("dev-control-plane-1", "10.0.1.2"), not_ready],
        pods=[waiting, crashing, initialising, healthy],
        cilium={
            "dev-control-plane-1": {"cilium-y": {"true": "", "false": "level=error msg=mine\n"}},
            "dev-default-1": {"cilium-x": logs},
        },
    )
    return host


def test_a_host_tells_its_boot_and_its_k3s(host: Sandbox, shell: str) -> None:
    """cloud-init's result, the end of its output, the end of the journal, and older errors."""
    host.write("cloud-init.code", "1")
    host.write("var/log/cloud-init-output.log", "".join(f"step {n}\n" for n in range(20)))
    errors = [f"level=error msg={n}" for n in range(4)] + ["level=fatal msg=gave-up"]
    host.write("journal", "\n".join(["level=error msg=old", *errors, *["level=info"] * 20]) + "\n")
    ended = host.local("diagnose.sh", shell=shell)
    assert (ended.code, ended.stderr) == (0, "")
    assert ended.stdout == "\n".join(
        [
            "== cloud-init on dev-default-1",
            "status: exit code 1",
            *[f"step {n}" for n in range(5, 20)],
            "== k3s on dev-default-1",
            *["level=info"] * 20,
            "-- its last errors",
            *errors,
            "== connections that failed",
            "",
        ]
    )


def test_an_agent_does_not_ask_the_cluster(host: Sandbox) -> None:
    """Only a server has the administrator's kubeconfig."""
    host.local("diagnose.sh")
    assert host.calls("k3s") == []


def test_a_server_tells_of_its_cluster(server: Sandbox, shell: str) -> None:
    """Every node, the pods that wait, and of NotReady nodes conditions and Cilium's errors."""
    ended = server.local("diagnose.sh", shell=shell)
    assert ended.code == 0
    taint = f"{UNINITIALIZED}=true:NoSchedule"
    _, _, cluster = ended.stdout.partition("== nodes\n")
    assert cluster == "\n".join(
        [
            "dev-control-plane-1: Ready=True address=10.0.1.2 taints=",
            f"dev-default-1: Ready=False address=10.0.1.20 taints={taint} ",
            "== pods that wait",
            "kube-system/coredns-1: Pending   2 nodes had taints",
            "kube-system/cilium-x: Running  CrashLoopBackOff ",
            "kube-system/cilium-y: Running ImagePullBackOff  ",
            "== dev-default-1",
            "MemoryPressure=False KubeletHasSufficientMemory: ",
            "Ready=False KubeletNotReady: cni not initialized",
            REFUSED,
            REFUSED,
            "level=fatal msg=gave-up",
            "EOF refused",
            "== connections that failed",
            "      2 dial tcp 127.0.0.1:6443: connect: connection refused",
            "",
        ]
    )


def test_many_bad_nodes_and_pods_do_not_flood(server: Sandbox) -> None:
    """Five nodes and twenty pods show the pattern."""
    pod = {"metadata": {"namespace": "a", "name": "b"}, "status": {"phase": "Pending"}}
    nodes = [node(f"dev-default-{n}", ready="Unknown") for n in range(1, 9)]
    server.cluster(nodes=nodes, pods=[pod] * 30)
    stdout = server.local("diagnose.sh").stdout
    assert stdout.count("== dev-default-") == 5
    assert stdout.count("a/b: Pending") == 20


def test_long_logs_do_not_flood(server: Sandbox) -> None:
    """The last five errors of Cilium on a node are enough."""
    logs = {"true": "", "false": "".join(f"level=error msg=e{n}\n" for n in range(9))}
    server.cluster(
        nodes=[node("dev-default-1", ready="False")], cilium={"dev-default-1": {"c": logs}}
    )
    stdout = server.local("diagnose.sh").stdout
    assert [n for n in range(9) if f"msg=e{n}" in stdout] == [4, 5, 6, 7, 8]


def test_what_cannot_be_asked_is_passed_over(server: Sandbox) -> None:
    """A silent API hides neither the journal nor the end."""
    server.write("journal", "level=fatal msg=etcd-is-full\n")
    (server.root / "var/log/cloud-init-output.log").unlink()
    server.cluster(answers=False)
    ended = server.local("diagnose.sh", "the sentence")
    assert (ended.code, ended.stderr) == (1, "")
    assert "level=fatal msg=etcd-is-full" in ended.stdout
    assert "The connection to the server 127.0.0.1:6443 was refused" in ended.stdout
    assert ended.stdout.endswith("\nthe sentence\n")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("got K10abc0123::server:s3cret!", "got [scrubbed]"),
        ('url="K10abc0123::node:s3cret!" end', 'url="[scrubbed]" end'),
        ("token: s3cret!", "token: [scrubbed]"),
        ("K3S_TOKEN=s3cret! next", "K3S_TOKEN=[scrubbed] next"),
        ('{"token":"s3cret!","user":"x"}', '{"token":[scrubbed],"user":"x"}'),
        ("agent-token = 's3cret!'", "agent-token = [scrubbed]"),
        ("k3s agent --token s3cret! --debug", "k3s agent --token [scrubbed] --debug"),
        ("Authorization: Bearer s3cret!", "Authorization: Bearer [scrubbed]"),
        ("password=s3cret!", "password=[scrubbed]"),
        ("node-passwd: s3cret!", "node-passwd: [scrubbed]"),
        ("Password: s3cret!", "Password: [scrubbed]"),
        ("token CA hash does not match", "token CA hash does not match"),
    ],
)
def test_what_looks_like_a_secret_is_scrubbed(host: Sandbox, line: str, shown: str) -> None:
    """Join tokens, token and password settings go; a sentence about a token stays."""
    host.write("journal", f"{line}\n")
    ended = host.local("diagnose.sh", f"after: {line}")
    assert f"\n{shown}\n" in ended.stdout
    assert ended.stdout.endswith(f"\nafter: {shown}\n")
    assert "s3cret!" not in ended.stdout


def test_a_private_key_is_scrubbed(host: Sandbox) -> None:
    """cloud-init may quote user_data, which holds the SSH host key."""
    key = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----"
    host.write("var/log/cloud-init-output.log", f"before\n{key}\nafter\n")
    assert "before\nafter\n" in host.local("diagnose.sh").stdout


def test_the_tokens_of_this_host_are_scrubbed_wherever_they_stand(host: Sandbox) -> None:
    """Their exact text is known from the configuration, whatever is around it."""
    config = "node-name: dev-default-1\ntoken: 'abc''def-0123'\nagent-token: 'xyz-98765'\n"
    host.write("etc/rancher/k3s/config.yaml", config)
    host.write("journal", "a abc'def-0123 b (xyz-98765xyz-98765) dev-default-1\n")
    ended = host.local("diagnose.sh")
    assert "\na [scrubbed] b ([scrubbed][scrubbed]) dev-default-1\n" in ended.stdout
    assert not host.shows("xyz-98765")


def test_a_short_token_does_not_eat_the_text(host: Sandbox) -> None:
    """Something as short as "a" is no token of ours, and would be scrubbed everywhere."""
    host.write("etc/rancher/k3s/config.yaml", "token: 'a'\n")
    host.write("journal", "a b a\n")
    assert "\na b a\n" in host.local("diagnose.sh").stdout
