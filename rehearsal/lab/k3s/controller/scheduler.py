"""The scheduler: binds pods that wait to the node with the fewest of their kind, or says in the
scheduler's words why none takes them."""

from rehearsal.lab.k3s import clock
from rehearsal.lab.k3s.api import Object
from rehearsal.lab.k3s.controller import placement
from rehearsal.lab.k3s.controller.view import View, condition, deleting, is_over, owner_uid, path_of
from rehearsal.nodes.scheduling import unavailable

_NAME = "default-scheduler"


async def schedule(view: View) -> None:
    """One pass."""
    waiting = [pod for pod in view["pods"] if _waits(pod)]
    if not waiting:
        return
    candidates = placement.candidates(view["nodes"])
    for pod in sorted(waiting, key=lambda p: str(p["metadata"]["creationTimestamp"])):
        others = [other for other in view["pods"] if not is_over(other) and other is not pod]
        obstacles = {
            candidate.name: placement.refusal(pod["spec"], candidate)
            or placement.kept_apart(pod, candidate.name, others)
            for candidate in candidates
        }
        fitting = [name for name, why in obstacles.items() if not why]
        if fitting:
            await _bind(view, pod, min(fitting, key=lambda name: _same(pod, name, others)))
        else:
            await _explain(view, pod, unavailable(obstacles.values()))


def _waits(pod: Object) -> bool:
    ours = pod["spec"].get("schedulerName", _NAME) == _NAME
    gated = pod["spec"].get("schedulingGates")
    return ours and not gated and not pod["spec"].get("nodeName") and not deleting(pod)


def _same(pod: Object, node: str, others: list[Object]) -> tuple[int, int]:
    """Pods of the same owner on a node, then all pods there."""
    here = [other for other in others if other["spec"].get("nodeName") == node]
    owner = owner_uid(pod)
    return sum(owner_uid(other) == owner for other in here), len(here)


async def _bind(view: View, pod: Object, node: str) -> None:
    metadata = pod["metadata"]
    binding = {
        "apiVersion": "v1",
        "kind": "Binding",
        "metadata": {"name": metadata["name"], "namespace": metadata["namespace"]},
        "target": {"apiVersion": "v1", "kind": "Node", "name": node},
    }
    await view.api.call("POST", f"{path_of('pods', pod)}/binding", binding)
    pod["spec"]["nodeName"] = node


async def _explain(view: View, pod: Object, message: str) -> None:
    known = condition(pod, "PodScheduled")
    if known.get("message") == message:
        return
    said = {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": message,
        "lastTransitionTime": known.get("lastTransitionTime") or clock.now(),
    }
    others = [
        c for c in pod.get("status", {}).get("conditions") or () if c["type"] != "PodScheduled"
    ]
    status = {"phase": "Pending", "conditions": [*others, said]}
    await view.patch("pods", pod, {"status": status}, "status")
