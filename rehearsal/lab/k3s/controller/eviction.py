"""Pods that have to go: their node or owner is gone, or they do not tolerate a taint for long."""

from datetime import UTC, datetime

from rehearsal.lab.k3s import clock
from rehearsal.lab.k3s.api import Object, Refused
from rehearsal.lab.k3s.controller.view import View, deleting, owner_uid, path_of
from rehearsal.nodes.scheduling import NO_EXECUTE, Taint, Toleration, tolerations

_OWNERS = {
    "DaemonSet": "daemonsets",
    "ReplicaSet": "replicasets",
    "Deployment": "deployments",
    "Job": "jobs",
}
_OWNED = ("pods", "replicasets")
_FOREGROUND = "foregroundDeletion"


async def reconcile(view: View) -> None:
    """One pass."""
    nodes = {node["metadata"]["name"]: node for node in view["nodes"]}
    for pod in view["pods"]:
        place = pod["spec"].get("nodeName")
        if place and place not in nodes:
            await view.delete("pods", pod, 0)
        elif place and not deleting(pod) and must_go(pod, nodes[place]):
            await view.delete("pods", pod)
    for kind in _OWNED:
        for thing in view[kind]:
            if not deleting(thing) and await _orphaned(view, thing):
                await view.delete(kind, thing)
    for kind in _OWNERS.values():
        for owner in view[kind]:
            if deleting(owner):
                await _foreground(view, kind, owner)


def must_go(pod: Object, node: Object) -> bool:
    """Whether a pod does not tolerate a NoExecute taint of its node, or not for so long."""
    own = list(zip(pod["spec"].get("tolerations") or (), _tolerations(pod), strict=True))
    for said in node["spec"].get("taints") or ():
        if said["effect"] != NO_EXECUTE:
            continue
        taint = Taint(said["key"], said.get("value", ""), NO_EXECUTE)
        limits = [entry.get("tolerationSeconds") for entry, one in own if one.covers(taint)]
        if not limits:
            return True
        bounded = [limit for limit in limits if limit is not None]
        since = said.get("timeAdded")
        if bounded and since and _age_s(since) > min(bounded):
            return True
    return False


def _tolerations(pod: Object) -> tuple[Toleration, ...]:
    return tolerations(pod["spec"].get("tolerations") or ())


def _age_s(since: str) -> float:
    return (datetime.now(UTC) - clock.parse(since)).total_seconds()


async def _orphaned(view: View, thing: Object) -> bool:
    """Whether the owner is gone; the API itself is asked before anything is deleted for it."""
    uid = owner_uid(thing)
    if not uid:
        return False
    said = next(r for r in thing["metadata"]["ownerReferences"] if r.get("controller"))
    kind = _OWNERS.get(said["kind"])
    if kind is None or any(owner["metadata"]["uid"] == uid for owner in view[kind]):
        return False
    namespace = thing["metadata"].get("namespace", "")
    path = path_of(kind, {"metadata": {"name": said["name"], "namespace": namespace}})
    try:
        return bool((await view.api.call("GET", path))["metadata"]["uid"] != uid)
    except Refused as problem:
        return problem.code == 404


async def _foreground(view: View, kind: str, owner: Object) -> None:
    """Delete what an owner holds first, then let it go."""
    finalizers = owner["metadata"].get("finalizers") or []
    if _FOREGROUND not in finalizers:
        return
    uid = owner["metadata"]["uid"]
    held = [(k, thing) for k in _OWNED for thing in view[k] if owner_uid(thing) == uid]
    for owned, thing in held:
        if not deleting(thing):
            await view.delete(owned, thing)
    if not held:
        left = [name for name in finalizers if name != _FOREGROUND]
        await view.patch(kind, owner, {"metadata": {"finalizers": left}})
        view[kind].drop(owner)
