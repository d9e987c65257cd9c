"""The driver of the package `kubernetes`: objects and Helm releases through the cluster port.

It checks shapes and hands over what would be sent. What an API server would make of it is the
port's business.
"""

import re
import secrets
from collections.abc import Mapping
from typing import Any, Final

from rehearsal.nodes.ports import ApiError, ClusterApi, Release
from rehearsal.runtime.compare import differences
from rehearsal.runtime.decide import Diff
from rehearsal.runtime.drivers import kubernetes_form as form
from rehearsal.runtime.drivers.port import (
    CheckFailed,
    Created,
    NothingToLookUp,
    OperationFailed,
    PartlyDone,
    Subject,
    unsupported,
)
from rehearsal.runtime.record import Record
from rehearsal.runtime.values import UNKNOWN, Properties, Unknown, plain

RELEASE: Final = "kubernetes:helm.sh/v3:Release"
DEFAULT_NAMESPACE: Final = "default"
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
_REPLACING = {("metadata", "name"), ("metadata", "namespace"), ("apiVersion",), ("kind",)}
"""A change of these makes another object. A Deployment's selector is immutable as well."""
_IMMUTABLE = {"Deployment": ("spec", "selector"), "Job": ("spec", "template")}
_SERVER_SIDE = ("uid", "resourceVersion", "creationTimestamp", "generation")
"""Metadata that only the API server knows."""
_CLIENT_SIDE = ("Patch", "Chart", "ConfigFile", "ConfigGroup", "Directory", "List")


class KubernetesDriver(NothingToLookUp):
    """Applies objects and installs releases in the cluster that the provider's kubeconfig names."""

    def __init__(self, cluster: ClusterApi) -> None:
        self._cluster = cluster

    def check(self, subject: Subject, inputs: Properties, old: Properties | None) -> Properties:
        """Check the shape, fill in an automatic name."""
        if subject.type.endswith(_CLIENT_SIDE) or "helm.sh/v4" in subject.type:
            raise unsupported(f"the resource type {subject.type}")
        if subject.type == RELEASE:
            return _checked_release(subject, inputs, old)
        return form.checked_object(_checked_object(subject, inputs, old))

    def diff(self, subject: Subject, old: Record, inputs: Properties) -> Diff:
        """Inputs against inputs; another name or namespace is another object."""
        changes = differences(plain(old.inputs), plain(inputs))
        if subject.type == RELEASE:
            moved = [path for path in changes if path[0] in ("name", "namespace")]
        else:
            immutable = _IMMUTABLE.get(subject.type.rsplit(":", 1)[-1])
            moved = [
                path
                for path in changes
                if path[:2] in _REPLACING or path[:1] in _REPLACING or path[:2] == immutable
            ]
        replace = tuple(dict.fromkeys(str(path[0]) for path in moved))
        return Diff(changes, replace, delete_before_replace=_same_object(old, inputs))

    def plan(self, subject: Subject, inputs: Properties, old: Record | None) -> Properties:
        """What is given; what the server adds is unknown."""
        del old
        if subject.type == RELEASE:
            return {**inputs, "status": UNKNOWN, "manifest": UNKNOWN, "resourceNames": UNKNOWN}
        metadata = inputs.get("metadata")
        if isinstance(metadata, Mapping):
            metadata = {**metadata, **dict.fromkeys(_SERVER_SIDE, UNKNOWN)}
        return {**inputs, "metadata": metadata, "status": UNKNOWN}

    def create(self, subject: Subject, inputs: Properties) -> Created:
        """Install or apply."""
        namespace, name = _identity(subject, inputs)
        outputs = self._send(subject, inputs)
        return Created(f"{namespace}/{name}" if namespace else name, outputs)

    def update(self, subject: Subject, old: Record, inputs: Properties, diff: Diff) -> Properties:
        """Upgrade or apply again."""
        del diff
        try:
            return self._send(subject, inputs)
        except OperationFailed as error:
            raise PartlyDone(str(error), Created(old.id, plain(old.outputs))) from None

    def delete(self, subject: Subject, old: Record) -> None:
        """Uninstall or delete; an absent object is fine."""
        inputs = plain(old.inputs)
        namespace, name = _identity(subject, inputs)
        kubeconfig = _kubeconfig(subject)
        try:
            if subject.type == RELEASE:
                self._cluster.uninstall_release(kubeconfig, name, namespace)
            else:
                self._cluster.delete_object(kubeconfig, inputs)
        except ApiError as error:
            raise OperationFailed(error.reason) from None

    def _send(self, subject: Subject, inputs: Properties) -> Properties:
        kubeconfig = _kubeconfig(subject)
        try:
            if subject.type == RELEASE:
                release = _release(inputs)
                self._cluster.install_release(kubeconfig, release)
                status = {
                    "status": "deployed",
                    "name": release.name,
                    "namespace": release.namespace,
                    "version": release.version,
                }
                return form.release_outputs(inputs, status)
            live = self._cluster.apply_object(kubeconfig, inputs)
            return form.object_outputs(subject.urn, inputs, live)
        except ApiError as error:
            raise OperationFailed(error.reason) from None


