"""A host for one test: the real scripts, on a temporary root, among recording stand-ins.

The scripts run unchanged but for one thing: their absolute paths below /etc, /run, /usr/local and
/var point into the temporary root. PATH holds nothing but the stand-ins and a recorded passage to
the few real programs that the scripts need: every program started and its arguments are known.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCRIPTS = Path(__file__).parents[2] / "sovereign" / "scripts"
STAND_INS = Path(__file__).parent / "stand_ins"
NODE_SIDE = ("wait-for-address.sh", "fetch-artifact.sh", "diagnose.sh", "restart-ssh.sh")
REAL_PROGRAMS = (
    "awk", "basename", "cat", "chmod", "cut", "dirname", "grep", "head", "install", "mkdir",
    "mktemp", "mv", "rm", "sed", "sha256sum", "sort", "tail", "timeout", "uniq",
)  # fmt: skip
ABSOLUTE = re.compile(r"(?<![\w}./*-])/(?=(?:etc|run|usr/local|var)/)")
START = 1_000


@dataclass(frozen=True)
class Ended:
    """How a script ended: exit code and the two streams, with the temporary root cut out."""

    code: int
    stdout: str
    stderr: str


class Sandbox:
    """One host. Attributes are its files; methods run scripts on it and read what it recorded."""

    def __init__(self, root: Path, host: str = "dev-default-1") -> None:
        """Lay out the host below ``root``, healthy and not joined yet."""
        self.root = root
        self.streams = ""
        for directory in ("bin", "etc/systemd/system", "run/cloud-init", "mirror", "systemd"):
            (root / directory).mkdir(parents=True)
        for directory in ("usr/local/bin", "usr/local/lib/sovereign", "var/lib", "var/log", "tmp"):
            (root / directory).mkdir(parents=True)
        for name in NODE_SIDE:
            self._program(f"usr/local/lib/sovereign/{name}", self._relocated(SCRIPTS / name))
        for name in REAL_PROGRAMS:
            path = shutil.which(name)
            assert path, f"this machine has no {name}"
            self._program(f"bin/{name}", f'{self._record(name)}exec {path} "$@"\n')
        for stand_in in STAND_INS.glob("*.sh"):
            start = f'export root\nPATH={os.defpath} exec /bin/sh {stand_in} "$@"\n'
            self._program(f"bin/{stand_in.stem}", self._record(stand_in.stem) + start)
        python = f"{sys.executable} -I -S {STAND_INS}/kubectl.py {root}/cluster.json"
        self._program(
            "bin/k3s",
            f'{self._record("k3s")}[ "$1" = kubectl ] || exit 64\nshift\nexec {python} "$@"\n',
        )
        self.write("calls", "")
        self.write("clock", str(START))
        self.write("host", f"{host}\n")
        self.write("journal", "")
        self.write("addresses", "")
        self.write("cloud-init.code", "0")
        self.write("var/log/cloud-init-output.log", "Cloud-init v. 22.4.2 finished\n")
        self.cluster()

    def write(self, path: str, text: str, mode: int = 0o644) -> Path:
        """Write a file below the root."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)
        return file

    def read(self, path: str) -> str:
        """Read a file below the root."""
        return (self.root / path).read_text()

    def mode(self, path: str) -> int:
        """Return the permission bits of a file below the root."""
        return (self.root / path).stat().st_mode & 0o777

    def cluster(self, name: str = "cluster.json", **changes: Any) -> None:
        """Write what kubectl answers; by default an API that is ready, and an empty cluster."""
        empty: dict[str, Any] = {"answers": True, "readyz": "ok", "nodes": [], "workloads": []}
        self.write(name, json.dumps(empty | {"pods": [], "cilium": {}, "manifests": {}} | changes))

    def after(self, seconds: int, command: str) -> None:
        """Run ``command`` in the root once the host has slept ``seconds`` in all."""
        with (self.root / "later").open("a") as file:
            file.write(f"{START + seconds} {command}\n")

    def ssh(self, script: str, shell: str = "bash", **variables: str) -> Ended:
        """Send a script as root's login shell gets it, with its environment file on stdin."""
        stdin = "".join(f"{name}={shlex.quote(value)}\n" for name, value in variables.items())
        return self._run([_shell(shell), "-c", self._relocated(SCRIPTS / script)], stdin)

    def local(self, script: str, *arguments: str, shell: str = "sh") -> Ended:
        """Run a script of the host itself, as cloud-init does."""
        path = self.root / "usr/local/lib/sovereign" / script
        return self._run([_shell(shell), str(path), *arguments], "")

    def calls(self, program: str) -> list[str]:
        """Return the argument lists of every start of ``program``, oldest first."""
        records = self._here(self.read("calls")).split("\x1e")
        return [r.removeprefix(f"{program} ") for r in records if r.startswith(f"{program} ")]

    def forget_calls(self) -> None:
        """Start the record anew."""
        self.write("calls", "")

    @property
    def slept(self) -> int:
        """Seconds slept so far."""
        return int(self.read("clock")) - START

    def shows(self, secret: str) -> bool:
        """Whether ``secret`` was printed, or handed to a program as argument or variable."""
        return secret in self.streams + self.read("calls")

    def _run(self, command: list[str], stdin: str) -> Ended:
        environment = {"PATH": str(self.root / "bin"), "TMPDIR": str(self.root / "tmp")}
        done = subprocess.run(
            command, input=stdin, env=environment, capture_output=True, text=True, timeout=20,
            cwd=self.root,
        )  # fmt: skip
        self.streams += done.stdout + done.stderr
        return Ended(done.returncode, self._here(done.stdout), self._here(done.stderr))

    def _relocated(self, script: Path) -> str:
        return ABSOLUTE.sub(f"{self.root}/", script.read_text())

    def _here(self, text: str) -> str:
        return text.replace(str(self.root), "")

    def _record(self, name: str) -> str:
        exported = '${TOKEN+ TOKEN="$TOKEN"}${AGENT_TOKEN+ AGENT_TOKEN="$AGENT_TOKEN"}'
        record = f'printf "{name} %s{exported}\\036" "$*"'
        return f'#!/bin/sh\nroot={self.root}\n{record} >>"$root/calls"\n'

    def _program(self, path: str, text: str) -> None:
        self.write(path, text, 0o755)


def _shell(name: str) -> str:
    path = shutil.which(name) or shutil.which("sh")
    assert path, f"this machine has no {name}"
    return os.path.realpath(path)
