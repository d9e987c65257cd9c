"""Hosts for the stand-in alone: Debian's root, a bridge, no cloud-init and no SSH.

Nothing of it is on the machine's own network, and all of it ends with its processes.
"""

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from rehearsal.lab.build import Built

HERE = Path(__file__).parent
K3S = "/usr/local/bin/k3s"
CONFIG = "/etc/rancher/k3s/config.yaml"
_SAID = re.compile(r'level=(\w+) msg=(".*")')


class Bridge:
    """A network namespace with a bridge that joins hosts."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        wait_until(lambda: _namespace(self._process.pid) != _namespace(os.getpid()))
        self.inside("ip", "link", "add", "private", "type", "bridge", "forward_delay", "0")
        self.inside("ip", "link", "set", "private", "up")
        self._count = 0

    def plug(self, host: int, address: str) -> None:
        """Give the namespace of process `host` an interface with that address (/24)."""
        self._count += 1
        name = f"port{self._count}"
        peer = ["peer", "name", "private0", "netns", str(host)]
        self.inside("ip", "link", "add", name, "mtu", "1450", "type", "veth", *peer)
        self.inside("ip", "link", "set", name, "master", "private", "up")
        for line in (
            ["link", "set", "lo", "up"],
            ["link", "set", "private0", "mtu", "1450", "up"],
            ["address", "add", f"{address}/24", "dev", "private0"],
        ):
            subprocess.run(["nsenter", f"--net=/proc/{host}/ns/net", "ip", *line], check=True)

    def inside(self, *argv: str) -> None:
        """Run a program in the bridge's namespace."""
        where = f"--net=/proc/{self._process.pid}/ns/net"
        subprocess.run(["nsenter", where, *argv], check=True)

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()


class Host:
    """One host and the k3s that runs on it."""

    def __init__(
        self, bridge: Bridge, name: str, address: str, built: Built, k3s: Path, directory: Path
    ) -> None:
        self._bridge, self.name, self.address = bridge, name, address
        self._built, self._k3s, self._directory = built, k3s, directory
        self._unit: subprocess.Popen[bytes] | None = None
        self.log = directory / "k3s.log"
        directory.mkdir(parents=True, exist_ok=True)
        self.power_on()

    def power_on(self) -> None:
        """Boot it from its disk; k3s stays off."""
        argv = ["unshare", "--net", "--mount", "--uts", "--pid", "--fork", "--kill-child"]
        parts = (self._directory, self.name, self._built.root, self._built.bin, self._k3s)
        script = str(HERE / "host.sh")
        with (self._directory / "boot.log").open("wb") as log:
            self._process = subprocess.Popen([*argv, "sh", script, *map(str, parts)], stderr=log)
        wait_until(lambda: bool(_children(self._process.pid)))
        self._first = _children(self._process.pid)[0]
        wait_until(lambda: _command(self._first).startswith("sleep"))
        self._bridge.plug(self._first, self.address)

    def power_cut(self) -> None:
        """End everything on it at once; its disk stays."""
        os.kill(self._first, signal.SIGKILL)
        self._process.wait()
        if self._unit is not None:
            self._unit.wait()
            self._unit = None

    def run(
        self, *argv: str, text: str = "", check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run a program on it."""
        entered = [*self._enter(), *argv]
        return subprocess.run(entered, input=text, capture_output=True, text=True, check=check)

    def kubectl(self, *argv: str) -> str:
        """What `k3s kubectl` prints."""
        return self.run(K3S, "kubectl", *argv).stdout

    def objects(self, *what: str) -> list[dict[str, Any]]:
        """Objects as the API has them."""
        items: list[dict[str, Any]] = json.loads(self.kubectl("get", *what, "-o", "json"))["items"]
        return items

    @property
    def runs(self) -> bool:
        """Whether its k3s does."""
        return self._unit is not None and self._unit.poll() is None

    def write(self, path: str, text: str, mode: str = "0644") -> None:
        """Put a file on it."""
        self.run("install", "-D", "-m", mode, "/dev/stdin", path, text=text)

    def configure(self, config: Mapping[str, Any]) -> None:
        """Write config.yaml."""
        self.write(CONFIG, yaml.safe_dump(dict(config)), "0600")

    def start(self, role: str) -> None:
        """Start k3s."""
        with self.log.open("wb") as log:
            self._unit = subprocess.Popen([*self._enter(), K3S, role], stdout=log, stderr=log)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End k3s; its exit code."""
        assert self._unit is not None
        for pid in _children(self._unit.pid) or [self._unit.pid]:
            os.kill(pid, number)
        return self._unit.wait()

    def ends(self, limit_s: float = 20) -> int:
        """Wait until k3s has ended by itself; its exit code."""
        assert self._unit is not None
        return self._unit.wait(limit_s)

    def said(self, *levels: str) -> list[str]:
        """Messages of its k3s of those levels."""
        found = _SAID.findall(self.log.read_text(encoding="utf-8"))
        return [json.loads(text) for level, text in found if level in levels]

    def listening(self) -> set[str]:
        """`address:port` of every TCP socket that listens."""
        shown = self.run("ss", "-Hltn").stdout.splitlines()
        return {line.split()[3].replace("*", "0.0.0.0") for line in shown}

    def close(self) -> None:
        """Take it away."""
        if self._process.poll() is None:
            self.power_cut()

    def _enter(self) -> list[str]:
        spaces = [f"--target={self._first}", "--mount", "--uts", "--net", "--pid", "--root", "--wd"]
        path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return ["nsenter", *spaces, "--", "env", "-i", path]


def wait_until(holds: Callable[[], object], limit_s: float = 60) -> None:
    """Wait for something to hold; failing that, fail."""
    deadline = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < deadline, f"still waiting after {limit_s} s"
        time.sleep(0.1)


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listed.read_text().split()] if listed.exists() else []


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


def _namespace(pid: int) -> str:
    return str(Path(f"/proc/{pid}/ns/net").readlink())
