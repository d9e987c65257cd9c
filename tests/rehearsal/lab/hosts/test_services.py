"""The service manager of a host: units as systemd runs them, and what `systemctl` says of them."""

import pytest

from tests.rehearsal.lab.hosts.small_lab import SmallLab, wait_until

NOTIFY = """\
#!/usr/bin/python3
import os, pathlib, socket, sys, time
print("starting", flush=True)
while not pathlib.Path("/run/may-start").exists():
    if pathlib.Path("/run/must-fail").exists():
        sys.exit("cannot start")
    time.sleep(0.05)
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
    sock.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])
time.sleep(3600)
"""
DROP_INS = "/etc/systemd/system/slow.service.d"
UNIT = """\
[Service]
Type=notify
KillMode=process
TimeoutStartSec=0
Restart=always
RestartSec=200ms
ExecStartPre=-/bin/false
ExecStartPre=-/sbin/modprobe overlay
ExecStart=/usr/local/bin/slow
[Install]
WantedBy=multi-user.target
"""


@pytest.fixture(scope="module")
def server(lab: SmallLab) -> int:
    """A host with a service that is slow to start."""
    made = lab.server("plain", "")
    lab.booted(made)
    for path, text in (("/usr/local/bin/slow", NOTIFY), ("/etc/systemd/system/slow.service", UNIT)):
        assert lab.hosts.run_inside(made, ["sh", "-c", f"cat >{path}"], text).returncode == 0
    lab.inside(made, "chmod", "+x", "/usr/local/bin/slow")
    return made


def ask(lab: SmallLab, server: int, *arguments: str) -> tuple[str, int]:
    done = lab.hosts.run_inside(server, ["systemctl", *arguments])
    return (done.stdout + done.stderr).strip(), done.returncode


def shown(lab: SmallLab, server: int, name: str) -> str:
    return ask(lab, server, "show", f"--property={name}", "--value", "slow")[0]


def test_a_unit_is_active_when_it_says_so(lab: SmallLab, server: int) -> None:
    """Type=notify: activating until READY=1, as join.sh waits for it; `-` lines may fail."""
    lab.inside(server, "rm", "-f", "/run/may-start", "/run/must-fail")
    assert ask(lab, server, "is-active", "slow") == ("inactive", 3)
    assert shown(lab, server, "InvocationID") == ""
    assert ask(lab, server, "restart", "--no-block", "slow") == ("", 0)
    wait_until(lambda: ask(lab, server, "is-active", "slow") == ("activating", 3))
    first = shown(lab, server, "InvocationID")
    assert len(first) == 32
    lab.inside(server, "touch", "/run/may-start")
    wait_until(lambda: ask(lab, server, "is-active", "--quiet", "slow") == ("", 0))
    assert ask(lab, server, "restart", "slow") == ("", 0)
    assert shown(lab, server, "InvocationID") != first
    assert {"program": "modprobe", "arguments": ["overlay"]} in lab.hosts.recorded(server)


def test_what_ends_is_started_again_and_counted(lab: SmallLab, server: int) -> None:
    """Restart=always; the counter starts anew with an operator's own start."""
    lab.inside(server, "touch", "/run/must-fail")
    lab.inside(server, "rm", "-f", "/run/may-start")
    lab.inside(server, "systemctl", "restart", "--no-block", "slow")
    wait_until(lambda: int(shown(lab, server, "NRestarts")) >= 2)
    assert ask(lab, server, "is-active", "slow") == ("activating", 3)
    lab.inside(server, "rm", "/run/must-fail")
    lab.inside(server, "touch", "/run/may-start")
    wait_until(lambda: ask(lab, server, "is-active", "slow")[0] == "active")
    assert int(shown(lab, server, "NRestarts")) >= 2
    lab.inside(server, "systemctl", "restart", "slow")
    assert shown(lab, server, "NRestarts") == "0"


def test_the_journal_holds_what_units_print(lab: SmallLab, server: int) -> None:
    """As diagnose.sh asks for it; of no other unit."""
    command = ["journalctl", "--unit=k3s", "--unit=slow", "--lines=1000", "--output=cat"]
    printed = lab.inside(server, *command, "--no-pager")
    assert "starting\ncannot start\n" in printed
    assert "slow.service: Main process exited, code=exited, status=1/FAILURE" in printed
    assert "Cloud-init" not in printed
    assert lab.inside(server, *command[:-2], "--lines=1").count("\n") == 1
    assert lab.inside(server, "journalctl", "-u", "k3s") == "-- No entries --\n"


