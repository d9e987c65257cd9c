"""One host: a directory on this machine, and while it is switched on, processes in namespaces."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from rehearsal.hetzner.records import ServerRecord
from rehearsal.lab.fabric import MEMORY
from rehearsal.lab.fabric.namespaces import is_alive, path
from rehearsal.lab.hosts import seed
from rehearsal.lab.hosts.turns import HostFailed

ENTER = Path(__file__).with_name("enter.sh")
STARTED_LIMIT_S = 20.0
GONE_LIMIT_S = 10.0
SEARCH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class NotRunning(Exception):
    """The host is switched off, or is no more."""


@dataclass(frozen=True)
class Layers:
    """What every host is made of; read-only."""

    base: Path
    layer: Path
    tools: Path
    """Becomes /opt/lab/bin."""


class Host:
    """One host. All that is known of it is on the disk, so that a later process finds it again."""

    def __init__(self, directory: Path, namespace: str) -> None:
        """`directory` is the host's own; `namespace` its network namespace."""
        self.directory = directory
        self.namespace = namespace

    @property
    def console(self) -> Path:
        """What the host's first process said, and why it did not start."""
        return self.directory / "console.log"

    @property
    def pid(self) -> int | None:
        """The host's first process as the machine numbers it; None while it is off."""
        try:
            pid = int((self.directory / "pid").read_text(encoding="ascii"))
            same = Path(f"/proc/{pid}/ns/net").stat().st_ino == path(self.namespace).stat().st_ino
        except (OSError, ValueError):
            return None
        return pid if same and is_alive(pid) else None

    @property
    def running(self) -> bool:
        """Whether its first process has taken over."""
        pid = self.pid
        try:
            return pid is not None and Path(f"/proc/{pid}/comm").read_text("ascii") == "init\n"
        except OSError:
            return False

    def install(self, server: ServerRecord, layers: Layers) -> None:
        """An empty disk with the server's seed on it; the layers are linked last."""
        self.remove()
        self.directory.mkdir(parents=True, mode=0o700)
        disk = self._make_disk()
        seed.write(disk, server)
        for name, target in vars(layers).items():
            (self.directory / name).symlink_to(target.resolve())

    @property
    def installed(self) -> bool:
        """Whether it has a disk, with all that `install` puts there: a run may be killed in it."""
        links = [(self.directory / layer.name).is_symlink() for layer in fields(Layers)]
        return (self.directory / "disk").is_dir() and all(links)

    def start(self, name: str) -> None:
        """Switch it on; its network namespace must be there. It outlives this process.

        Raises HostFailed where it has no first process in time.
        """
        (self.directory / "pid").unlink(missing_ok=True)
        arguments = ["--mount", "--propagation=private", "--pid", "--uts", "--ipc", "--fork"]
        with self.console.open("ab") as console:
            subprocess.run(
                [
                    *("setsid", "--fork", "nsenter", f"--net={path(self.namespace)}"),
                    *("unshare", *arguments, "--kill-child=KILL"),
                    *(str(ENTER), str(self.directory.resolve()), name),
                ],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                check=True,
            )
        deadline = time.monotonic() + STARTED_LIMIT_S
        while not self.running:
            ended = (self.directory / "pid").exists() and self.pid is None
            if ended or time.monotonic() > deadline:
                said = self.console.read_text(encoding="utf-8", errors="replace").split("\n")
                raise HostFailed(f"{name} did not start: {' '.join(said[-3:])}")
            time.sleep(0.01)

    def kill(self) -> None:
        """Cut its power; the disk stays. Off already is fine."""
        pid = self.pid
        if pid is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + GONE_LIMIT_S
        while is_alive(pid) and time.monotonic() < deadline:
            time.sleep(0.005)

    def remove(self) -> None:
        """Destroy its disk."""
        for directory in (self.directory, self._memory):
            shutil.rmtree(directory, ignore_errors=True)

    @property
    def _memory(self) -> Path:
        return MEMORY / self.namespace

    def _make_disk(self) -> Path:
        """Disk and work directory of the overlay, in memory where files here cannot be its upper
        layer."""
        where = self.directory
        if _is_overlay(where):
            where = self._memory
            for name in ("disk", "work"):
                (self.directory / name).symlink_to(where / name)
        for name in ("disk", "work"):
            (where / name).mkdir(parents=True, mode=0o755)
        return where / "disk"

    def run(
        self, arguments: Sequence[str], stdin: str = "", timeout_s: float | None = None
    ) -> subprocess.CompletedProcess[str]:
        """A command inside, as root, in all of the host's namespaces; its exit code is not judged.

        Raises NotRunning, or subprocess.TimeoutExpired after `timeout_s`.
        """
        pid = self.pid if self.running else None
        if pid is None:
            raise NotRunning(f"{self.directory.name} is switched off")
        spaces = ["--mount", "--uts", "--ipc", "--net", "--pid"]
        return subprocess.run(
            ["nsenter", f"--target={pid}", *spaces, "--", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            env={"PATH": SEARCH, "HOME": "/root", "LANG": "C.UTF-8"},
            timeout=timeout_s,
            check=False,
        )


def _is_overlay(directory: Path) -> bool:
    asked = ["stat", "--file-system", "--format=%T", str(directory)]
    said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    return said.strip() == "overlayfs"
