"""The incident and its kin: injected after the policies, with the reason a person would see."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.rehearsal.command.rehearsed import ROOT, Directory

REFUSED = "dial tcp 127.0.0.1:6443: connect: connection refused"


def broken(directory: Path, *arguments: str) -> dict[str, Any]:
    said = Directory(directory).sovereign("rehearse", "up", "--json", *arguments)
    schema = (ROOT / "docs" / "rehearsal.schema.json").read_text(encoding="utf-8")
    jsonschema.validate(said.answer, json.loads(schema))
    return {**said.answer, "code": said.code}


def test_a_loopback_api_host_leaves_the_workers_not_ready(tmp_path: Path) -> None:
    """The incident: both workers NotReady by a refused connection, the control plane Ready."""
    answer = broken(tmp_path, "--break", "api-host-loopback")
    nodes = {node["name"]: node for node in answer["nodes"]}
    assert answer["code"] == 1
    assert nodes["dev-control-plane-1"]["ready"] is True
    for worker in ("dev-default-1", "dev-default-2"):
        assert nodes[worker]["ready"] is False
        assert nodes[worker]["reason"] == REFUSED
        assert nodes[worker]["apiAddress"] == "127.0.0.1:6443"
    assert any(REFUSED in error["rule"] for error in answer["errors"])
    assert "PRIVATE KEY" not in str(answer)


def test_without_workers_the_same_fault_is_harmless(tmp_path: Path) -> None:
    """On a k3s server localhost does answer: the fault hides until the first worker."""
    answer = broken(tmp_path, "--break", "api-host-loopback", "--set", "pools={}")
    assert (answer["code"], answer["result"]) == (0, "succeeded")


def test_the_same_value_through_configuration_is_refused(tmp_path: Path) -> None:
    """Nothing runs; path, value, rule and fix are said; exit 2."""
    answer = broken(tmp_path, "--set", "apiServerAddress=127.0.0.1:6443")
    assert (answer["code"], answer["result"]) == (2, "refused")
    (error,) = answer["errors"]
    assert error["path"] == "apiServerAddress"
    assert "nothing listens on 127.0.0.1:6443 on a k3s agent" in error["rule"]
    assert "control-plane-ip" in error["fix"]


def test_a_broken_run_does_not_meet_the_next_honest_one(tmp_path: Path) -> None:
    """A fault has a workspace of its own: a plain up afterwards is Ready."""
    broken(tmp_path, "--break", "wrong-agent-token")
    assert broken(tmp_path)["code"] == 0


def test_an_unknown_break_is_bad_usage(tmp_path: Path) -> None:
    """Exit 2, with the catalogue's names."""
    answer = broken(tmp_path, "--break", "no-such-thing")
    assert answer["code"] == 2
    assert "api-host-loopback" in answer["errors"][0]["rule"]


def test_the_catalogue_is_explained(tmp_path: Path) -> None:
    """`--break list` names every fault with how it ends."""
    said = Directory(tmp_path).sovereign("rehearse", "up", "--break", "list")
    assert said.code == 0
    assert "api-host-loopback" in said.out
    assert "wrong-agent-token" in said.out


RAW = '''"""A program that is not ours: Cilium's address typed in."""

import pulumi
import pulumi_hcloud as hcloud
import pulumi_kubernetes as kubernetes

network = hcloud.Network("raw", name="raw", ip_range="10.0.0.0/16")
subnet = hcloud.NetworkSubnet("raw", network_id=network.id.apply(int), type="cloud",
    network_zone="eu-central", ip_range="10.0.1.0/24")
for name, ip in (("cp", "10.0.1.2"), ("w", "10.0.1.20")):
    hcloud.Server(name, name=name, server_type="cpx32", image="ubuntu-24.04", location="nbg1",
        networks=[hcloud.ServerNetworkArgs(subnet_id=subnet.id, ip=ip, alias_ips=[])],
        opts=pulumi.ResourceOptions(depends_on=[subnet]))
provider = kubernetes.Provider("raw", kubeconfig="{}")
kubernetes.helm.v3.Release("cilium", name="cilium", namespace="kube-system", chart="cilium",
    version="1.20.2", skip_await=True, opts=pulumi.ResourceOptions(provider=provider),
    values={"k8sServiceHost": "127.0.0.1", "k8sServicePort": 6443, "kubeProxyReplacement": True,
            "MTU": 1450,
            "ipam": {"mode": "kubernetes"}, "k8s": {"requireIPv4PodCIDR": True},
            "encryption": {"enabled": True, "type": "wireguard"}})
'''


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_same_value_registered_raw_is_reported_by_the_pack(tmp_path: Path, host: str) -> None:
    """A program that is not ours is refused in preview by the network pack, with the reason."""
    directory = Directory(tmp_path)
    program = tmp_path / "raw"
    program.mkdir()
    (program / "__main__.py").write_text(RAW.replace("127.0.0.1", host), encoding="utf-8")
    (program / "Pulumi.yaml").write_text("name: raw\nruntime: python\n", encoding="utf-8")
    said = directory.sovereign("rehearse", "preview", "--program", "raw", "--json")
    mandatory = [p for p in said.answer["policies"] if p["level"] == "mandatory"]
    assert (said.code, said.answer["result"]) == (1, "refused")
    assert {p["policy"] for p in mandatory} == {"api-server-address"}
    assert "6443" in mandatory[0]["message"]
