"""What Hetzner's API does to servers happens to the hosts."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest

from rehearsal.hetzner import HetznerSimulator
from rehearsal.lab.fabric import links, namespaces
from rehearsal.lab.hosts import HostSet, NotRunning
from rehearsal.nodes.surroundings import Surroundings
from tests.rehearsal.lab.hosts.small_lab import SmallLab, planned, wait_until

NAME, ADDRESS = "lab-default-1", "10.0.1.20"
UNIT = """\
[Service]
ExecStart=/bin/sleep infinity
[Install]
WantedBy=multi-user.target
"""


@pytest.fixture(scope="module")
def server(lab: SmallLab) -> int:
    """A booted host."""
    network = lab.network()
    made = lab.server(NAME, planned(NAME, ADDRESS), ssh_keys=[lab.key()])
    lab.act(made, "attach_to_network", network=network, ip=ADDRESS)
    lab.booted(made)
    return made


def write(lab: SmallLab, server: int, path: str, text: str) -> None:
    done = lab.hosts.run_inside(server, ["sh", "-c", f"cat >{path}"], text)
    assert done.returncode == 0


def found_again(lab: SmallLab) -> HostSet:
    """The hosts as a later process opens them, with what it read of the project."""
    later = HostSet(lab.fabric, lab.layers, lab.directory / "hosts", Surroundings())
    later.watch(HetznerSimulator(lab.simulator.state))
    later.settle()
    assert later.failures() == {}
    return later


def test_the_disk_outlives_a_power_cut_and_an_enabled_unit_runs_again(
    lab: SmallLab, server: int
) -> None:
    """poweroff, poweron: files stay, processes do not, what was enabled starts anew."""
    write(lab, server, "/root/kept", "kept")
    write(lab, server, "/etc/systemd/system/sleeper.service", UNIT)
    lab.inside(server, "systemctl", "enable", "--now", "sleeper")
    before = lab.inside(
        server, "systemctl", "show", "--property=InvocationID", "--value", "sleeper"
    )
    lab.inside(server, "touch", "/run/volatile")
    lab.act(server, "poweroff")
    assert not lab.hosts.is_running(server)
    with pytest.raises(NotRunning):
        lab.hosts.run_inside(server, ["true"])
    assert lab.dial(str(lab.record(server).public_ipv4), 22) == "timeout"

    lab.act(server, "poweron")
    lab.booted(server)
    assert lab.inside(server, "cat", "/root/kept") == "kept"
    assert lab.hosts.run_inside(server, ["test", "-e", "/run/volatile"]).returncode == 1
    assert lab.inside(server, "systemctl", "is-active", "sleeper") == "active\n"
    after = lab.inside(server, "systemctl", "show", "--property=InvocationID", "--value", "sleeper")
    assert after != before
    assert ADDRESS in lab.inside(server, "ip", "addr", "show", "dev", "enp7s0")


def test_commands_of_the_first_boot_do_not_run_again(lab: SmallLab, server: int) -> None:
    """cloud-init knows its instance; user_data is not carried out twice."""
    marker = "/var/lib/cloud/instance/scripts/runcmd"
    write(lab, server, marker, "#!/bin/sh\ntouch /root/again\n")
    lab.act(server, "reset")
    lab.booted(server)
    assert lab.hosts.cloud_init(server).errors == ()
    assert lab.hosts.run_inside(server, ["test", "-e", "/root/again"]).returncode == 1


def test_a_later_process_finds_the_hosts_again(lab: SmallLab, server: int) -> None:
    """The same host, still the same boot: nothing of it was in the first process's memory."""
    booted = lab.inside(server, "ps", "-o", "lstart=", "1")
    later = found_again(lab)
    assert later.run_inside(server, ["ps", "-o", "lstart=", "1"]).stdout == booted
    later.close()


def test_an_interface_that_an_earlier_process_did_not_come_to_is_plugged_in(
    lab: SmallLab, server: int
) -> None:
    """It was killed between the call to the API and the host."""
    (network,) = lab.simulator.networks()
    lab.fabric.detach(server, network.id)
    assert "enp7s0" not in lab.inside(server, "ip", "-brief", "link")
    found_again(lab).close()
    assert ADDRESS in lab.inside(server, "ip", "addr", "show", "dev", "enp7s0")


class Killed(BaseException):
    """Nothing of the lab catches it."""


@contextmanager
def killed_after(changes: int) -> Iterator[None]:
    """A process that dies once it has changed the network that many times."""
    carry_out, left = namespaces.command, iter(range(changes))

    def command(words: Sequence[str], stdin: str = "") -> str:
        if "-json" not in words and next(left, None) is None:
            raise Killed
        return carry_out(words, stdin)

    with pytest.MonkeyPatch.context() as patch, suppress(Killed):
        for module in (namespaces, links):
            patch.setattr(module, "command", command)
        yield


