"""ReplicaSets: so many pods of a template."""

from rehearsal.lab.k3s.api import Object
from rehearsal.lab.k3s.controller import pods
from rehearsal.lab.k3s.controller.view import (
    View,
    deleting,
    is_over,
    is_ready,
    owned_by,
    reference,
)


async def reconcile(view: View) -> None:
    """One pass."""
    for replicaset in view["replicasets"]:
        if not deleting(replicaset):
            await _one(view, replicaset)


async def _one(view: View, replicaset: Object) -> None:
    metadata, spec = replicaset["metadata"], replicaset["spec"]
    held = [
        pod for pod in owned_by(view["pods"], replicaset) if not deleting(pod) and not is_over(pod)
    ]
    wanted = spec.get("replicas", 1)
    for _ in range(wanted - len(held)):
        pod = pods.from_template(
            spec["template"],
            f"{metadata['name']}-{pods.suffix()}",
            metadata["namespace"],
            reference("apps/v1", "ReplicaSet", replicaset),
            {},
        )
        held.append(await view.create("pods", pod))
    for pod in sorted(held, key=_worth)[: max(0, len(held) - wanted)]:
        await view.delete("pods", pod)
        held.remove(pod)
    ready = sum(is_ready(pod) for pod in held)
    status = {
        "observedGeneration": metadata["generation"],
        "replicas": len(held),
        "fullyLabeledReplicas": len(held),
        "readyReplicas": ready,
        "availableReplicas": ready,
    }
    await view.status("replicasets", replicaset, status)


def _worth(pod: Object) -> tuple[bool, bool]:
    """Pods that are least missed come first."""
    return bool(pod["spec"].get("nodeName")), is_ready(pod)
