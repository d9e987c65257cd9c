"""What lies on the mirror: for every row of `sovereign/artifacts.yaml`, the lab's own file.

k3s and the charts are stand-ins, so their sums are not the published ones; the Gateway API
definitions are the real ones.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from rehearsal.lab import charts
from rehearsal.lab.k3s import artifact

K3S = cache(artifact.build)
"""Built once per version: the binary and its sum are asked for by every host."""


def table() -> Sequence[Mapping[str, Any]]:
    """The rows of `sovereign/artifacts.yaml`."""
    text = files("sovereign").joinpath("artifacts.yaml").read_text(encoding="utf-8")
    rows: Sequence[Mapping[str, Any]] = yaml.safe_load(text)["artifacts"]
    return rows


@dataclass(frozen=True)
class Shelf:
    """The files of one lab."""

    definitions: Path
    """Directory with the Gateway API definitions, by the names of their files."""
    k3s: Callable[[str], bytes] = K3S
    """The k3s executable of a version."""
    rows: Sequence[Mapping[str, Any]] = field(default_factory=table)

    def find(self, path: str) -> bytes | None:
        """The file at a decoded path, or None."""
        for row in self.rows:
            if version := _version(row["url"], path):
                return self._content(row, version, path)
            if version := _version(row.get("checksums", ""), path):
                return self._checksums(row, version)
        return None

    def is_checksum_file(self, path: str) -> bool:
        """Whether a release's own list of sums is there."""
        return any(_version(row.get("checksums", ""), path) for row in self.rows)

    def _content(self, row: Mapping[str, Any], version: str, path: str) -> bytes | None:
        if row["kind"] == "binary":
            return self.k3s(version)
        if row["kind"] == "chart":
            return charts.package(row["name"], version)
        file = self.definitions / Path(path).name
        found = file.read_bytes() if file.is_file() else None
        return found if found and _sum(found) == row["sha256"].get(version) else None

    def _checksums(self, row: Mapping[str, Any], version: str) -> bytes:
        name = urlsplit(row["url"]).path.rpartition("/")[2]
        return f"{_sum(self.k3s(version))}  {name}\n".encode()


@cache
def _pattern(url: str) -> re.Pattern[str]:
    spots = re.split(r"\{version(?:_url)?\}", urlsplit(url).path)
    return re.compile(r"(?P<version>[^/]+)".join(map(re.escape, spots)))


def _version(url: str, path: str) -> str:
    """The version that stands in `path` where `url` has its hole, or empty."""
    match = _pattern(url).fullmatch(path) if url else None
    return match["version"] if match else ""


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
