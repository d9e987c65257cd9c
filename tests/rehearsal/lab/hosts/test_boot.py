"""Hosts boot as Hetzner's do: with the real cloud-init, from the real user_data, NIC by NIC."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from rehearsal.nodes.surroundings import Surroundings
from tests.rehearsal.lab.hosts.small_lab import BINARY, SmallLab, host_key, planned, wait_until

NAME, ADDRESS = "lab-default-1", "10.0.1.20"


@pytest.fixture(scope="module")
def server(lab: SmallLab) -> int:
    """A server that was created and is in no network yet."""
    lab.network()
    return lab.server(NAME, planned(NAME, ADDRESS), ssh_keys=[lab.key()])


def test_a_host_boots_before_its_private_interface_is_there(lab: SmallLab, server: int) -> None:
    """sshd answers, cloud-init waits for the address, and goes on when it comes."""
    wait_until(lambda: lab.ssh(server, "true").exit_code == 0)
    assert lab.hosts.cloud_init(server).status == "running"
    assert ADDRESS not in lab.inside(server, "ip", "-4", "addr")
    (network,) = lab.simulator.networks()
    lab.act(server, "attach_to_network", network=network.id, ip=ADDRESS)
    lab.booted(server)
    assert lab.hosts.cloud_init(server).errors == ()
    assert f"inet {ADDRESS}/32" in lab.inside(server, "ip", "-4", "addr", "show", "dev", "enp7s0")


def test_cloud_init_itself_says_that_it_is_done(lab: SmallLab, server: int) -> None:
    """`cloud-init status --wait`, as join.sh asks, and `--long`, as diagnose.sh does."""
    assert "status: done" in lab.inside(server, "cloud-init", "status", "--wait", "--long")
    assert lab.inside(server, "uname", "-n") == f"{NAME}\n"


def test_the_commands_of_user_data_have_done_their_work(lab: SmallLab, server: int) -> None:
    """The binary was downloaded and verified; the files are there with their permissions."""
    assert lab.inside(server, "cat", "/usr/local/bin/k3s").encode() == BINARY
    found = lab.inside(server, "stat", "-c", "%a", "/etc/ssh/sshd_config.d/01-sovereign.conf")
    assert found == "600\n"
    findings = lab.ssh(server, "/usr/local/lib/sovereign/diagnose.sh", "")
    assert "== cloud-init on lab-default-1\nstatus: done" in findings.stdout


def test_the_kernel_settings_of_the_machine_stay_as_they_are(lab: SmallLab, server: int) -> None:
    """`sysctl` inside a host records what is not the host's own, and reads it back."""
    assert lab.inside(server, "sysctl", "-n", "kernel.panic") == "10\n"
    kept = Path("/proc/sys/kernel/panic").read_text("ascii")
    assert lab.inside(server, "cat", "/proc/sys/kernel/panic") == kept
    command = f"echo {kept.strip()} >/proc/sys/kernel/panic"
    assert "Read-only file system" in lab.hosts.run_inside(server, ["sh", "-c", command]).stderr
    recorded = {"program": "sysctl", "arguments": ["kernel.panic=10"]}
    assert recorded in lab.hosts.recorded(server)


def test_root_on_a_host_cannot_set_the_clock_of_the_machine(lab: SmallLab, server: int) -> None:
    """Nor make devices; all else that a node needs is allowed."""
    done = lab.ssh(
        server, "date --set=2001-01-01; mknod /tmp/disk b 254 0; ip link add x type veth"
    )
    assert "date: cannot set date: Operation not permitted" in done.stderr
    assert "mknod: /tmp/disk: Operation not permitted" in done.stderr
    assert done.exit_code == 0


def test_the_host_key_is_the_one_of_user_data_and_the_only_one(lab: SmallLab, server: int) -> None:
    """No other key is offered, so nobody pins a wrong one by chance."""
    public = lab.inside(server, "sh", "-c", "cat /etc/ssh/ssh_host_*.pub")
    assert [line.split()[:2] for line in public.splitlines()] == [host_key(NAME).public.split()]


