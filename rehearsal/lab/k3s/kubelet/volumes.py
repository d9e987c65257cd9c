"""What a pod mounts: keys of Secrets and ConfigMaps as files, and its service account's token.

Nothing is mounted, for all processes of a host share its file system: the files lie in a directory
per pod, which its containers find in their environment.
"""

import asyncio
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rehearsal.lab.k3s.api import Api, Object, Refused
from rehearsal.lab.k3s.go_words import reason
from rehearsal.lab.k3s.kubelet.environment import CannotStart, Configuration
from rehearsal.lab.k3s.kubelet.place import Place
from rehearsal.lab.k3s.paths import write

_TOKEN_S = 3607
_REFRESH_S = 2400


class Volumes:
    """One pod's directory."""

    def __init__(self, place: Place, api: Api, pod: Object) -> None:
        self._place, self._api, self._pod = place, api, pod
        self._directory: Path = place.paths.kubelet / "pods" / pod["metadata"]["uid"]

    @property
    def variables(self) -> dict[str, str]:
        """Where the containers find them."""
        return {"LAB_VOLUMES": str(self._volumes), "LAB_SERVICE_ACCOUNT": str(self._account)}

    async def set_up(self, configuration: Configuration) -> None:
        """Write everything.

        Raises:
            CannotStart: something that a volume names is missing.
        """
        for directory in (self._volumes, self._account):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for volume in self._pod["spec"].get("volumes", ()):
            for source in _sources(volume):
                await self._fill(volume["name"], source, configuration)
        await self._token()

    async def refresh(self) -> None:
        """Renew the token for as long as the pod lives."""
        while True:
            await asyncio.sleep(_REFRESH_S)
            try:
                await self._token()
            except CannotStart:
                continue  # the old one holds for another while

    def remove(self) -> None:
        """Take everything away."""
        shutil.rmtree(self._directory, ignore_errors=True)

    @property
    def _volumes(self) -> Path:
        return self._directory / "volumes"

    @property
    def _account(self) -> Path:
        return self._directory / "service-account"

    async def _fill(self, volume: str, source: "_Source", configuration: Configuration) -> None:
        keys = await configuration.keys(source.kind, source.name)
        if keys is None:
            if source.optional:
                return
            raise CannotStart(
                "ContainerCreating",
                f'MountVolume.SetUp failed for volume "{volume}": {source.kind} '
                f'"{source.name}" not found',
            )
        chosen = source.items or {key: key for key in keys}
        for key, path in chosen.items():
            if key in keys:
                write(self._volumes / volume / path, keys[key])

    async def _token(self) -> None:
        metadata = self._pod["metadata"]
        account = self._pod["spec"].get("serviceAccountName", "default")
        path = f"/api/v1/namespaces/{metadata['namespace']}/serviceaccounts/{account}/token"
        bound = {
            "kind": "Pod",
            "apiVersion": "v1",
            "name": metadata["name"],
            "uid": metadata["uid"],
        }
        asked = {"spec": {"expirationSeconds": _TOKEN_S, "boundObjectRef": bound}}
        try:
            answer = await self._api.call("POST", path, asked)
        except (Refused, OSError, TimeoutError) as problem:
            raise CannotStart(
                "ContainerCreating", f"no service account token: {reason(problem)}"
            ) from problem
        write(self._account / "token", answer["status"]["token"])
        write(self._account / "ca.crt", self._place.server_ca)
        write(self._account / "namespace", metadata["namespace"])


class _Source:
    """A Secret or ConfigMap that a volume is filled from."""

    def __init__(self, kind: str, said: Mapping[str, Any]) -> None:
        self.kind = kind
        self.name = str(said.get("secretName") or said.get("name"))
        self.optional = bool(said.get("optional"))
        self.items = {item["key"]: item["path"] for item in said.get("items") or ()}


def _sources(volume: Mapping[str, Any]) -> Iterator[_Source]:
    for part in (volume, *(volume.get("projected", {}).get("sources") or ())):
        if "secret" in part:
            yield _Source("secret", part["secret"])
        # The service account's own volume names kube-root-ca.crt, which is written anyway.
        if "configMap" in part and part["configMap"].get("name") != "kube-root-ca.crt":
            yield _Source("configmap", part["configMap"])
