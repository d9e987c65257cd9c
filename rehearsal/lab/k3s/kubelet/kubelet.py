"""The kubelet: registers the Node, is heard, and runs the node's pods."""

import asyncio
import shutil
import ssl
from functools import partial

from rehearsal.lab.k3s import clock, log
from rehearsal.lab.k3s.api import MERGE, STRATEGIC, Api, Object, Refused
from rehearsal.lab.k3s.go_words import reason
from rehearsal.lab.k3s.kubelet import node
from rehearsal.lab.k3s.kubelet.addresses import Addresses, pod_cidr
from rehearsal.lab.k3s.kubelet.place import Place
from rehearsal.lab.k3s.kubelet.pod import PodRun, release
from rehearsal.lab.k3s.kubelet.serving import LogServer
from rehearsal.lab.k3s.store import Store

LEASE_S = 4
"""Between two signs of life; the real kubelet's are 10 s apart."""
_STATUS_S = 0.5
_RETRY_S = 0.5
_STOP_S = 2.0
_LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"


class Kubelet:
    """One node's."""

    def __init__(self, place: Place, api: Api, serving: ssl.SSLContext) -> None:
        self._place, self._api = place, api
        self._logs = LogServer(place.paths, serving)
        self._addresses = Addresses()
        self._runs: dict[str, PodRun] = {}
        self._ending: set[str] = set()
        self._wake = asyncio.Event()
        own = f"fieldSelector=metadata.name%3D{place.name}"
        here = f"fieldSelector=spec.nodeName%3D{place.name}"
        self._nodes = Store(api, "/api/v1/nodes", self._wake.set, own)
        self._pods = Store(api, "/api/v1/pods", self._wake.set, here)
        self._server: asyncio.Server | None = None

    async def register(self) -> None:
        """Make the Node, or take up the one that is there, and be heard once."""
        self._server = await self._logs.listen()
        while True:
            try:
                known = await self._registered()
                await self._write_status(known)
                await self._renew()
                log.info(f"Successfully registered node {self._place.name}")
                return
            except (Refused, OSError, TimeoutError) as problem:
                log.info(f"Unable to register node with API server: {reason(problem)}")
                await asyncio.sleep(_RETRY_S)

    async def run(self) -> None:
        """Keep the Node and its pods going, for ever."""
        shutil.rmtree(self._place.paths.kubelet / "pods", ignore_errors=True)
        async with asyncio.TaskGroup() as group:
            for task in (self._nodes.follow(), self._pods.follow(), self._heartbeat()):
                group.create_task(task)
            group.create_task(self._keep_status())
            group.create_task(self._sync(group))

    async def stop(self) -> None:
        """End every pod's processes; the API keeps the pods."""
        await asyncio.gather(*(run.end(_STOP_S) for run in self._runs.values()))

    async def _registered(self) -> Object:
        wanted = node.manifest(self._place)
        try:
            made: Object = await self._api.call("POST", "/api/v1/nodes", wanted)
            return made
        except Refused as problem:
            if problem.code != 409:
                raise
        labels = {"metadata": {"labels": node.own_labels(self._place)}}
        known: Object = await self._api.call("PATCH", self._path, labels, content=MERGE)
        return known

    @property
    def _path(self) -> str:
        return f"/api/v1/nodes/{self._place.name}"

    async def _write_status(self, known: Object) -> None:
        wanted = node.status(self._place, known)
        if node.differs(known, wanted):
            body = {"status": wanted}
            path = f"{self._path}/status"
            self._nodes.put(await self._api.call("PATCH", path, body, content=STRATEGIC))

    async def _keep_status(self) -> None:
        await self._nodes.synced.wait()
        while True:
            known = self._nodes.get(self._place.name)
            if known is not None:  # a Node that somebody deleted comes back with the next start
                try:
                    await self._write_status(known)
                except (Refused, OSError, TimeoutError) as problem:
                    log.error(f"Error updating node status, will retry: {reason(problem)}")
                    await asyncio.sleep(LEASE_S)
            await asyncio.sleep(_STATUS_S)

    async def _heartbeat(self) -> None:
        while True:
            await asyncio.sleep(LEASE_S)
            try:
                await self._renew()
            except (Refused, OSError, TimeoutError) as problem:
                log.error(f"Failed to update lease: {reason(problem)}")

    async def _renew(self) -> None:
        spec = {
            "holderIdentity": self._place.name,
            "leaseDurationSeconds": 4 * LEASE_S,
            "renewTime": clock.now_micro(),
        }
        path = f"{_LEASES}/{self._place.name}"
        try:
            await self._api.call("PATCH", path, {"spec": spec}, content=MERGE)
        except Refused as problem:
            if problem.code != 404:
                raise
            lease = {
                "apiVersion": "coordination.k8s.io/v1",
                "kind": "Lease",
                "metadata": {"name": self._place.name},
                "spec": spec,
            }
            await self._api.call("POST", _LEASES, lease)

    async def _sync(self, group: asyncio.TaskGroup) -> None:
        """Start what is new, end what is to go."""
        await self._pods.synced.wait()
        while True:
            seen = {pod["metadata"]["uid"]: pod for pod in self._pods}
            for uid, pod in seen.items():
                going = "deletionTimestamp" in pod["metadata"]
                if not going:
                    self._begin(uid, pod)
                elif uid not in self._ending:
                    self._ending.add(uid)
                    group.create_task(self._end(uid, pod))
            for uid in [uid for uid in self._runs if uid not in seen and uid not in self._ending]:
                self._ending.add(uid)
                group.create_task(self._end(uid))
            await self._wake.wait()
            self._wake.clear()

    def _begin(self, uid: str, pod: Object) -> None:
        over = pod.get("status", {}).get("phase") in ("Succeeded", "Failed")
        if uid not in self._runs and uid not in self._ending and not over:
            address = partial(self._address, uid, pod)
            self._runs[uid] = PodRun(self._place, self._api, pod, address)

    def _address(self, uid: str, pod: Object) -> str:
        if pod["spec"].get("hostNetwork"):
            return self._place.address
        return self._addresses.give(uid, pod_cidr(self._nodes.get(self._place.name)))

    async def _end(self, uid: str, deleted: Object | None = None) -> None:
        """End a pod's processes; one that is being deleted is gone from the API then."""
        grace = (deleted or {"metadata": {}})["metadata"].get("deletionGracePeriodSeconds", 0)
        if uid in self._runs:
            await self._runs[uid].end(float(grace))
            del self._runs[uid]
        if deleted is not None:
            await release(self._api, deleted)
        self._ending.discard(uid)
        self._addresses.release(uid)
