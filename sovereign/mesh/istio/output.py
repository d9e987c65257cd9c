"""The manifests as files: one each, named after it, the same bytes each time."""

import re
from pathlib import Path

from sovereign.mesh import text
from sovereign.mesh.istio.migration import Migration
from sovereign.mesh.manifest import Manifest

_UNSAFE = re.compile(r"[^a-z0-9._-]")


class BadOutput(Exception):
    """A directory that the manifests must not be written to."""


def write(migration: Migration, source: Path, out: Path) -> list[Path]:
    """Write all manifests; the files' paths. Raises BadOutput where output and input would mix."""
    here, there = source.resolve(), out.resolve()
    if here == there or here in there.parents or there in here.parents:
        raise BadOutput(f"{out} and {source} lie in one another: choose a directory beside it")
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for manifest in [*migration.manifests, *migration.cleaned]:
        file = out / file_name(manifest)
        found = text.document(manifest)
        if not file.exists() or file.read_text(encoding="utf-8") != found:
            file.write_text(found, encoding="utf-8")
        written.append(file)
    return written


def file_name(manifest: Manifest) -> str:
    """`httproute.shop.api.yaml`; `_` stands for a namespace that is not named."""
    metadata = manifest["metadata"]
    parts = [manifest["kind"].lower(), metadata.get("namespace", "_"), metadata["name"]]
    return _UNSAFE.sub("-", ".".join(map(str, parts))) + ".yaml"
