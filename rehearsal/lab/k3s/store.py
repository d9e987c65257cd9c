"""The objects of one kind, kept current by a watch."""

import asyncio
from collections.abc import Callable, Iterator

from rehearsal.lab.k3s.api import Api, Object, Refused

_WATCH_S = 280
"""Seconds after which the server ends a watch and it is opened again."""
_PAUSE_S = 1.0


def key_of(thing: Object) -> str:
    """`namespace/name`, or `/name` without a namespace."""
    metadata = thing["metadata"]
    return f"{metadata.get('namespace', '')}/{metadata['name']}"


class Store:
    """Follows `path` (a list's URL path) under a selector such as `fieldSelector=…`."""

    def __init__(
        self, api: Api, path: str, changed: Callable[[], None], selector: str = ""
    ) -> None:
        self._api, self._path, self._changed, self._selector = api, path, changed, selector
        self._objects: dict[str, Object] = {}
        self._gone: set[str] = set()
        self.synced = asyncio.Event()

    def __iter__(self) -> Iterator[Object]:
        return iter(list(self._objects.values()))

    def get(self, name: str, namespace: str = "") -> Object | None:
        """The object of that name, or None."""
        return self._objects.get(f"{namespace}/{name}")

    def put(self, thing: Object) -> None:
        """Take in what the API answered to a write, before the watch says so, or after: what it
        has said to be gone stays gone.
        """
        if thing["metadata"].get("uid") in self._gone:
            return
        key = key_of(thing)
        known = self._objects.get(key)
        if known is None or _version(known) <= _version(thing):
            self._objects[key] = thing

    def drop(self, thing: Object) -> None:
        """Forget an object that is gone."""
        self._gone.add(thing["metadata"].get("uid", ""))
        self._objects.pop(key_of(thing), None)

    async def follow(self) -> None:
        """List, then watch, for ever."""
        while True:
            try:
                version = await self._list()
                await self._watch(version)
            except (OSError, Refused, TimeoutError, ValueError):
                await asyncio.sleep(_PAUSE_S)

    async def _list(self) -> str:
        listed = await self._api.call("GET", f"{self._path}?{self._selector}")
        self._objects = {key_of(thing): thing for thing in listed["items"]}
        self.synced.set()
        self._changed()
        return str(listed["metadata"]["resourceVersion"])

    async def _watch(self, version: str) -> None:
        query = (
            f"watch=1&allowWatchBookmarks=true&timeoutSeconds={_WATCH_S}"
            f"&resourceVersion={version}&{self._selector}"
        )
        async for event in self._api.watch(f"{self._path}?{query}"):
            if event["type"] == "BOOKMARK":
                continue
            if event["type"] == "ERROR":
                return
            if event["type"] == "DELETED":
                self.drop(event["object"])
            else:
                self.put(event["object"])
            self._changed()


def _version(thing: Object) -> int:
    return int(thing["metadata"].get("resourceVersion") or 0)
