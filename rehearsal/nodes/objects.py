"""Objects of the cluster's API, as far as pods, Secrets and custom resource definitions are
concerned."""

import base64
import copy
import uuid
from collections.abc import Mapping
from typing import Any

from rehearsal.nodes.ports import ApiRefused
from rehearsal.nodes.releases import cilium_values, definitions
from rehearsal.nodes.secret_digest import digest
from rehearsal.nodes.state import Cluster
from rehearsal.nodes.workloads import KINDS

_IDENTITY = uuid.UUID("4d9d4f0e-3f0a-5e0b-9a53-6b1f2c1d7e10")
_NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")
_CLUSTER_SCOPED = frozenset(
    {
        "Namespace",
        "Node",
        "PersistentVolume",
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "ClusterIssuer",
        "StorageClass",
        "IngressClass",
        "PriorityClass",
        "GatewayClass",
        "CiliumClusterwideNetworkPolicy",
        "CiliumClusterwideEnvoyConfig",
        "CiliumLoadBalancerIPPool",
    }
)
_DEFINED_GROUPS = ("gateway.networking.k8s.io",)
"""Groups under `k8s.io` that are not built in."""


def apply_object(cluster: Cluster, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Create or update an object; answer with it as the API holds it.

    Raises:
        ApiRefused: an incomplete object, a namespace or a kind that does not exist.
    """
    kind, namespace, name = _identity(manifest)
    _check_kind(cluster, str(manifest["apiVersion"]), kind)
    if namespace and not _has_namespace(cluster, namespace):
        raise ApiRefused(f'namespaces "{namespace}" not found')
    cluster.revision += 1
    stored = cluster.objects.setdefault(
        f"{kind}/{namespace}/{name}",
        {"uid": str(uuid.uuid5(_IDENTITY, f"{cluster.uid}/{cluster.revision}"))},
    )
    stored.update(
        kind=kind,
        namespace=namespace,
        name=name,
        revision=cluster.revision,
        **_kept(kind, manifest),
    )
    if kind == "CustomResourceDefinition" and name not in cluster.definitions:
        cluster.definitions.append(name)
    return _live(manifest, namespace, stored)


def delete_object(cluster: Cluster, manifest: Mapping[str, Any]) -> None:
    """Delete an object, a namespace with all that it holds; an absent one is fine."""
    kind, namespace, name = _identity(manifest)
    cluster.objects.pop(f"{kind}/{namespace}/{name}", None)
    if kind == "Namespace":
        for key in [k for k, o in cluster.objects.items() if o["namespace"] == name]:
            del cluster.objects[key]
    if kind == "CustomResourceDefinition" and name in cluster.definitions:
        cluster.definitions.remove(name)


def _identity(manifest: Mapping[str, Any]) -> tuple[str, str, str]:
    metadata = manifest.get("metadata") or {}
    missing = [key for key in ("apiVersion", "kind") if not manifest.get(key)]
    if missing or not metadata.get("name"):
        raise ApiRefused(
            f"invalid object: {', '.join([*missing, 'metadata.name'][:1])} is required"
        )
    kind = str(manifest["kind"])
    namespace = "" if kind in _CLUSTER_SCOPED else str(metadata.get("namespace") or "default")
    return kind, namespace, str(metadata["name"])


def _check_kind(cluster: Cluster, version: str, kind: str) -> None:
    """Kinds of other groups than Kubernetes' own need their definition first."""
    group = version.partition("/")[0] if "/" in version else ""
    built_in = "." not in group or (group.endswith(".k8s.io") and group not in _DEFINED_GROUPS)
    of_cilium = group == "cilium.io" and cilium_values(cluster) is not None
    if not (built_in or of_cilium or defines(cluster, group, kind)):
        raise ApiRefused(f'no matches for kind "{kind}" in version "{version}"')


def defines(cluster: Cluster, group: str, kind: str) -> bool:
    """Whether a definition of that kind was applied, or came with a release (plurals end in s or
    es)."""
    singular = kind.lower()
    plurals = (f"{singular}s", f"{singular}es", f"{singular.removesuffix('y')}ies")
    known = {*cluster.definitions, *definitions(cluster)}
    return any(f"{plural}.{group}" in known for plural in plurals)


def _has_namespace(cluster: Cluster, namespace: str) -> bool:
    return namespace in _NAMESPACES or f"Namespace//{namespace}" in cluster.objects


def _kept(kind: str, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The part of an object that later verdicts need; of a Secret only digests."""
    if kind == "Secret":
        return {"digests": {key: digest(value) for key, value in _secret_values(manifest).items()}}
    if kind in KINDS:
        spec = manifest.get("spec") or {}
        pod = (spec.get("template") or {}).get("spec") or {}
        wanted = {
            key: copy.deepcopy(pod[key]) for key in ("tolerations", "nodeSelector") if key in pod
        }
        return {"replicas": spec.get("replicas", 1), "pod": wanted}
    return {}


def _secret_values(manifest: Mapping[str, Any]) -> dict[str, str]:
    encoded = manifest.get("data") or {}
    values = {key: base64.b64decode(str(value)).decode() for key, value in encoded.items()}
    return {**values, **{key: str(v) for key, v in (manifest.get("stringData") or {}).items()}}


def _live(manifest: Mapping[str, Any], namespace: str, stored: Mapping[str, Any]) -> dict[str, Any]:
    live = copy.deepcopy(dict(manifest))
    metadata = {**live.get("metadata", {}), "uid": stored["uid"]}
    metadata["resourceVersion"] = str(stored["revision"])
    if namespace:
        metadata["namespace"] = namespace
    live["metadata"] = metadata
    if stored["kind"] == "Secret":
        # Values stay where the caller holds them as secrets; a copy would not be marked as one.
        live.pop("stringData", None)
        live.pop("data", None)
    return live
