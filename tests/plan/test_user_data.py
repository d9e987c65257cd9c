"""user_data: prepares a server, starts nothing, fits, and holds no secret but the host key."""

import json
import re
from typing import Any

import pytest
import yaml
from hypothesis import given, settings

from sovereign import catalog, secrets
from sovereign.plan.model import NodePlan
from sovereign.plan.user_data import USER_DATA_LIMIT, render, size
from tests import configurations
from tests.configurations import HIGHLY_AVAILABLE, dev
from tests.strategies import clusters

SCRIPTS = catalog.load().scripts
LIBRARY = "/usr/local/lib/sovereign"
CLOUD_INIT_KEYS = {
    "disable_root",
    "hostname",
    "runcmd",
    "ssh_deletekeys",
    "ssh_genkeytypes",
    "ssh_keys",
    "ssh_pwauth",
    "write_files",
}


def node(name: str, cluster: Any = None) -> NodePlan:
    return configurations.plan(cluster or dev()).node(name)


def text(planned: NodePlan) -> str:
    key = secrets.host_key("s" * 32, planned.name, planned.generation)
    return render(planned.cloud_config, key.private, key.public)


def document(planned: NodePlan) -> dict[str, Any]:
    """The document as cloud-init reads it."""
    found = yaml.safe_load(text(planned))
    assert isinstance(found, dict)
    return found


def files(planned: NodePlan) -> dict[str, dict[str, Any]]:
    return {one["path"]: one for one in document(planned)["write_files"]}


SERVER, WORKER = node("dev-control-plane-1"), node("dev-default-1")


@pytest.mark.parametrize("planned", [SERVER, WORKER], ids=["server", "worker"])
def test_it_is_a_cloud_config_of_known_keys_and_shapes(planned: NodePlan) -> None:
    """cloud-init passes over what it does not know, silently."""
    assert text(planned).startswith("#cloud-config\n")
    found = document(planned)
    assert set(found) == CLOUD_INIT_KEYS
    for one in found["write_files"]:
        assert set(one) == {"path", "permissions", "content"}
        assert all(isinstance(value, str) for value in one.values())
        assert one["path"].startswith("/")
        assert int(one["permissions"], 8) in (0o600, 0o644, 0o755)
    for command in found["runcmd"]:
        words = command if isinstance(command, list) else [command]
        assert all(isinstance(word, str) for word in words)


def test_the_host_is_named_and_has_its_own_host_key_only() -> None:
    """The given key replaces what the image or cloud-init would make."""
    found = document(WORKER)
    key = secrets.host_key("s" * 32, "dev-default-1", 1)
    assert found["hostname"] == "dev-default-1"
    assert found["ssh_keys"] == {"ed25519_private": key.private, "ed25519_public": key.public}
    assert (found["ssh_deletekeys"], found["ssh_pwauth"]) == (True, False)


def test_it_waits_for_the_pinned_address_before_it_downloads() -> None:
    """Whatever the NIC is called; the first failing command ends it."""
    commands = document(WORKER)["runcmd"]
    url = "https://github.com/k3s-io/k3s/releases/download/v1.36.4%2Bk3s1"
    assert commands == [
        "set -e",
        [f"{LIBRARY}/wait-for-address.sh", "10.0.1.20", "300"],
        ["sysctl", "-p", "/etc/sysctl.d/90-kubelet.conf"],
        [
            f"{LIBRARY}/fetch-artifact.sh",
            f"{url}/k3s",
            "/usr/local/bin/k3s",
            "0755",
            "-",
            f"{url}/sha256sum-amd64.txt",
        ],
    ]
    assert document(SERVER)["runcmd"][1] == [f"{LIBRARY}/wait-for-address.sh", "10.0.1.2", "300"]


def test_the_wait_for_the_address_has_the_configured_limit() -> None:
    """`gates.addressS`."""
    patient = node("dev-default-1", dev(gates={"addressS": 77}))
    assert document(patient)["runcmd"][1][-1] == "77"


def test_it_never_starts_k3s() -> None:
    """The join does, once the private address is there."""
    for planned in (SERVER, WORKER):
        commands = json.dumps(document(planned)["runcmd"])
        assert "systemctl" not in commands
        assert "join" not in commands


