"""Where each download comes from and how it is verified, from the one table `artifacts.yaml`."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from sovereign.plan.model import ArtifactPlan


def resolve(
    table: Sequence[Mapping[str, Any]], name: str, version: str, mirror: str
) -> ArtifactPlan:
    """The named artifact in that version; KeyError where the table has none of that name.

    `mirror` (URL or directory, or empty) takes the place of scheme and host: it holds each file at
    the path of its URL.
    """
    row = {entry["name"]: entry for entry in table}[name]
    checksums = row.get("checksums")
    return ArtifactPlan(
        name=name,
        version=version,
        url=_mirrored(_fill(row["url"], version), mirror),
        sha256=row["sha256"].get(version),
        checksums=_mirrored(_fill(checksums, version), mirror) if checksums else None,
    )


def manifests(
    table: Sequence[Mapping[str, Any]], version: str, mirror: str
) -> tuple[ArtifactPlan, ...]:
    """The Gateway API definitions of that release, in the table's order."""
    names = [row["name"] for row in table if row["kind"] == "manifest" and version in row["sha256"]]
    return tuple(resolve(table, name, version, mirror) for name in names)


def _fill(url: str, version: str) -> str:
    return url.format(version=version, version_url=quote(version, safe=""))


def _mirrored(url: str, mirror: str) -> str:
    if not mirror:
        return url
    base = mirror if "://" in mirror else f"file://{mirror}"
    return base.rstrip("/") + urlsplit(url).path


def local_path(url: str) -> str:
    """A `file://` URL as the path that Helm takes; anything else as it is."""
    return url.removeprefix("file://")
