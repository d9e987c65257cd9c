"""A Kubernetes object as plain data, the one form that every builder of the mesh returns."""

from collections.abc import Mapping
from typing import Any

Manifest = dict[str, Any]
"""One Kubernetes object, as it stands in a YAML file."""


def manifest(
    api_version: str,
    kind: str,
    name: str,
    *,
    namespace: str | None = None,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    **content: Any,
) -> Manifest:
    """The object with its metadata; `content` is the rest, usually `spec`. Empty metadata is left
    out; `namespace` is None for kinds that have none.
    """
    metadata: dict[str, Any] = {"name": name}
    for key, value in (
        ("namespace", namespace),
        ("labels", dict(labels or {})),
        ("annotations", dict(annotations or {})),
    ):
        if value:
            metadata[key] = value
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **content}


def identity(found: Manifest) -> str:
    """`CiliumNetworkPolicy shop/api`: what tells one object from another in a cluster."""
    metadata = found["metadata"]
    place = f"{metadata['namespace']}/" if "namespace" in metadata else ""
    return f"{found['kind']} {place}{metadata['name']}"