def test_the_scripts_and_the_roles_unit_are_written_as_they_are() -> None:
    """Executable where they run, the sshd file before cloud-init's own."""
    for planned, unit in ((SERVER, "k3s"), (WORKER, "k3s-agent")):
        found = files(planned)
        for name in ("wait-for-address.sh", "fetch-artifact.sh", "diagnose.sh"):
            assert found[f"{LIBRARY}/{name}"]["content"] == SCRIPTS[name]
            assert found[f"{LIBRARY}/{name}"]["permissions"] == "0755"
        path = f"/etc/systemd/system/{unit}.service"
        assert found[path]["content"] == SCRIPTS[f"{unit}.service"]
        assert [one for one in found if one.endswith(".service")] == [path]
        assert "/etc/ssh/sshd_config.d/01-sovereign.conf" in found


def test_hardening_files_stand_where_the_options_look_for_them() -> None:
    """On servers; agents get the kernel settings alone."""
    directory = "/var/lib/rancher/k3s/server"
    named = {
        argument.partition("=")[2]
        for argument in SERVER.k3s_config["kube-apiserver-arg"]
        if argument.partition("=")[2].endswith(".yaml")
    }
    policies = {f"{directory}/{name}" for name in ("psa.yaml", "eventratelimit.yaml", "audit.yaml")}
    assert named <= policies <= set(files(SERVER))
    assert (
        f"path: {directory}/eventratelimit.yaml"
        in files(SERVER)[f"{directory}/psa.yaml"]["content"]
    )
    assert all(files(SERVER)[path]["permissions"] == "0600" for path in policies)
    assert policies.isdisjoint(files(WORKER))
    for planned in (SERVER, WORKER):
        content = files(planned)["/etc/sysctl.d/90-kubelet.conf"]["content"]
        assert content == SCRIPTS["90-kubelet.conf"]


def test_without_hardening_none_of_its_files_is_written() -> None:
    """Scripts, unit and sshd file stay."""
    found = files(node("dev-control-plane-1", dev(hardening=False)))
    assert len(found) == 5
    assert not [path for path in found if path.endswith((".yaml", "kubelet.conf"))]


def test_sshd_listens_at_the_configured_port() -> None:
    """At 22 nothing is said of it."""
    path = "/etc/ssh/sshd_config.d/01-sovereign.conf"
    other = node("dev-default-1", dev(ssh={"port": 2222}))
    assert files(other)[path]["content"] == SCRIPTS["sshd.conf"] + "Port 2222\n"
    assert files(WORKER)[path]["content"] == SCRIPTS["sshd.conf"]


def test_at_another_port_sshd_is_started_anew_before_anything_else() -> None:
    """Ubuntu's socket would go on at 22; where the port is 22 nothing is done."""
    other = document(node("dev-default-1", dev(ssh={"port": 2222})))
    assert other["runcmd"][:2] == ["set -e", [f"{LIBRARY}/restart-ssh.sh"]]
    assert f"{LIBRARY}/restart-ssh.sh" in [one["path"] for one in other["write_files"]]
    assert "restart-ssh" not in json.dumps(document(WORKER))


def test_an_arm_server_downloads_the_arm_binary() -> None:
    """With the checksum file of its architecture."""
    fetch = document(node("dev-arm-11", HIGHLY_AVAILABLE))["runcmd"][-1]
    assert fetch[1].endswith("/k3s-arm64")
    assert fetch[-1].endswith("/sha256sum-arm64.txt")


def test_the_only_secret_in_it_is_the_host_key() -> None:
    """Pods can read user_data from the metadata address."""
    for planned in configurations.plan(HIGHLY_AVAILABLE).nodes:
        found = document(planned)
        del found["ssh_keys"]
        everything = json.dumps(found)
        for pattern in (r"K10[0-9a-f]{16}", r"\b[0-9a-f]{64}\b", r"BEGIN [A-Z]+ PRIVATE KEY"):
            assert not re.search(pattern, everything), pattern


def test_the_text_is_the_same_every_time() -> None:
    """An unchanged program has an unchanged user_data."""
    assert text(SERVER) == text(node("dev-control-plane-1"))


@settings(max_examples=15)
@given(clusters())
def test_its_size_is_known_before_the_key_is_and_far_below_hetzners_limit(
    cluster: dict[str, Any],
) -> None:
    """To the byte; 32 KiB fit."""
    for planned in configurations.plan(cluster).nodes:
        assert size(planned.cloud_config) == len(text(planned).encode()) < USER_DATA_LIMIT / 2
