"""The cloud-init document that prepares a server: scripts, units, hardening, the wait for its
private address, the download.

It never starts k3s and holds no secret but the server's SSH host key, which `render` adds:
everything in user_data can be read from the node's metadata address. It is fully known at plan
time.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml

from sovereign.plan.k3s import SERVER_DIRECTORY
from sovereign.plan.model import ArtifactPlan, Role

LIBRARY = "/usr/local/lib/sovereign"
USER_DATA_LIMIT = 32 * 1024
"""Bytes that Hetzner takes."""
K3S_BINARY = "/usr/local/bin/k3s"
KERNEL_SETTINGS = "/etc/sysctl.d/90-kubelet.conf"
DEFAULT_SSH_PORT = 22
RESTART_SSH = "restart-ssh.sh"
NODE_SCRIPTS = ("wait-for-address.sh", "fetch-artifact.sh", "diagnose.sh")
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
"""libyaml's, 20 times faster than Python's own: a second and a half for 100 nodes."""
SAMPLE_HOST_KEY = "\n".join(
    [
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        *["x" * 70] * 4,
        "x" * 32,
        "-----END OPENSSH PRIVATE KEY-----",
        "",
    ]
)
"""Of the form of every ed25519 private key in OpenSSH form, for the size check."""


def cloud_config(
    scripts: Mapping[str, str],
    *,
    host_name: str,
    role: Role,
    address: str,
    address_limit_s: int,
    ssh_port: int,
    hardening: bool,
    binary: ArtifactPlan,
) -> dict[str, Any]:
    """The document without the host key."""
    document = _parsed(scripts["cloud-init.yaml"])
    listen = [[f"{LIBRARY}/{RESTART_SSH}"]] if ssh_port != DEFAULT_SSH_PORT else []
    harden = [["sysctl", "-p", KERNEL_SETTINGS]] if hardening else []
    wait = [f"{LIBRARY}/wait-for-address.sh", address, str(address_limit_s)]
    fetch = [
        f"{LIBRARY}/fetch-artifact.sh",
        binary.url,
        K3S_BINARY,
        "0755",
        binary.sha256 or "-",
        binary.checksums or "-",
    ]
    return {
        **document,
        "hostname": host_name,
        "write_files": _files(scripts, role, ssh_port, hardening),
        "runcmd": [*document["runcmd"], *listen, wait, *harden, fetch],
    }


@cache
def _parsed(text: str) -> Mapping[str, Any]:
    """Once for all nodes: reading it takes longer than the rest of a node's plan."""
    return dict(yaml.safe_load(text))


def render(document: Mapping[str, Any], host_private_key: str, host_public_key: str) -> str:
    """The user_data text with the server's own SSH host key (OpenSSH form, both halves)."""
    keys = {"ed25519_private": host_private_key, "ed25519_public": host_public_key}
    whole = {**document, "ssh_keys": keys}
    text = yaml.dump(whole, Dumper=_DUMPER, sort_keys=True, width=1000)
    return f"#cloud-config\n{text}"


def size(document: Mapping[str, Any]) -> int:
    """Bytes of the rendered document; every host key has the same length."""
    return len(render(document, SAMPLE_HOST_KEY, "ssh-ed25519 " + "x" * 68).encode())


def _files(
    scripts: Mapping[str, str], role: Role, ssh_port: int, hardening: bool
) -> list[dict[str, str]]:
    unit = "k3s.service" if role == "control-plane" else "k3s-agent.service"
    other_port = ssh_port != DEFAULT_SSH_PORT
    programs = [*NODE_SCRIPTS, RESTART_SSH] if other_port else NODE_SCRIPTS
    files = [_file(f"{LIBRARY}/{name}", "0755", scripts[name]) for name in programs]
    files.append(_file(f"/etc/systemd/system/{unit}", "0644", scripts[unit]))
    sshd = scripts["sshd.conf"] + (f"Port {ssh_port}\n" if other_port else "")
    files.append(_file("/etc/ssh/sshd_config.d/01-sovereign.conf", "0600", sshd))
    if hardening:
        files.append(_file(KERNEL_SETTINGS, "0644", scripts["90-kubelet.conf"]))
        if role == "control-plane":
            for name in ("psa.yaml", "eventratelimit.yaml", "audit.yaml"):
                files.append(_file(f"{SERVER_DIRECTORY}/{name}", "0600", scripts[name]))
    return files


def _file(path: str, permissions: str, content: str) -> dict[str, str]:
    return {"path": path, "permissions": permissions, "content": content}