def test_a_failing_command_fails_the_boot(lab: SmallLab) -> None:
    """The private address never comes: cloud-init's own result says which step failed."""
    text = planned("lab-default-2", "10.0.1.21", address_limit_s=2)
    failing = lab.server("lab-default-2", text)
    lab.booted(failing)
    result = lab.hosts.cloud_init(failing)
    assert result.status == "error"
    assert result.errors[0].startswith("('scripts-user',")
    output = lab.inside(failing, "cat", "/var/log/cloud-init-output.log")
    assert "lab-default-2 has no NIC with the private address 10.0.1.21 after 2 s." in output
    done = lab.hosts.run_inside(failing, ["cloud-init", "status", "--long"])
    assert (done.returncode, "status: error" in done.stdout) == (1, True)


def test_packages_are_recorded_and_not_installed(lab: SmallLab) -> None:
    """A module that would ask Debian's archive ends at once, and says what it wanted."""
    text = "#cloud-config\npackages: [cowsay]\npackage_update: true\n"
    server = lab.server("packages", text)
    lab.booted(server)
    assert lab.hosts.cloud_init(server).errors == ()
    calls = [call for call in lab.hosts.recorded(server) if call["program"] == "apt-get"]
    assert [call["arguments"][-1] for call in calls] == ["update", "cowsay"]
    assert "cowsay" not in json.dumps(lab.inside(server, "sh", "-c", "dpkg -l; ls /usr/games"))


def test_user_data_that_is_no_cloud_config_fails_nothing_but_is_said(lab: SmallLab) -> None:
    """As on a real server: the host is up, and cloud-init has passed over the text."""
    server = lab.server("plain", "no cloud-config")
    lab.booted(server)
    log = lab.inside(server, "cat", "/var/log/cloud-init.log")
    assert "Unhandled non-multipart (text/x-not-multipart) userdata" in log


def test_a_late_interface_comes_that_long_after_the_boot(lab: SmallLab) -> None:
    """The boot waits for its address meanwhile, and succeeds."""
    (network,) = lab.simulator.networks()
    lab.hosts.surroundings = replace(Surroundings(), private_nic_delay_s=3)
    try:
        late = lab.server("late", planned("late", "10.0.1.30"))
        lab.act(late, "attach_to_network", network=network.id, ip="10.0.1.30")
        wait_until(lambda: lab.hosts.is_running(late))
        assert "enp7s0" not in lab.inside(late, "ip", "-brief", "link")
        lab.booted(late)
    finally:
        lab.hosts.surroundings = Surroundings()
    assert lab.hosts.cloud_init(late).errors == ()
    assert "inet 10.0.1.30/32" in lab.inside(late, "ip", "-4", "addr")


def test_a_host_without_public_address_has_its_network_from_the_start(lab: SmallLab) -> None:
    """And no way anywhere else, as private-only servers at Hetzner."""
    (network,) = lab.simulator.networks()
    public = {"enable_ipv4": False, "enable_ipv6": False}
    inner = lab.server("inner", "", networks=[network.id], public_net=public)
    lab.booted(inner)
    assert lab.record(inner).attachments[0].after_boot is False
    routes = lab.inside(inner, "ip", "route").splitlines()
    assert sorted(routes) == [
        "10.0.0.0/16 via 10.0.0.1 dev enp7s0 ",
        "10.0.0.1 dev enp7s0 scope link ",
    ]


def test_a_host_that_cannot_start_says_why(lab: SmallLab) -> None:
    """Nobody waits for a boot, so what went wrong is kept as a sentence."""
    broken = lab.server("broken", "", start_after_create=False)
    base = lab.directory / "hosts" / str(broken) / "base"
    base.unlink()
    base.symlink_to("nowhere")
    lab.act(broken, "poweron")
    lab.hosts.settle()
    assert lab.hosts.failures()[broken].startswith("broken did not start: mount: ")
    assert not lab.hosts.is_running(broken)
    lab.api("DELETE", f"/servers/{broken}")
    assert broken not in lab.hosts.failures()
