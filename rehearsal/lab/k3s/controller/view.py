"""What the controllers see of the cluster, and how they write to it."""

import asyncio
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from rehearsal.lab.k3s.api import MERGE, Api, Object
from rehearsal.lab.k3s.store import Store

_GROUPS = {
    "nodes": "/api/v1",
    "pods": "/api/v1",
    "namespaces": "/api/v1",
    "serviceaccounts": "/api/v1",
    "configmaps": "/api/v1",
    "leases": "/apis/coordination.k8s.io/v1",
    "daemonsets": "/apis/apps/v1",
    "deployments": "/apis/apps/v1",
    "replicasets": "/apis/apps/v1",
    "jobs": "/apis/batch/v1",
    "endpointslices": "/apis/discovery.k8s.io/v1",
}
_SELECTORS = {
    "configmaps": "fieldSelector=metadata.name%3Dkube-root-ca.crt",
    "endpointslices": "labelSelector=kubernetes.io%2Fservice-name%3Dkubernetes",
}
_QUIET = ("leases",)
"""Kinds whose changes alone are no reason for a pass."""


class View:
    """Stores of all kinds; `dirty` is set when one of them changed."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.dirty = asyncio.Event()
        self._stores = {
            kind: Store(
                api,
                f"{group}/namespaces/kube-node-lease/leases"
                if kind == "leases"
                else f"{group}/{kind}",
                (lambda: None) if kind in _QUIET else self.dirty.set,
                _SELECTORS.get(kind, ""),
            )
            for kind, group in _GROUPS.items()
        }

    def __getitem__(self, kind: str) -> Store:
        return self._stores[kind]

    async def follow(self) -> None:
        """Keep all of them current, for ever."""
        await asyncio.gather(*(store.follow() for store in self._stores.values()))

    async def synced(self) -> None:
        """Wait until each was listed once."""
        for store in self._stores.values():
            await store.synced.wait()

    async def create(self, kind: str, thing: Mapping[str, Any]) -> Object:
        """Make an object."""
        namespace = thing["metadata"].get("namespace", "")
        made: Object = await self.api.call("POST", _collection(kind, namespace), dict(thing))
        self[kind].put(made)
        return made

    async def patch(
        self, kind: str, thing: Object, body: Mapping[str, Any], part: str = ""
    ) -> Object:
        """Merge `body` into an object (or its `part`: status) as it was seen; a newer one refuses
        it."""
        metadata = {
            **body.get("metadata", {}),
            "resourceVersion": thing["metadata"]["resourceVersion"],
        }
        path = path_of(kind, thing) + (f"/{part}" if part else "")
        patched: Object = await self.api.call(
            "PATCH", path, {**body, "metadata": metadata}, content=MERGE
        )
        self[kind].put(patched)
        return patched

    async def status(self, kind: str, thing: Object, status: Mapping[str, Any]) -> None:
        """Write a status where it differs."""
        known = thing.get("status", {})
        if any(known.get(key) != value for key, value in status.items()):
            await self.patch(kind, thing, {"status": dict(status)}, "status")

    async def delete(self, kind: str, thing: Object, grace_s: int | None = None) -> None:
        """Delete an object; of pods, after their grace time."""
        options: Object = {
            "kind": "DeleteOptions",
            "apiVersion": "v1",
            "preconditions": {"uid": thing["metadata"]["uid"]},
        }
        if grace_s is not None:
            options["gracePeriodSeconds"] = grace_s
        answer = await self.api.call("DELETE", path_of(kind, thing), options)
        if isinstance(answer, dict) and answer.get("metadata", {}).get("deletionTimestamp"):
            self[kind].put(answer)
        else:
            self[kind].drop(thing)


def path_of(kind: str, thing: Object) -> str:
    """URL path of an object."""
    metadata = thing["metadata"]
    return f"{_collection(kind, metadata.get('namespace', ''))}/{metadata['name']}"


def _collection(kind: str, namespace: str) -> str:
    group = _GROUPS[kind]
    return f"{group}/namespaces/{namespace}/{kind}" if namespace else f"{group}/{kind}"


def owner_uid(thing: Object) -> str:
    """The uid of what controls an object, or empty."""
    references = thing["metadata"].get("ownerReferences") or ()
    return next((str(r["uid"]) for r in references if r.get("controller")), "")


def owned_by(things: Iterable[Object], owner: Object) -> list[Object]:
    """Objects that `owner` controls."""
    uid = owner["metadata"]["uid"]
    return [thing for thing in things if owner_uid(thing) == uid]


def reference(version: str, kind: str, owner: Object) -> Object:
    """The owner reference to a controller."""
    metadata = owner["metadata"]
    return {
        "apiVersion": version,
        "kind": kind,
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def deleting(thing: Object) -> bool:
    """Whether an object is on its way out."""
    return "deletionTimestamp" in thing["metadata"]


def condition(thing: Object, kind: str) -> Object:
    """A condition of an object's status, or an empty one."""
    found = thing.get("status", {}).get("conditions") or ()
    return next((c for c in found if c["type"] == kind), {})


def is_ready(pod: Object) -> bool:
    """Whether a pod is, and stays."""
    return not deleting(pod) and condition(pod, "Ready").get("status") == "True"


def is_over(pod: Object) -> bool:
    """Whether a pod has run to its end."""
    return pod.get("status", {}).get("phase") in ("Succeeded", "Failed")


def digest_of(template: Mapping[str, Any]) -> str:
    """A short name for a pod template, the same for the same one."""
    text = json.dumps(template, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:10]