@pytest.mark.parametrize("changes", range(6))
def test_an_interface_that_an_earlier_process_was_plugging_in_is_made_anew(
    lab: SmallLab, server: int, changes: int
) -> None:
    """It was killed in the middle of it: a link is there early, its address late."""
    (network,) = lab.simulator.networks()
    (attachment,) = lab.record(server).attachments
    asked = ("ip", "-4", "route", "show", "dev", "enp7s0")
    routes = lab.inside(server, *asked)
    lab.fabric.detach(server, network.id)
    whole = False
    with killed_after(changes):
        lab.fabric.attach(server, network, attachment, 1450)
        whole = True
    assert not whole
    found_again(lab).close()
    assert f"inet {ADDRESS}/32" in lab.inside(server, "ip", "addr", "show", "dev", "enp7s0")
    assert lab.inside(server, *asked) == routes


def test_an_interface_and_an_address_that_are_no_more_go_with_the_next_process(
    lab: SmallLab, server: int
) -> None:
    """The earlier one was killed after Hetzner had taken them away."""
    (network,) = lab.simulator.networks()
    (attachment,) = lab.record(server).attachments
    router = lab.fabric.router_namespace
    lab.fabric.route(server, replace(attachment, alias_ips=("10.0.1.40",)))
    found_again(lab).close()
    assert "10.0.1.40" not in namespaces.command(["ip", "-netns", router, "route"])
    other = replace(network, id=99, ip_range="10.9.0.0/16")
    elsewhere = replace(attachment, network_id=99, ip="10.9.1.2", mac_address="86:00:00:00:00:99")
    lab.fabric.attach(server, other, elsewhere, 1450)
    assert "enp8s0" in lab.inside(server, "ip", "-brief", "link")
    found_again(lab).close()
    assert "enp8s0" not in lab.inside(server, "ip", "-brief", "link")


def test_a_host_is_off_where_an_earlier_process_was_killed_over_its_power(
    lab: SmallLab, server: int
) -> None:
    """The server at Hetzner was off already; its host is switched on with it."""
    state = lab.simulator.state.servers[server]
    state.status = "off"
    found_again(lab).close()
    assert not lab.hosts.is_running(server)
    lab.act(server, "poweron")
    lab.booted(server)


def test_a_disk_that_an_earlier_process_had_begun_is_written_anew(
    lab: SmallLab, server: int
) -> None:
    """Else a host would boot without its user_data, and wait for it for ever."""
    directory = lab.directory / "hosts" / str(server)
    lab.act(server, "poweroff")
    shutil.rmtree(directory)
    (directory / "disk").mkdir(parents=True)
    lab.simulator.state.servers[server].status = "running"
    found_again(lab).close()
    lab.booted(server)
    assert lab.inside(server, "test", "-x", "/usr/local/bin/k3s") == ""


def test_a_host_that_died_with_its_process_is_booted_again(lab: SmallLab, server: int) -> None:
    """Power that failed without the API's doing, as after a restart of this machine."""
    namespaces.end_processes(lab.fabric.host_namespace(server))
    assert not lab.hosts.is_running(server)
    found_again(lab).close()
    lab.booted(server)
    assert ADDRESS in lab.inside(server, "ip", "addr", "show", "dev", "enp7s0")


def test_a_rebuild_writes_the_disk_anew(lab: SmallLab, server: int) -> None:
    """Nothing of the old one is left, and user_data runs once more."""
    write(lab, server, "/root/kept", "kept")
    lab.act(server, "rebuild", image="debian-12")
    lab.booted(server)
    assert lab.hosts.run_inside(server, ["test", "-e", "/root/kept"]).returncode == 1
    assert lab.inside(server, "test", "-x", "/usr/local/bin/k3s") == ""


def test_a_deleted_server_leaves_nothing(lab: SmallLab) -> None:
    """No process, no namespace, no link, no disk."""
    gone = lab.server("gone", "", networks=[lab.simulator.networks()[0].id])
    wait_until(lambda: lab.hosts.is_running(gone))
    lab.hosts.settle()
    directory = lab.directory / "hosts" / str(gone)
    pid = int((directory / "pid").read_text("ascii"))
    lab.api("DELETE", f"/servers/{gone}")
    assert not namespaces.is_alive(pid)
    assert not directory.exists()
    assert not namespaces.exists(lab.fabric.host_namespace(gone))
    router = namespaces.command(["ip", "-netns", lab.fabric.router_namespace, "link"])
    assert f"w{gone}" not in router
    assert f"-{gone}" not in router
