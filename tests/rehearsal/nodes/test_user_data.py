"""user_data as cloud-init reads it, and the first boot that follows from it."""

import base64
import gzip

import pytest

from rehearsal.nodes.artifacts import Downloads
from rehearsal.nodes.boot import Boot, Node, boot
from rehearsal.nodes.project import Attachment, Machine
from rehearsal.nodes.ssh_keys import bare, public_key
from rehearsal.nodes.surroundings import Surroundings
from rehearsal.nodes.user_data import parse
from sovereign import secrets
from tests.rehearsal.nodes.planned import SEED

KEYS = secrets.host_key(SEED, "dev-default-1", 1)
WAIT = "/usr/local/lib/sovereign/wait-for-address.sh"


def machine(user_data: str) -> Machine:
    """A server with one private address."""
    return Machine(
        id=1,
        name="dev-default-1",
        user_data=user_data,
        public_ipv4="198.51.100.1",
        status="running",
        attachments=(Attachment(7, "10.0.1.20"),),
        rules=None,
        ssh_keys=(),
        image="ubuntu-24.04",
        server_type="cpx32",
    )


def booted(user_data: str, around: Surroundings = Surroundings()) -> Boot:  # noqa: B008 - frozen
    """The first boot of a server with that user_data."""
    downloads = Downloads("dev-default-1", {}, {}, around)
    return boot(Node("dev-default-1", machine(user_data), parse(user_data), downloads, around))


def cloud_config(*commands: str) -> str:
    """A document with the wait script and these commands."""
    lines = "".join(f"- {command}\n" for command in commands)
    return f"#cloud-config\nwrite_files:\n- {{path: {WAIT}, content: x}}\nruncmd:\n{lines}"


def test_an_empty_user_data_boots_a_plain_server() -> None:
    """No files, no keys, no error."""
    config = parse("")
    assert (dict(config.files), config.host_keys, config.errors) == ({}, (), ())


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("#!/bin/sh\n", "Unhandled non-multipart"),
        ("#cloud-config\na: [\n", "Failed loading yaml blob"),
        ("#cloud-config\n- a\n", "root types"),
        ("#cloud-config\nwrite_files: [{content: x}]\n", "No path provided"),
        ("#cloud-config\nwrite_files: [{path: /x, encoding: b64, content: '?'}]\n", "Undecodable"),
        ("#cloud-config\nwrite_files: [{path: /x, encoding: gz+b64, content: eA==}]\n", "Undecod"),
        ("#cloud-config\nruncmd: [{a: b}]\n", "Failed to shellify"),
        ("#cloud-config\nssh_keys: {ed25519_private: x}\n", "is not a private key"),
    ],
)
def test_what_cloud_init_cannot_take_is_an_error_of_the_boot(text: str, error: str) -> None:
    """Never an exception: the server boots all the same, and says so."""
    assert error in parse(text).errors[0]
    assert booted(text).failed


def test_files_may_be_encoded() -> None:
    """base64 and gzip, as write_files takes them."""
    plain = base64.b64encode(b"plain").decode()
    packed = base64.b64encode(gzip.compress(b"packed")).decode()
    config = parse(
        "#cloud-config\nwrite_files:\n"
        f"- {{path: /a, encoding: b64, content: {plain}}}\n"
        f"- {{path: /b, encoding: gz+b64, content: {packed}}}\n"
    )
    assert dict(config.files) == {"/a": "plain", "/b": "packed"}


def test_the_host_key_shown_is_the_public_half_of_the_private_one() -> None:
    """Whatever public half stands beside it."""
    indented = "".join(f"    {line}\n" for line in KEYS.private.splitlines())
    config = parse(f"#cloud-config\nssh_keys:\n  ed25519_private: |\n{indented}")

    assert config.host_keys == (bare(KEYS.public),)
    assert public_key(KEYS.private) == bare(KEYS.public)


def test_sshd_listens_on_the_ports_of_its_files_once_it_took_over() -> None:
    """Every Port line counts; until the service is restarted, Ubuntu's socket keeps 22."""
    path = "/etc/ssh/sshd_config.d/01-sovereign.conf"
    content = '"Port 2222\\nport 2223\\n"'
    text = f"#cloud-config\nwrite_files: [{{path: {path}, content: {content}}}]\n"
    restart = "runcmd: [[/usr/local/lib/sovereign/restart-ssh.sh]]\n"

    assert parse(text + restart).ssh_ports == {2222, 2223}
    assert parse(text).ssh_ports == parse("").ssh_ports == {22}


def test_without_set_e_only_the_last_command_counts() -> None:
    """cloud-init makes one shell script of runcmd, which goes on after a failure."""
    wrong = f"[{WAIT}, 10.0.1.99, '10']"
    assert booted(cloud_config(wrong, "[true]")).commands_failed == ""
    assert "10.0.1.99" in booted(cloud_config("[true]", wrong)).commands_failed
    assert "10.0.1.99" in booted(cloud_config("set -e", wrong, "[true]")).commands_failed


def test_what_comes_after_a_failed_command_is_not_done() -> None:
    """Under `set -e` the kernel settings behind a failed wait are not applied."""
    settings = "- {path: /etc/sysctl.d/90-kubelet.conf, content: kernel.panic=10}\n"
    text = cloud_config("set -e", f"[{WAIT}, 10.0.1.99, '10']", "[sysctl, --system]")

    assert booted(text.replace("runcmd:", f"{settings}runcmd:")).sysctls == {}
    assert booted(text.replace("runcmd:", f"{settings}runcmd:").replace(".99", ".20")).sysctls == {
        "kernel.panic": "10"
    }


def test_a_late_interface_is_waited_for_up_to_the_limit() -> None:
    """At the limit it is still in time, one second later it is not."""
    text = cloud_config("set -e", f"[{WAIT}, 10.0.1.20, '30']")
    assert not booted(text, Surroundings(private_nic_delay_s=30)).failed
    assert booted(text, Surroundings(private_nic_delay_s=31)).failed


@pytest.mark.parametrize("arguments", ["", ", 10.0.1.20", ", 10.0.1.20, soon"])
def test_wrong_arguments_of_the_wait_fail_the_boot(arguments: str) -> None:
    """Both are needed, the limit in seconds."""
    assert booted(cloud_config("set -e", f"[{WAIT}{arguments}]")).failed
