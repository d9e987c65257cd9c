"""Jobs: pods that run to their end."""

from rehearsal.lab.k3s import clock
from rehearsal.lab.k3s.api import Object
from rehearsal.lab.k3s.controller import pods
from rehearsal.lab.k3s.controller.view import View, deleting, is_over, is_ready, owned_by, reference

_FINISHED = ("Complete", "Failed")


async def reconcile(view: View) -> None:
    """One pass."""
    for job in view["jobs"]:
        if not deleting(job) and not job["spec"].get("suspend") and not _finished(job):
            await _one(view, job)


def _finished(job: Object) -> bool:
    found = job.get("status", {}).get("conditions") or ()
    return any(c["type"] in _FINISHED and c["status"] == "True" for c in found)


async def _one(view: View, job: Object) -> None:
    metadata, spec = job["metadata"], job["spec"]
    made = owned_by(view["pods"], job)
    succeeded = sum(pod.get("status", {}).get("phase") == "Succeeded" for pod in made)
    failed = sum(pod.get("status", {}).get("phase") == "Failed" for pod in made)
    wanted = spec.get("completions", 1)
    active = [pod for pod in made if not is_over(pod) and not deleting(pod)]
    lost = failed > spec.get("backoffLimit", 6)
    room = 0 if lost else min(spec.get("parallelism", 1), wanted - succeeded) - len(active)
    for _ in range(room):
        pod = pods.from_template(
            spec["template"],
            f"{metadata['name']}-{pods.suffix()}",
            metadata["namespace"],
            reference("batch/v1", "Job", job),
            {},
        )
        active.append(await view.create("pods", pod))
    start = job.get("status", {}).get("startTime") or clock.now()
    status: Object = {
        "startTime": start,
        "active": len(active),
        "ready": sum(is_ready(pod) for pod in active),
        "succeeded": succeeded,
        "failed": failed,
        "terminating": 0,
        "uncountedTerminatedPods": {},
    }
    if succeeded >= wanted:
        criteria = ("SuccessCriteriaMet", "Complete")
        status |= {"completionTime": clock.now(), "conditions": _conditions(criteria)}
    elif lost:
        status |= {"conditions": _conditions(("FailureTarget", "Failed"), "BackoffLimitExceeded")}
    await view.status("jobs", job, status)


def _conditions(kinds: tuple[str, ...], reason: str = "CompletionsReached") -> list[Object]:
    now = clock.now()
    return [
        {
            "type": kind,
            "status": "True",
            "reason": reason,
            "message": f"the lab's controller saw {reason}",
            "lastProbeTime": now,
            "lastTransitionTime": now,
        }
        for kind in kinds
    ]
