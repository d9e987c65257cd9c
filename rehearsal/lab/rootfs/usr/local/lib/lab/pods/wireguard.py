"""WireGuard between the hosts: the kernel's where it has one, else wireguard-go over
/dev/net/tun."""

import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

from . import commands
from .commands import run

DEVICE = "cilium_wg0"
PORT = 51871
OVERHEAD = 95
USER_SPACE = "wireguard-go"
START_LIMIT_S = 5.0
KEEPALIVE_S = 25
KEY = Path("/var/run/cilium/state/cilium_wg0.key")


@dataclass(frozen=True)
class Peer:
    """Another node."""

    address: IPv4Address
    """Private address, where its WireGuard listens."""
    public_key: str


def public_key(path: Path = KEY) -> str:
    """The host's public key; the private one is made once and stays on the host."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(run("wg", "genkey"), encoding="utf-8")
    return run("wg", "pubkey", given=path.read_text(encoding="utf-8")).strip()


def up(mtu: int, path: Path = KEY) -> None:
    """Make the device, anew where there was one."""
    commands.succeeds("ip", "link", "delete", DEVICE)
    if not commands.succeeds("ip", "link", "add", DEVICE, "type", "wireguard"):
        _start_in_user_space()
    run("wg", "set", DEVICE, "listen-port", str(PORT), "private-key", str(path))
    run("ip", "link", "set", DEVICE, "mtu", str(mtu - OVERHEAD), "up")


def connect(peers: Mapping[str, Peer]) -> None:
    """Know exactly these peers, by the names of their nodes. Each hears of this device at once, for
    it may hold on to a session with an earlier one."""
    keys = {peer.public_key for peer in peers.values()}
    for gone in set(run("wg", "show", DEVICE, "peers").split()) - keys:
        run("wg", "set", DEVICE, "peer", gone, "remove")
    for peer in peers.values():
        where = ("endpoint", f"{peer.address}:{PORT}", "allowed-ips", f"{peer.address}/32")
        run("wg", "set", DEVICE, "peer", peer.public_key, *where,
            "persistent-keepalive", str(KEEPALIVE_S))  # fmt: skip


def _start_in_user_space() -> None:
    if shutil.which(USER_SPACE) is None:
        raise commands.Failed(f"this kernel has no WireGuard, and there is no {USER_SPACE}")
    started = subprocess.run(
        [USER_SPACE, DEVICE],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=commands.LIMIT_S,
    )
    end = time.monotonic() + START_LIMIT_S
    while started.returncode or not commands.succeeds("wg", "show", DEVICE):
        if started.returncode or time.monotonic() > end:
            raise commands.Failed(f"{USER_SPACE} makes no device; has the host /dev/net/tun?")
        time.sleep(0.05)
