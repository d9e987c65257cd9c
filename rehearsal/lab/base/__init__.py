"""The root file system under every host of the lab: Debian, by debootstrap, from Debian's archive.

It holds what Hetzner's image holds of the things that a bring-up touches (OpenSSH, cloud-init,
curl) and what the stand-ins need. The layer over it is `rehearsal/lab/rootfs`.
"""

import os
from pathlib import Path

from rehearsal.lab.build.store import Progress, entry
from rehearsal.lab.machine import run_or_say

__all__ = ["PACKAGES", "SUITE", "ready"]

SUITE = "bookworm"
MIRROR = "http://deb.debian.org/debian"
"""Signed by Debian, so plain HTTP is enough; the security archive is `<mirror>-security`."""
PACKAGES = (
    "ca-certificates",
    "cloud-init",
    "curl",
    "iproute2",
    "iputils-ping",
    "nftables",
    "openssh-server",
    "openssl",
    "procps",
    "python3-cryptography",
    "python3-yaml",
    "wireguard-go",
    "wireguard-tools",
)
"""Beside debootstrap's `minbase`, without what they merely recommend."""
SCRIPT = Path(__file__).with_name("debian.sh")
_KEPT = ("PATH", "http_proxy", "https_proxy", "no_proxy")
"""Of the caller's environment, what the package managers may see."""


def ready(cache: Path, progress: Progress) -> Path:
    """The root's directory in the cache, made where it is not there yet (about a minute).

    It is named after the list of packages, the suite and the way it is made, not after the versions
    that Debian has today. Raises `rehearsal.lab.machine.Unavailable` where it cannot be made.
    """
    made_of = (SUITE.encode(), " ".join(PACKAGES).encode(), SCRIPT.read_bytes())

    def make(directory: Path) -> None:
        progress(f"Debian {SUITE}: debootstrap and {len(PACKAGES)} packages (about a minute)")
        directory.chmod(0o755)
        run_or_say(
            [str(SCRIPT), str(directory), SUITE, MIRROR, *PACKAGES],
            "Debian's root file system for the hosts could not be made",
            environment={name: os.environ[name] for name in _KEPT if name in os.environ},
        )

    return entry(cache, "root", made_of, make, progress)
