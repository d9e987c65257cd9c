"""What the lab needs of this machine, looked up all at once and said in one sentence."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

COMMANDS: Mapping[str, str] = {
    "ip": "iproute2",
    "nft": "nftables",
    "nsenter": "util-linux",
    "unshare": "util-linux",
    "mount": "mount",
    "debootstrap": "debootstrap debian-archive-keyring",
}
"""Command -> Debian packages that have it, and what it needs beside its own."""
VISITORS: Mapping[str, str] = {"ssh": "openssh-client", "nsenter": "util-linux"}
"""The same for those who look into a standing lab."""
TUN = Path("/dev/net/tun")
NAMESPACES = ("unshare", "--net", "--mount", "--pid", "--uts", "--ipc", "--fork", "true")
PACKET_FILTER = ("unshare", "--net", "nft", "list", "ruleset")


class Unavailable(Exception):
    """Something that this machine lacks, in one sentence."""


@dataclass(frozen=True)
class Facts:
    """What was found on this machine."""

    platform: str
    """As `sys.platform` says it."""
    uid: int
    """Of the caller; 0 is root."""
    missing: Sequence[str]
    """Commands that are not on PATH."""
    broken: Sequence[str]
    """What the kernel does not let us do, in words."""


def require() -> None:
    """Raises Unavailable where the lab cannot run here."""
    said = sentence(look())
    if said:
        raise Unavailable(said)


def require_root() -> None:
    """Raises Unavailable where the caller is not root: what stands belongs to root."""
    if os.geteuid() != 0:
        raise Unavailable(sentence(Facts(sys.platform, os.geteuid(), (), ())))


def lacking(command: str) -> str:
    """That this command is not there, and how it is had."""
    package = VISITORS.get(command)
    how = f" (on Debian: apt-get install -y {package})" if package else ""
    return f"the command {command} is needed and not on PATH{how}"


def look() -> Facts:
    """Look at this machine. What only root may find out is left out for others."""
    missing = [command for command in COMMANDS if shutil.which(command) is None]
    linux, root = sys.platform == "linux", os.geteuid() == 0
    broken = _broken() if linux and root and not missing else ()
    return Facts(sys.platform, os.geteuid(), missing, broken)


def sentence(facts: Facts) -> str:
    """What is lacking and how it is had, or an empty text."""
    if facts.platform != "linux":
        return f"the lab needs Linux, as `make up` does, and this is {facts.platform}"
    needs = []
    if facts.uid != 0:
        needs.append(f"root (this is user {facts.uid}; try sudo)")
    if facts.missing:
        packages = " ".join(sorted({p for name in facts.missing for p in COMMANDS[name].split()}))
        named = ", ".join(facts.missing)
        needs.append(f"the commands {named} (on Debian: apt-get install -y {packages})")
    needs += facts.broken
    if not needs:
        return ""
    return f"the lab cannot run on this machine, it needs {'; '.join(needs)}; `make up` needs none"


def run_or_say(
    command: Sequence[str],
    failure: str,
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] = os.environ,
) -> str:
    """The command's stdout; raises Unavailable with `failure` and its last line where it fails."""
    done = subprocess.run(
        list(command),
        cwd=cwd,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Unavailable(f"{failure}: {last_line(done.stderr or done.stdout)}")
    return done.stdout


def last_line(text: str) -> str:
    """The last line that holds anything."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"


def _broken() -> list[str]:
    found = []
    if not _has_overlay():
        found.append("a kernel with overlayfs")
    if not _succeeds(NAMESPACES):
        found.append("leave to make namespaces (unshare was refused)")
    elif not _succeeds(PACKET_FILTER):
        found.append("a kernel with nftables")
    try:
        with TUN.open("r+b", buffering=0):
            pass
    except OSError:
        found.append(f"{TUN}, for WireGuard outside the kernel (modprobe tun)")
    return found


def _has_overlay() -> bool:
    known = Path("/proc/filesystems")
    if "overlay" not in known.read_text(encoding="ascii").split():
        _succeeds(("modprobe", "overlay"))
    return "overlay" in known.read_text(encoding="ascii").split()


def _succeeds(command: Sequence[str]) -> bool:
    try:
        done = subprocess.run(
            list(command), stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except FileNotFoundError:
        return False
    return done.returncode == 0
