"""Nodes that fall silent, and the taints that follow from a Node's conditions."""

import asyncio

from rehearsal.lab.k3s import clock
from rehearsal.lab.k3s.api import Object
from rehearsal.lab.k3s.controller.view import View, condition, is_over
from rehearsal.nodes.k3s_words import SILENT
from rehearsal.nodes.scheduling import NETWORK_UNAVAILABLE, NO_EXECUTE, NO_SCHEDULE, NOT_READY

GRACE_S = 12
"""Silence after which a Node is Unknown; 40 s in Kubernetes, where kubelets speak every 10 s."""
UNREACHABLE = "node.kubernetes.io/unreachable"
_UNSCHEDULABLE = "node.kubernetes.io/unschedulable"
_OURS = (NOT_READY, UNREACHABLE, _UNSCHEDULABLE, NETWORK_UNAVAILABLE)
_OF_THE_KUBELET = ("Ready", "MemoryPressure", "DiskPressure", "PIDPressure")


class Lifecycle:
    """Remembers when each node was heard last."""

    def __init__(self) -> None:
        self._heard: dict[str, tuple[str, float]] = {}

    def is_heard(self, node: str) -> bool:
        """Whether a node's kubelet spoke within the grace time.

        It is reckoned from the last word of any node: when none is heard, the API is at fault.
        """
        latest = max((when for _, when in self._heard.values()), default=0.0)
        return latest - self._heard.get(node, ("", 0.0))[1] <= GRACE_S

    def hear(self, node: str, renewed: str, now: float) -> None:
        """Take note of the time that a node's lease shows; another one is a word of it."""
        if node not in self._heard or self._heard[node][0] != renewed:
            self._heard[node] = (renewed, now)

    async def reconcile(self, view: View) -> None:
        """One pass."""
        present = {node["metadata"]["name"] for node in view["nodes"]}
        self._heard = {name: said for name, said in self._heard.items() if name in present}
        for node in view["nodes"]:
            self._listen(view, node)
        for node in view["nodes"]:
            if not self.is_heard(node["metadata"]["name"]):
                node = await _silence(view, node)
            await _taint(view, node)

    def _listen(self, view: View, node: Object) -> None:
        name = node["metadata"]["name"]
        lease = view["leases"].get(name, "kube-node-lease") or {}
        renewed = str(lease.get("spec", {}).get("renewTime", ""))
        self.hear(name, renewed, asyncio.get_running_loop().time())


async def _silence(view: View, node: Object) -> Object:
    """Its conditions are Unknown from here on, and its pods are not ready."""
    found = node.get("status", {}).get("conditions") or []
    if condition(node, "Ready").get("status") != "Unknown":
        now = clock.now()
        unknown = {
            "status": "Unknown",
            "reason": "NodeStatusUnknown",
            "message": SILENT,
            "lastTransitionTime": now,
        }
        said = [{**c, **unknown} if c["type"] in _OF_THE_KUBELET else c for c in found]
        node = await view.patch("nodes", node, {"status": {"conditions": said}}, "status")
    for pod in view["pods"]:
        if pod["spec"].get("nodeName") == node["metadata"]["name"] and not is_over(pod):
            await _not_ready(view, pod)
    return node


async def _not_ready(view: View, pod: Object) -> None:
    if condition(pod, "Ready").get("status") != "True":
        return
    lost = {"status": "False", "reason": "NodeNotReady", "lastTransitionTime": clock.now()}
    said = [{**c, **lost} if c["type"] == "Ready" else c for c in pod["status"]["conditions"]]
    await view.patch("pods", pod, {"status": {"conditions": said}}, "status")


async def _taint(view: View, node: Object) -> None:
    taints = node["spec"].get("taints") or []
    others = [taint for taint in taints if taint["key"] not in _OURS]
    known = {(taint["key"], taint["effect"]): taint for taint in taints}
    wanted = [
        known.get((key, effect)) or {"key": key, "effect": effect, "timeAdded": clock.now()}
        for key, effect in wanted_taints(node)
    ]
    if {(t["key"], t["effect"]) for t in [*others, *wanted]} != set(known):
        await view.patch("nodes", node, {"spec": {"taints": [*others, *wanted]}})


def wanted_taints(node: Object) -> list[tuple[str, str]]:
    """Key and effect of the taints that follow from a Node's state."""
    ready = condition(node, "Ready").get("status")
    by_state = {"True": "", "Unknown": UNREACHABLE}.get(str(ready), NOT_READY)
    found = [(by_state, NO_SCHEDULE), (by_state, NO_EXECUTE)] if by_state else []
    if node["spec"].get("unschedulable"):
        found.append((_UNSCHEDULABLE, NO_SCHEDULE))
    if condition(node, "NetworkUnavailable").get("status") == "True":
        found.append((NETWORK_UNAVAILABLE, NO_SCHEDULE))
    return found
