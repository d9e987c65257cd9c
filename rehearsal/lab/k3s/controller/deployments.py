"""Deployments: a ReplicaSet per template, the new one up and the old ones down as its strategy
says."""

from rehearsal.lab.k3s import clock
from rehearsal.lab.k3s.api import Object
from rehearsal.lab.k3s.controller.daemonsets import share
from rehearsal.lab.k3s.controller.view import (
    View,
    condition,
    deleting,
    digest_of,
    owned_by,
    reference,
)

_HASH = "pod-template-hash"
_REVISION = "deployment.kubernetes.io/revision"


async def reconcile(view: View) -> None:
    """One pass."""
    for deployment in view["deployments"]:
        if not deleting(deployment) and not deployment["spec"].get("paused"):
            await _one(view, deployment)


async def _one(view: View, deployment: Object) -> None:
    sets = owned_by(view["replicasets"], deployment)
    hashed = digest_of(deployment["spec"]["template"])
    current = next((s for s in sets if s["metadata"]["labels"].get(_HASH) == hashed), None)
    revision = 1 + max((_revision(s) for s in sets), default=0)
    if current is None:
        current = await view.create("replicasets", _replicaset(deployment, hashed, revision))
    elif _revision(current) < revision - 1:
        annotations = {"metadata": {"annotations": {_REVISION: str(revision)}}}
        current = await view.patch("replicasets", current, annotations)
    own = current["metadata"]["annotations"][_REVISION]
    if (deployment["metadata"].get("annotations") or {}).get(_REVISION) != own:
        deployment = await view.patch(
            "deployments", deployment, {"metadata": {"annotations": {_REVISION: own}}}
        )
    old = [s for s in sets if s["metadata"]["uid"] != current["metadata"]["uid"]]
    current = await _scale(view, deployment, current, old)
    await view.status("deployments", deployment, _status(deployment, current, old))


async def _scale(view: View, deployment: Object, current: Object, old: list[Object]) -> Object:
    wanted = deployment["spec"].get("replicas", 1)
    surge, missing = room(deployment, wanted)
    living = sum(_count(s, "replicas") for s in old)
    if surge + missing == 0:
        surge = 1
    size = current["spec"]["replicas"]
    target = min(wanted, max(size, wanted + surge - living))
    if size != target:
        current = await view.patch("replicasets", current, {"spec": {"replicas": target}})
    spare = sum(_count(s, "readyReplicas") for s in [current, *old]) - (wanted - missing)
    for index, earlier in enumerate(old):
        size = earlier["spec"]["replicas"]
        unready = size - min(size, _count(earlier, "readyReplicas"))
        fewer = min(size, unready + max(0, spare))
        if fewer:
            spare -= max(0, fewer - unready)
            smaller = {"spec": {"replicas": size - fewer}}
            old[index] = await view.patch("replicasets", earlier, smaller)
    return current


def room(deployment: Object, wanted: int) -> tuple[int, int]:
    """How many pods there may be too many and too few."""
    strategy = deployment["spec"].get("strategy") or {}
    if strategy.get("type") == "Recreate":
        return 0, wanted
    rolling = strategy.get("rollingUpdate") or {}
    return (
        share(rolling.get("maxSurge", "25%"), wanted, up=True),
        share(rolling.get("maxUnavailable", "25%"), wanted, up=False),
    )


def _replicaset(deployment: Object, hashed: str, revision: int) -> Object:
    metadata, spec = deployment["metadata"], deployment["spec"]
    label = {_HASH: hashed}
    template = spec["template"]
    inner = template.get("metadata") or {}
    return {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "name": f"{metadata['name']}-{hashed}",
            "namespace": metadata["namespace"],
            "labels": {**(inner.get("labels") or {}), **label},
            "annotations": {_REVISION: str(revision)},
            "ownerReferences": [reference("apps/v1", "Deployment", deployment)],
        },
        "spec": {
            "replicas": 0,
            "selector": {
                **spec["selector"],
                "matchLabels": {**(spec["selector"].get("matchLabels") or {}), **label},
            },
            "template": {
                **template,
                "metadata": {**inner, "labels": {**(inner.get("labels") or {}), **label}},
            },
        },
    }


def _status(deployment: Object, current: Object, old: list[Object]) -> Object:
    wanted = deployment["spec"].get("replicas", 1)
    total = sum(_count(s, "replicas") for s in [current, *old])
    ready = sum(_count(s, "readyReplicas") for s in [current, *old])
    updated = _count(current, "replicas")
    available = ready >= wanted - room(deployment, wanted)[1]
    complete = updated == total == wanted and ready == wanted
    name = current["metadata"]["name"]
    progress = (
        ("NewReplicaSetAvailable", f'ReplicaSet "{name}" has successfully progressed.')
        if complete
        else ("ReplicaSetUpdated", f'ReplicaSet "{name}" is progressing.')
    )
    minimum = (
        ("MinimumReplicasAvailable", "Deployment has minimum availability.")
        if available
        else ("MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
    )
    return {
        "observedGeneration": deployment["metadata"]["generation"],
        "replicas": total,
        "updatedReplicas": updated,
        "readyReplicas": ready,
        "availableReplicas": ready,
        "unavailableReplicas": max(0, wanted - ready),
        "conditions": [
            _condition(deployment, "Available", available, *minimum),
            _condition(deployment, "Progressing", True, *progress),
        ],
    }


def _condition(deployment: Object, kind: str, holds: bool, reason: str, message: str) -> Object:
    known = condition(deployment, kind)
    wanted = {
        "type": kind,
        "status": "True" if holds else "False",
        "reason": reason,
        "message": message,
    }
    if all(known.get(key) == value for key, value in wanted.items()):
        return known
    now = clock.now()
    return {**wanted, "lastUpdateTime": now, "lastTransitionTime": now}


def _count(replicaset: Object, name: str) -> int:
    return int(replicaset.get("status", {}).get(name) or 0)


def _revision(replicaset: Object) -> int:
    return int((replicaset["metadata"].get("annotations") or {}).get(_REVISION, 0))
