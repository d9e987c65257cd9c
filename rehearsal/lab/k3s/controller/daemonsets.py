"""DaemonSets: a pod on every node that takes it, renewed node by node."""

from collections.abc import Iterable

from rehearsal.lab.k3s.api import Object
from rehearsal.lab.k3s.controller import placement, pods
from rehearsal.lab.k3s.controller.view import (
    View,
    deleting,
    digest_of,
    is_over,
    is_ready,
    owned_by,
    reference,
)

_HASH = "controller-revision-hash"
_EXISTS = "Exists"
_TOLERATED = [
    {"key": "node.kubernetes.io/not-ready", "operator": _EXISTS, "effect": "NoExecute"},
    {"key": "node.kubernetes.io/unreachable", "operator": _EXISTS, "effect": "NoExecute"},
    {"key": "node.kubernetes.io/disk-pressure", "operator": _EXISTS, "effect": "NoSchedule"},
    {"key": "node.kubernetes.io/memory-pressure", "operator": _EXISTS, "effect": "NoSchedule"},
    {"key": "node.kubernetes.io/pid-pressure", "operator": _EXISTS, "effect": "NoSchedule"},
    {"key": "node.kubernetes.io/unschedulable", "operator": _EXISTS, "effect": "NoSchedule"},
]
"""What the DaemonSet controller has its pods tolerate (kubernetes.io "DaemonSet")."""
_HOST_NETWORK = {
    "key": "node.kubernetes.io/network-unavailable",
    "operator": _EXISTS,
    "effect": "NoSchedule",
}


async def reconcile(view: View) -> None:
    """One pass."""
    for daemonset in view["daemonsets"]:
        if not deleting(daemonset):
            await _one(view, daemonset)


async def _one(view: View, daemonset: Object) -> None:
    template = daemonset["spec"]["template"]
    hashed = digest_of(template)
    wanted = _nodes(view, template["spec"])
    held: dict[str, Object] = {}
    for pod in owned_by(view["pods"], daemonset):
        node = pod["spec"].get("nodeName", "")
        if node not in wanted or node in held or is_over(pod):
            if not deleting(pod):
                await view.delete("pods", pod)
        else:
            held[node] = pod
    await _renew(view, daemonset, held, hashed)
    for node in wanted:
        if node not in held:
            held[node] = await view.create("pods", _pod(daemonset, node, hashed))
    await view.status("daemonsets", daemonset, _status(daemonset, wanted, held, hashed))


async def _renew(view: View, daemonset: Object, held: dict[str, Object], hashed: str) -> None:
    """Delete pods of an earlier template, as many at a time as may be missing."""
    strategy = daemonset["spec"].get("updateStrategy") or {}
    if strategy.get("type") == "OnDelete":
        return
    old = [pod for pod in held.values() if pod["metadata"]["labels"].get(_HASH) != hashed]
    said = (strategy.get("rollingUpdate") or {}).get("maxUnavailable", 1)
    limit = max(1, share(said, len(held), up=True))
    missing = sum(not is_ready(pod) for pod in held.values() if pod not in old)
    for pod in sorted(old, key=is_ready):
        if deleting(pod):
            missing += 1
        elif not is_ready(pod) or missing < limit:
            missing += 1
            await view.delete("pods", pod)


def share(said: object, of: int, *, up: bool) -> int:
    """A count, or a percentage of `of`."""
    text = str(said)
    if not text.endswith("%"):
        return int(text)
    hundredths = int(text[:-1]) * of
    return -(-hundredths // 100) if up else hundredths // 100


def _nodes(view: View, spec: Object) -> list[str]:
    return [
        candidate.name
        for candidate in placement.candidates(n for n in view["nodes"] if not deleting(n))
        if not placement.refusal(spec, candidate, _tolerated(spec))
    ]


def _tolerated(spec: Object) -> list[Object]:
    return [*_TOLERATED, *([_HOST_NETWORK] if spec.get("hostNetwork") else [])]


def _pod(daemonset: Object, node: str, hashed: str) -> Object:
    metadata = daemonset["metadata"]
    pod = pods.from_template(
        daemonset["spec"]["template"],
        f"{metadata['name']}-{pods.suffix()}",
        metadata["namespace"],
        reference("apps/v1", "DaemonSet", daemonset),
        {_HASH: hashed},
    )
    spec = pod["spec"]
    spec["nodeName"] = node
    spec["tolerations"] = [*(spec.get("tolerations") or ()), *_tolerated(spec)]
    return pod


def _status(
    daemonset: Object, wanted: Iterable[str], held: dict[str, Object], hashed: str
) -> Object:
    desired = len(list(wanted))
    ready = sum(is_ready(pod) for pod in held.values())
    updated = sum(
        pod["metadata"]["labels"].get(_HASH) == hashed and not deleting(pod)
        for pod in held.values()
    )
    return {
        "observedGeneration": daemonset["metadata"]["generation"],
        "desiredNumberScheduled": desired,
        "currentNumberScheduled": len(held),
        "updatedNumberScheduled": updated,
        "numberReady": ready,
        "numberAvailable": ready,
        "numberUnavailable": desired - ready,
        "numberMisscheduled": 0,
    }
