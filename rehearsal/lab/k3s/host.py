"""What the stand-in reads of the host that it runs on."""

import json
import platform
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from rehearsal.lab.k3s.k3s_exit import Fatal
from rehearsal.lab.k3s.paths import Paths


def name() -> str:
    """The host's name, which is its Node's."""
    return platform.node().lower()


def addresses() -> tuple[str, ...]:
    """IPv4 addresses that its interfaces hold, loopback left out."""
    shown = subprocess.run(
        ["ip", "-json", "-4", "address", "show"], capture_output=True, text=True, check=True
    )
    return tuple(
        held["local"]
        for interface in json.loads(shown.stdout or "[]")
        for held in interface.get("addr_info", ())
        if held.get("local") and not held["local"].startswith("127.")
    )


def first_address() -> str:
    """The address that k3s takes where no node-ip is given.

    Raises:
        Fatal: the host holds none.
    """
    held = addresses()
    if not held:
        raise Fatal("failed to find an address: the host has no network interface with one")
    return held[0]


def sysctls(paths: Paths) -> dict[str, str]:
    """Kernel settings that were applied here; the kernel itself is the machine's."""
    if not paths.sysctls.is_file():
        return {}
    found: dict[str, str] = json.loads(paths.sysctls.read_text("utf-8"))
    return found


def image() -> str:
    """The operating system's own name for itself."""
    release = platform.freedesktop_os_release()
    return release.get("PRETTY_NAME", release.get("NAME", "Linux"))


def text_of(path: str) -> str:
    """A small file's text without its newline, or empty."""
    file = Path(path)
    return file.read_text("utf-8").strip() if file.is_file() else ""


class HostFiles(Mapping[str, str]):
    """Path -> text of every file of the host, read when it is asked for."""

    def __getitem__(self, path: str) -> str:
        try:
            return Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            raise KeyError(path) from problem

    def __iter__(self) -> Iterator[str]:
        raise TypeError("the files of a host are not listed")

    def __len__(self) -> int:
        raise TypeError("the files of a host are not counted")
