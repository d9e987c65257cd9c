"""wait-api.sh, read-kubeconfig.sh and write-values.sh: the small steps on a control plane."""

from typing import Any

import pytest

from tests.scripts.sandbox import Ended, Sandbox


@pytest.fixture
def server(host: Sandbox) -> Sandbox:
    """A control plane whose k3s has started."""
    host.write("host", "dev-control-plane-1\n")
    host.write("etc/rancher/k3s/k3s.yaml", "apiVersion: v1\nkind: Config\n")
    return host


def test_an_api_that_is_ready_is_not_waited_for(server: Sandbox, shell: str) -> None:
    """One question, one answer."""
    ended = server.ssh("wait-api.sh", shell, LIMIT_S="60")
    assert ended == Ended(0, "dev-control-plane-1: the API is ready\n", "")
    assert server.slept == 0


def test_an_api_that_comes_late_is_waited_for(server: Sandbox) -> None:
    """First it does not answer, then it is not ready, then it is."""
    server.cluster("ready.json")
    server.cluster("starting.json", readyz="[-]etcd failed")
    server.cluster(answers=False)
    server.after(4, "cp starting.json cluster.json")
    server.after(8, "cp ready.json cluster.json")
    assert server.ssh("wait-api.sh", LIMIT_S="60").code == 0
    assert server.slept == 8


@pytest.mark.parametrize(
    ("changes", "last"),
    [
        ({"answers": False}, "The connection to the server 127.0.0.1:6443 was refused"),
        ({"readyz": "[-]etcd failed: reason withheld"}, "[-]etcd failed: reason withheld"),
    ],
)
def test_an_api_that_never_comes_is_diagnosed(
    server: Sandbox, shell: str, changes: dict[str, Any], last: str
) -> None:
    """After the limit: the findings, then the host and the last answer in one sentence."""
    server.cluster(**changes)
    ended = server.ssh("wait-api.sh", shell, LIMIT_S="4")
    assert (ended.code, ended.stdout, server.slept) == (1, "", 4)
    assert ended.stderr.startswith("== cloud-init on dev-control-plane-1\n")
    assert ended.stderr.endswith(
        f"\ndev-control-plane-1: the API is not ready after 4 s; it last answered: {last}\n"
    )


def test_the_kubeconfig_is_printed_and_nothing_else(server: Sandbox, shell: str) -> None:
    """The output is the file, byte for byte."""
    ended = server.ssh("read-kubeconfig.sh", shell)
    assert ended == Ended(0, "apiVersion: v1\nkind: Config\n", "")


@pytest.mark.parametrize("text", [None, ""])
def test_a_missing_kubeconfig_is_explained(server: Sandbox, text: str | None) -> None:
    """A file that is not there, or is empty, is not an empty success."""
    if text is None:
        (server.root / "etc/rancher/k3s/k3s.yaml").unlink()
    else:
        server.write("etc/rancher/k3s/k3s.yaml", text)
    ended = server.ssh("read-kubeconfig.sh")
    assert ended == Ended(
        1,
        "",
        "dev-control-plane-1 has no /etc/rancher/k3s/k3s.yaml, which k3s writes when its server"
        ' starts; run "pulumi up" again, which joins this server first.\n',
    )


@pytest.mark.parametrize("values", ["a: 'b'\n", 'a: "$HOME `id` \\\\n"\n\n\n', "no: newline"])
def test_the_values_are_written_byte_for_byte(server: Sandbox, shell: str, values: str) -> None:
    """Quotes, dollars and newlines survive; the file is replaced whole and is for root only."""
    for text in ("older: true\n", values):
        ended = server.ssh("write-values.sh", shell, VALUES=text)
        assert ended == Ended(0, "/var/lib/sovereign/cilium-values.yaml written\n", "")
    assert server.read("var/lib/sovereign/cilium-values.yaml") == values
    assert server.mode("var/lib/sovereign/cilium-values.yaml") == 0o600
    written = [path.name for path in (server.root / "var/lib/sovereign").iterdir()]
    assert written == ["cilium-values.yaml"]
    assert any(call.endswith("/cilium-values.yaml") for call in server.calls("mv"))
