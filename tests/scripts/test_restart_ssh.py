"""restart-ssh.sh: sshd listens where its configuration says, whatever started it before."""

import pytest

from tests.scripts.sandbox import Sandbox


def restarted(host: Sandbox) -> list[str]:
    """The services that were started anew."""
    return [path.name for path in (host.root / "systemd").glob("*.restarted")]


@pytest.fixture(autouse=True)
def units(host: Sandbox) -> None:
    """The files of user_data are written before its commands run."""
    host.write("etc/systemd/system/k3s-agent.service", "[Service]\n")


@pytest.fixture
def ubuntu(host: Sandbox) -> Sandbox:
    """A host whose sshd is started through a socket, at port 22 whatever sshd is told."""
    host.write("systemd/ssh.service", "")
    host.write("systemd/ssh.socket.enabled", "")
    return host


def test_the_service_takes_over_from_the_socket(ubuntu: Sandbox, shell: str) -> None:
    """Now and at each boot: the socket is off, the service is on and started anew."""
    ended = ubuntu.local("restart-ssh.sh", shell=shell)
    assert (ended.code, ended.stdout, ended.stderr) == (0, "", "")
    assert ubuntu.calls("systemctl")[0] == "daemon-reload"
    assert not (ubuntu.root / "systemd/ssh.socket.enabled").exists()
    assert (ubuntu.root / "systemd/ssh.service.enabled").exists()
    assert restarted(ubuntu) == ["ssh.service.restarted"]


@pytest.mark.parametrize("service", ["ssh.service", "sshd.service"])
def test_without_a_socket_the_service_is_only_started_anew(host: Sandbox, service: str) -> None:
    """Debian calls it ssh, Rocky sshd."""
    host.write(f"systemd/{service}", "")
    assert host.local("restart-ssh.sh").code == 0
    assert restarted(host) == [f"{service}.restarted"]
    assert not [call for call in host.calls("systemctl") if call.startswith(("disable", "enable"))]


def test_an_image_without_sshd_is_named(host: Sandbox) -> None:
    """Nobody could log in."""
    ended = host.local("restart-ssh.sh")
    assert ended.code == 1
    assert ended.stderr == (
        "dev-default-1: there is no ssh or sshd service to restart; use an image that has one.\n"
    )
