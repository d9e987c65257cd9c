"""Sessions over real SSH, and why none comes about, in the words of Go's client."""

import threading
from dataclasses import replace

import pytest

from rehearsal.nodes.surroundings import Surroundings
from sovereign import secrets
from tests.rehearsal.lab.hosts.small_lab import SEED, SmallLab, planned, wait_until

NAME, ADDRESS = "lab-default-1", "10.0.1.20"
PORT = 2222


@pytest.fixture(scope="module")
def server(lab: SmallLab) -> int:
    """A host whose sshd listens on another port than 22."""
    network = lab.network()
    text = planned(NAME, ADDRESS, ssh_port=PORT)
    made = lab.server(NAME, text, ssh_keys=[lab.key()])
    lab.act(made, "attach_to_network", network=network, ip=ADDRESS)
    lab.booted(made)
    assert lab.hosts.cloud_init(made).errors == ()
    return made


def test_a_script_gets_its_stdin_and_gives_output_and_exit_code(lab: SmallLab, server: int) -> None:
    """Byte for byte, the login shell running it."""
    done = lab.ssh(server, "cat; echo oops >&2; exit 3", "one 'two'\n", port=PORT)
    assert (done.stdout, done.stderr, done.exit_code) == ("one 'two'\n", "oops\n", 3)


def test_the_port_of_user_data_is_the_only_one(lab: SmallLab, server: int) -> None:
    """restart-ssh.sh has made sshd take its configuration."""
    address = lab.record(server).public_ipv4
    done = lab.ssh(server, "true", port=22)
    assert done.exit_code == 255
    assert done.stderr == f"dial tcp {address}:22: connect: connection refused\n"


def test_another_host_key_than_the_pinned_one_is_refused(lab: SmallLab, server: int) -> None:
    """Nothing runs on a host that is not the one meant."""
    other = secrets.host_key(SEED, "another", 1).public
    done = lab.ssh(server, "touch /tmp/was-here", port=PORT, host_key=other, dial_error_limit=60)
    assert done.exit_code == 255
    assert done.stderr == "ssh: handshake failed: ssh: host key mismatch\n"
    assert lab.hosts.run_inside(server, ["test", "-e", "/tmp/was-here"]).returncode == 1


def test_another_login_key_is_refused(lab: SmallLab, server: int) -> None:
    """Nor does a password or an agent help."""
    stranger = secrets.deploy_key(SEED, "another").private
    done = lab.ssh(server, "true", port=PORT, private_key=stranger)
    assert (done.exit_code, "unable to authenticate" in done.stderr) == (255, True)
    assert lab.ssh(server, "true", port=PORT, private_key="no key").stderr == "ssh: no key found\n"


def test_a_host_that_nobody_has_times_out(lab: SmallLab, server: int) -> None:
    """As a packet filter that drops, not as a machine that refuses."""
    done = lab.ssh(server, "true", host="198.51.100.99")
    assert (done.exit_code, done.stderr) == (255, "dial tcp 198.51.100.99:22: i/o timeout\n")


def test_a_closed_port_times_out_though_the_host_listens(lab: SmallLab, server: int) -> None:
    """What `firewall-closed` breaks do."""
    lab.hosts.surroundings = replace(Surroundings(), closed_ports=frozenset({PORT}))
    try:
        assert lab.ssh(server, "true", port=PORT).stderr.endswith(": i/o timeout\n")
    finally:
        lab.hosts.surroundings = Surroundings()
    assert lab.ssh(server, "true", port=PORT).exit_code == 0


def test_a_host_that_is_late_is_dialed_again(lab: SmallLab) -> None:
    """The dial budget of the connection is used up before a run gives up."""
    late = lab.server("late", planned("late", "10.0.1.30"), ssh_keys=["login"])
    done = lab.ssh(late, "echo here", dial_error_limit=60)
    assert (done.stdout, done.exit_code) == ("here\n", 0)


def test_a_power_cut_in_mid_command_ends_the_session(lab: SmallLab, server: int) -> None:
    """Without an exit code; the caller does not wait for ever."""
    outcomes = []
    lab.hosts.run_inside(server, ["rm", "-f", "/tmp/begun"])

    def run() -> None:
        outcomes.append(lab.ssh(server, "touch /tmp/begun; sleep 300", port=PORT))

    thread = threading.Thread(target=run)
    thread.start()
    wait_until(lambda: lab.hosts.run_inside(server, ["test", "-e", "/tmp/begun"]).returncode == 0)
    lab.act(server, "poweroff")
    thread.join()
    assert outcomes[0].exit_code == -1
    assert "remote command exited without exit status" in outcomes[0].stderr
