"""One pod: its volumes, its containers, and the status that the API is told."""

import asyncio
from collections.abc import Callable, Sequence

from rehearsal.lab.k3s import clock, log
from rehearsal.lab.k3s.api import MERGE, Api, Object, Refused
from rehearsal.lab.k3s.go_words import reason
from rehearsal.lab.k3s.kubelet.container import Container
from rehearsal.lab.k3s.kubelet.environment import CannotStart, Configuration
from rehearsal.lab.k3s.kubelet.place import Place
from rehearsal.lab.k3s.kubelet.volumes import Volumes

_PAUSE_S = 0.5
_GRACE_S = 10
_WITHOUT_NETWORK = (
    "network is not ready: container runtime network not ready: NetworkReady=false "
    "reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized"
)


class PodRun:
    """A pod on this node, from its first sight to its end."""

    def __init__(self, place: Place, api: Api, pod: Object, address: Callable[[], str]) -> None:
        self._place, self._api, self._pod, self._address = place, api, pod, address
        metadata = pod["metadata"]
        self._path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"
        self._volumes = Volumes(place, api, pod)
        self._changed = asyncio.Event()
        spec = pod["spec"]
        self._initial = self._containers(spec.get("initContainers", ()), "initContainerStatuses")
        self._main = self._containers(spec["containers"], "containerStatuses")
        self._initialized = not self._initial
        self._ended: list[int] = []
        self._told: Object = {}
        self._tasks = [asyncio.create_task(self._live()), asyncio.create_task(self._tell())]

    async def end(self, grace_s: float) -> None:
        """Stop its processes and take its files away."""
        for task in self._tasks:
            task.cancel()
        everything = [*self._initial, *self._main]
        await asyncio.gather(*(one.stop(min(grace_s, _GRACE_S)) for one in everything))
        self._volumes.remove()

    async def _live(self) -> None:
        configuration = Configuration(self._api, self._pod["metadata"]["namespace"])
        await self._network()
        await self._mount(configuration)
        renewing = asyncio.create_task(self._volumes.refresh())
        try:
            policy = self._pod["spec"].get("restartPolicy", "Always")
            variables = self._volumes.variables
            for container in self._initial:
                code = await container.run(
                    configuration, variables, "Never" if policy == "Never" else "OnFailure"
                )
                if code:
                    self._ended.append(code)
                    self._changed.set()
                    return
            self._initialized = True
            runs = [one.run(configuration, variables, policy) for one in self._main]
            self._ended += await asyncio.gather(*runs)
            self._changed.set()
        finally:
            renewing.cancel()

    async def _network(self) -> None:
        """A pod of its own network waits until the node has one."""
        while not (self._pod["spec"].get("hostNetwork") or self._place.has_network):
            self._all_wait(_WITHOUT_NETWORK)
            await asyncio.sleep(_PAUSE_S)

    async def _mount(self, configuration: Configuration) -> None:
        while True:
            try:
                await self._volumes.set_up(configuration)
                return
            except (CannotStart, OSError, TimeoutError, Refused) as problem:
                self._all_wait(reason(problem))
                await asyncio.sleep(_PAUSE_S)

    def _all_wait(self, message: str) -> None:
        waiting = {"waiting": {"reason": "ContainerCreating", "message": message}}
        first = [*self._initial, *self._main]
        if any(container.state != waiting for container in first):
            for container in first:
                container.state = waiting
            self._changed.set()

    async def _tell(self) -> None:
        """Write the status whenever it is another."""
        self._changed.set()
        while True:
            await self._changed.wait()
            self._changed.clear()
            wanted = self._status()
            if wanted != self._told:
                try:
                    await self._api.call(
                        "PATCH", f"{self._path}/status", {"status": wanted}, content=MERGE
                    )
                    self._told = wanted
                except (Refused, OSError, TimeoutError) as problem:
                    if isinstance(problem, Refused) and problem.code == 404:
                        return
                    log.error(f"{self._path}: status: {reason(problem)}")
                    await asyncio.sleep(_PAUSE_S)
                    self._changed.set()

    def _status(self) -> Object:
        ready = bool(self._main) and all(container.ready for container in self._main)
        phase = self._phase()
        running = self._initialized and ("running" in c.state for c in self._main)
        status: Object = {
            "phase": phase,
            "hostIP": self._place.address,
            "hostIPs": [{"ip": self._place.address}],
            "startTime": self._told.get("startTime") or clock.now(),
            "conditions": self._conditions(ready, phase),
            "containerStatuses": [container.status() for container in self._main],
        }
        if self._initial:
            status["initContainerStatuses"] = [one.status() for one in self._initial]
        if self._pod["spec"].get("hostNetwork") or running:
            address = self._address()
            status |= {"podIP": address, "podIPs": [{"ip": address}]} if address else {}
        return status

    def _phase(self) -> str:
        if self._ended:
            return "Failed" if any(self._ended) else "Succeeded"
        begun = self._initialized and all(
            "waiting" not in c.state or c.restarts for c in self._main
        )
        return "Running" if begun else "Pending"

    def _conditions(self, ready: bool, phase: str) -> list[Object]:
        states = {
            "PodReadyToStartContainers": True,
            "Initialized": self._initialized,
            "ContainersReady": ready,
            "Ready": ready,
        }
        why = {"reason": "PodCompleted"} if phase == "Succeeded" else {}
        if not ready and not why:
            names = " ".join(c.name for c in self._main if not c.ready)
            why = {
                "reason": "ContainersNotReady",
                "message": f"containers with unready status: [{names}]",
            }
        before = {c["type"]: c for c in self._told.get("conditions", ())}
        fresh = []
        for kind, holds in states.items():
            state = "True" if holds else "False"
            old = before.get(kind, {})
            same = old.get("status") == state
            fresh.append(
                {
                    "type": kind,
                    "status": state,
                    "lastTransitionTime": old["lastTransitionTime"] if same else clock.now(),
                    **({} if holds else why),
                }
            )
        scheduled = {
            "type": "PodScheduled",
            "status": "True",
            "lastTransitionTime": self._pod["metadata"]["creationTimestamp"],
        }
        return [*fresh, scheduled]

    def _containers(self, said: Sequence[Object], kind: str) -> list[Container]:
        before = {known["name"]: known for known in self._pod.get("status", {}).get(kind, ())}
        return [
            Container(self._place, self._pod, one, self._changed.set, before.get(one["name"]))
            for one in said
        ]


async def release(api: Api, pod: Object) -> None:
    """Tell the API that nothing of a deleted pod runs any more."""
    metadata = pod["metadata"]
    path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"
    options = {
        "kind": "DeleteOptions",
        "apiVersion": "v1",
        "gracePeriodSeconds": 0,
        "preconditions": {"uid": metadata["uid"]},
    }
    while True:
        try:
            await api.call("DELETE", path, options)
            return
        except Refused as problem:
            if problem.code in (404, 409):
                return
        except (OSError, TimeoutError):
            pass  # the API server is away: the pod stays on its list until it is back
        await asyncio.sleep(_PAUSE_S)