def test_stopping_ends_the_main_process(lab: SmallLab, server: int) -> None:
    """And it stays off, whatever Restart= says."""
    lab.inside(server, "touch", "/run/may-start")
    lab.inside(server, "systemctl", "start", "slow")
    pid = shown(lab, server, "MainPID")
    lab.inside(server, "systemctl", "stop", "slow")
    assert ask(lab, server, "is-active", "slow") == ("inactive", 3)
    assert lab.hosts.run_inside(server, ["test", "-e", f"/proc/{pid}"]).returncode == 1


def test_a_changed_unit_file_counts_after_daemon_reload(lab: SmallLab, server: int) -> None:
    """Not before, as with systemd."""
    lab.inside(server, "touch", "/run/may-start")
    lab.inside(server, "systemctl", "restart", "slow")
    text = "[Service]\nExecStart=\nExecStart=/bin/sleep 77\nType=exec\n"
    lab.inside(server, "mkdir", DROP_INS)
    lab.hosts.run_inside(server, ["sh", "-c", f"cat >{DROP_INS}/a.conf"], text)
    lab.inside(server, "systemctl", "restart", "slow")
    assert "sleep 77" not in lab.inside(server, "ps", "ax")
    lab.inside(server, "systemctl", "daemon-reload")
    lab.inside(server, "systemctl", "restart", "slow")
    assert "sleep 77" in lab.inside(server, "ps", "ax")
    lab.inside(server, "rm", "-r", DROP_INS)
    lab.inside(server, "systemctl", "daemon-reload")


def test_a_condition_that_does_not_hold_skips_the_unit_for_good(lab: SmallLab, server: int) -> None:
    """`ExecCondition=`: not failed, and not started again by `Restart=always` (systemd.service(5));
    so join.sh keeps a server out that was taken out of etcd."""
    text = "[Service]\nExecCondition=/usr/bin/test ! -e /run/tombstone\n"
    lab.inside(server, "mkdir", DROP_INS)
    lab.hosts.run_inside(server, ["sh", "-c", f"cat >{DROP_INS}/removed.conf"], text)
    lab.inside(server, "touch", "/run/may-start")
    lab.inside(server, "systemctl", "daemon-reload")
    lab.inside(server, "systemctl", "restart", "slow")
    assert ask(lab, server, "is-active", "slow") == ("active", 0)
    lab.inside(server, "touch", "/run/tombstone")
    lab.inside(server, "kill", shown(lab, server, "MainPID"))
    wait_until(lambda: ask(lab, server, "is-active", "slow") == ("inactive", 3))
    lab.inside(server, "rm", "-r", "/run/tombstone", DROP_INS)
    lab.inside(server, "systemctl", "daemon-reload")


def test_enabling_makes_the_links_of_the_install_section(lab: SmallLab, server: int) -> None:
    """What is-enabled answers, and with which exit code."""
    assert ask(lab, server, "is-enabled", "slow") == ("disabled", 1)
    assert ask(lab, server, "enable", "--quiet", "slow") == ("", 0)
    assert ask(lab, server, "is-enabled", "slow") == ("enabled", 0)
    assert ask(lab, server, "disable", "--quiet", "slow") == ("", 0)
    assert ask(lab, server, "is-enabled", "ssh", "--quiet") == ("", 0)
    assert ask(lab, server, "is-enabled", "--quiet", "ssh.socket") == ("", 1)


def test_units_that_do_not_exist_are_refused(lab: SmallLab, server: int) -> None:
    """In systemd's words and with its exit codes."""
    missing = "none.service"
    words = f"Failed to restart {missing}: Unit {missing} not found."
    assert ask(lab, server, "restart", "none") == (words, 5)
    words = f"Failed to enable unit: Unit file {missing} does not exist."
    assert ask(lab, server, "enable", "none") == (words, 1)
    assert ask(lab, server, "cat", missing)[1] == 1
    assert ask(lab, server, "is-active", "none") == ("inactive", 3)
    assert ask(lab, server, "show", "-p", "NRestarts", "--value", "none") == ("", 0)


def test_a_verb_that_nobody_has_is_recorded(lab: SmallLab, server: int) -> None:
    """It succeeds, and the report says that nothing was done."""
    assert ask(lab, server, "set-property", "slow", "CPUQuota=20%") == ("", 0)
    arguments = ["set-property", "slow", "CPUQuota=20%"]
    assert {"program": "systemctl", "arguments": arguments} in lab.hosts.recorded(server)


def test_sshd_is_debians_own_unit(lab: SmallLab, server: int) -> None:
    """With its runtime directory, its check before the start, and its other name."""
    assert "ExecStartPre=/usr/sbin/sshd -t" in ask(lab, server, "cat", "sshd.service")[0]
    assert ask(lab, server, "restart", "sshd.service") == ("", 0)
    assert ask(lab, server, "is-active", "ssh") == ("active", 0)
    assert ask(lab, server, "show", "-p", "Id", "--value", "sshd")[0] == "ssh.service"
