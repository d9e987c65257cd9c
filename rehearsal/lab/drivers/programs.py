"""Helm and kubectl, each run alone: their files in a directory of this call that only this user may
read, nothing of them in arguments, no kubeconfig, proxy or cache of anybody else.
"""

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rehearsal.nodes.ports import ApiRefused, ApiUnreachable

CALL_LIMIT_S = 60
_SILENT = (
    "i/o timeout",
    "connection refused",
    "no route to host",
    "network is unreachable",
    "failed to verify certificate",
    "TLS handshake timeout",
    "no such host",
    "EOF",
)
"""In a message: no answer came, or nobody could trust it."""
_PREFIXES = re.compile(
    r"(?:Error:|INSTALLATION FAILED:|UPGRADE FAILED:|Kubernetes cluster unreachable:|error:|"
    r"Error from server(?: \(\w+\))?:|Unable to connect to the server:|error validating \S+:|"
    r"failed to download openapi:)\s*"
)
_ADVICE = re.compile(r"; if you choose to ignore these errors.*")
_NOTES = re.compile(r"[WIE]\d{4} |WARNING: |level=|Use --debug ")


@dataclass(frozen=True)
class Programs:
    """The programs of one call."""

    binaries: Path
    """Directory that holds `helm` and `kubectl`."""
    directory: Path
    """Where the files of the call are."""

    def file(self, name: str, text: str) -> Path:
        """A file for a program to read."""
        path = self.directory / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, name: str, *argv: str, limit_s: float = CALL_LIMIT_S) -> str:
        """What `helm` or `kubectl` printed.

        Raises:
            ApiUnreachable: it found no API that it could trust, or did not end.
            ApiRefused: it ended with anything else.
        """
        try:
            done = self._run([str(self.binaries / name), *argv], limit_s)
        except subprocess.TimeoutExpired:
            raise ApiUnreachable(f"{name} {argv[0]}: no end after {limit_s:.0f} s") from None
        if done.returncode:
            reason = shortened(done.stderr)
            silent = any(words in reason for words in _SILENT)
            raise ApiUnreachable(reason) if silent else ApiRefused(reason)
        return done.stdout

    def _run(self, argv: Sequence[str], limit_s: float) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            argv,
            env={
                "HOME": str(self.directory),
                "KUBECONFIG": str(self.directory / "kubeconfig"),
                "PATH": os.defpath,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=limit_s,
        )


@contextmanager
def programs(binaries: Path, kubeconfig: str) -> Iterator[Programs]:
    """The programs, for the cluster that `kubeconfig` (YAML text) names."""
    with TemporaryDirectory(prefix="sovereign-lab-") as directory:
        found = Programs(binaries, Path(directory))
        found.file("kubeconfig", kubeconfig)
        yield found


def shortened(stderr: str) -> str:
    """The reason in what Helm or kubectl wrote: without their prefixes, warnings and hints."""
    lines = [line for line in stderr.strip().splitlines() if line and not _NOTES.match(line)]
    text = "\n".join(lines)
    while match := _PREFIXES.match(text):
        text = text[match.end() :]
    return _ADVICE.sub("", text) or "it ended without a word"
