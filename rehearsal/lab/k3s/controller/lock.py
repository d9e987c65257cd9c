"""One server at a time runs the controllers: a Lease says which."""

import asyncio

from rehearsal.lab.k3s import clock
from rehearsal.lab.k3s.api import MERGE, Api, Object, Refused

_LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"
_NAME = "kube-controller-manager"
_RENEW_S = 3.0
_LEASE_S = 10


class Lock:
    """Held by `identity`, or by another server."""

    def __init__(self, api: Api, identity: str) -> None:
        self._api, self._identity = api, identity
        self._seen = ("", 0.0)

    async def acquire(self) -> None:
        """Wait until it is ours."""
        while not await self._try():
            await asyncio.sleep(_RENEW_S)

    async def keep(self) -> None:
        """Renew it; ends when it is lost."""
        loop = asyncio.get_running_loop()
        renewed = loop.time()
        while loop.time() - renewed < _LEASE_S:
            await asyncio.sleep(_RENEW_S)
            if await self._try():
                renewed = loop.time()

    async def _try(self) -> bool:
        try:
            return await self._take()
        except (Refused, OSError, TimeoutError):
            return False

    async def _take(self) -> bool:
        spec = {
            "holderIdentity": self._identity,
            "leaseDurationSeconds": _LEASE_S,
            "renewTime": clock.now_micro(),
        }
        try:
            lease: Object = await self._api.call("GET", f"{_LEASES}/{_NAME}")
        except Refused as problem:
            if problem.code != 404:
                raise
            kind = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease"}
            metadata = {"name": _NAME, "namespace": "kube-system"}
            await self._api.call("POST", _LEASES, {**kind, "metadata": metadata, "spec": spec})
            return True
        if lease["spec"].get("holderIdentity") != self._identity and self._is_fresh(lease):
            return False
        version = {"resourceVersion": lease["metadata"]["resourceVersion"]}
        body = {"metadata": version, "spec": spec}
        await self._api.call("PATCH", f"{_LEASES}/{_NAME}", body, content=MERGE)
        return True

    def _is_fresh(self, lease: Object) -> bool:
        """Whether its holder renewed it lately, as seen from here."""
        now = asyncio.get_running_loop().time()
        renewed = str(lease["spec"].get("renewTime", ""))
        if renewed != self._seen[0]:
            self._seen = (renewed, now)
        return now - self._seen[1] < _LEASE_S
