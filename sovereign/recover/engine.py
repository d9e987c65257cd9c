"""The state of Pulumi's engine: `pulumi stack export`, `import`, `cancel` and a targeted `refresh`,
run in the program's directory.

The export keeps secrets as ciphertext; nothing of it is printed.
"""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import yaml

from sovereign.recover.model import Json, Lock, StackFailed

FILES = "file://"
"""How the address of a file backend begins."""


def find() -> str | None:
    """Path of the `pulumi` command."""
    return shutil.which("pulumi")


@dataclass(frozen=True)
class EngineStack:
    """One stack of a program, reached through the CLI."""

    pulumi: str
    program: Path
    stack: str
    environment: Mapping[str, str]

    def lock(self) -> Lock | None:
        """The lock in a file backend; locks of other backends show when the state is written."""
        backend = self._directory()
        if backend is None:
            return None
        described = yaml.safe_load((self.program / "Pulumi.yaml").read_text(encoding="utf-8"))
        project = str(described["name"])
        folder = backend / ".pulumi" / "locks" / "organization" / project / self.stack
        for file in sorted(folder.glob("*.json")):
            return lock_of(json.loads(file.read_text(encoding="utf-8")))
        return None

    def shows_locks(self) -> bool:
        """In a file backend only."""
        return self._directory() is not None

    def unlock(self) -> None:
        """`pulumi cancel`."""
        self._run("cancel", "--yes", "--stack", self.stack)

    def read(self) -> Json:
        """`pulumi stack export`."""
        exported = json.loads(self._run("stack", "export", "--stack", self.stack))
        deployment: Json = exported.get("deployment") or {}
        return deployment

    def write(self, deployment: Json) -> None:
        """`pulumi stack import`."""
        text = json.dumps({"version": 3, "deployment": deployment})
        self._run("stack", "import", "--stack", self.stack, fed=text)

    def refresh(self, urns: Collection[str]) -> None:
        """`pulumi refresh` of these resources only."""
        targets = [word for urn in urns for word in ("--target", urn)]
        self._run("refresh", "--yes", "--skip-preview", "--stack", self.stack, *targets)

    def _directory(self) -> Path | None:
        """Of a file backend: `file:///state`, `file://./state`, `file://~` of `login --local`."""
        url = str(json.loads(self._run("whoami", "--json"))["url"])
        if not url.startswith(FILES):
            return None
        return self.program / Path(unquote(url.removeprefix(FILES))).expanduser()

    def _run(self, *arguments: str, fed: str | None = None) -> str:
        done = subprocess.run(
            [self.pulumi, *arguments, "--non-interactive", "--color", "never"],
            cwd=self.program,
            env=dict(self.environment),
            input=fed,
            stdin=subprocess.DEVNULL if fed is None else None,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise StackFailed(f"`pulumi {' '.join(arguments[:2])}`: {_reason(done)}")
        return done.stdout


def lock_of(stored: Mapping[str, object]) -> Lock:
    """A lock as the CLI writes it (`pid`, `username`, `hostname`, `timestamp`)."""
    here = stored.get("hostname") == socket.gethostname()
    pid = int(str(stored.get("pid", 0)))
    owner = f"{stored.get('username')}@{stored.get('hostname')} (pid {pid})"
    return Lock(owner, str(stored.get("timestamp", "")), stale=here and not _alive(pid))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _reason(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    return " ".join(errors or lines[-1:] or ["no output"])