def _checked_release(subject: Subject, inputs: Properties, old: Properties | None) -> Properties:
    if not inputs.get("chart") and not isinstance(inputs.get("chart"), Unknown):
        raise CheckFailed(f"the release {subject.name!r} names no chart")
    values = inputs.get("values")
    if values is not None and not isinstance(plain(values), Mapping | Unknown):
        raise CheckFailed(f"the values of release {subject.name!r} are not a mapping")
    checked = form.checked_release({"namespace": DEFAULT_NAMESPACE, **inputs})
    if not checked.get("name"):
        checked["name"] = (old or {}).get("name") or _automatic_name(subject)
    return checked


def _checked_object(subject: Subject, inputs: Properties, old: Properties | None) -> Properties:
    for name in ("apiVersion", "kind"):
        value = plain(inputs.get(name))
        if not isinstance(value, Unknown) and not (isinstance(value, str) and value):
            raise CheckFailed(f"{subject.type} {subject.name!r} has no {name}")
    metadata = inputs.get("metadata", {})
    bare = plain(metadata)
    if isinstance(bare, Unknown):
        return inputs
    if not isinstance(bare, Mapping):
        raise CheckFailed(f"the metadata of {subject.type} {subject.name!r} are not a mapping")
    own_name = bare.get("name")
    if own_name is None:
        earlier = ((old or {}).get("metadata") or {}).get("name")
        return {**inputs, "metadata": {**bare, "name": earlier or _automatic_name(subject)}}
    if isinstance(own_name, str) and not _SUBDOMAIN.fullmatch(own_name):
        raise CheckFailed(f"{own_name!r} is not a name for a Kubernetes object (RFC 1123)")
    return inputs


def _automatic_name(subject: Subject) -> str:
    return f"{subject.name}-{secrets.token_hex(4)}"


def _identity(subject: Subject, inputs: Properties) -> tuple[str, str]:
    if subject.type == RELEASE:
        return inputs.get("namespace") or DEFAULT_NAMESPACE, inputs["name"]
    metadata = inputs.get("metadata") or {}
    return metadata.get("namespace") or "", metadata["name"]


def _same_object(old: Record, inputs: Properties) -> bool:
    """Whether old and new would collide: the same name in the same namespace."""
    before, now = plain(old.inputs), plain(inputs)
    if "metadata" in before:
        before, now = before["metadata"], now.get("metadata") or {}
    if not isinstance(now, Mapping):
        return False
    return all(before.get(key) == now.get(key) for key in ("name", "namespace"))


def _release(inputs: Properties) -> Release:
    repo: Any = inputs.get("repositoryOpts") or {}
    return Release(
        name=inputs["name"],
        namespace=inputs.get("namespace") or DEFAULT_NAMESPACE,
        chart=inputs["chart"],
        version=inputs.get("version") or "",
        values=inputs.get("values") or {},
        repo=repo.get("repo"),
    )


def _kubeconfig(subject: Subject) -> str:
    kubeconfig = subject.provider.get("kubeconfig")
    if not isinstance(kubeconfig, str) or not kubeconfig:
        raise OperationFailed(
            f"the provider of {subject.name!r} has no kubeconfig, and a rehearsal never uses "
            "an ambient one"
        )
    return kubeconfig
