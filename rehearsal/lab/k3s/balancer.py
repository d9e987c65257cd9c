"""An agent's way to the servers: it listens on loopback, forwards to the first server that answers,
and follows the endpoints of the `kubernetes` Service."""

import asyncio
import contextlib
import json
import socket
from collections.abc import Sequence
from pathlib import Path

from rehearsal.lab.k3s.api import Api, Object
from rehearsal.lab.k3s.paths import write
from rehearsal.lab.k3s.store import Store
from rehearsal.nodes.dialing import LOOPBACK

_DIAL_S = 2.0
_KEEPALIVE = {
    "TCP_KEEPIDLE": 4,
    "TCP_KEEPINTVL": 2,
    "TCP_KEEPCNT": 3,
    "TCP_USER_TIMEOUT": 10_000,
}
"""Seconds, counts and milliseconds after which a server that is gone without a word is given up."""
_PIECE = 65536


class Balancer:
    """Forwards 127.0.0.1 to the servers (`host:port`) that it knows."""

    def __init__(self, given: str, memory: Path) -> None:
        self._given, self._memory = given, memory
        kept = json.loads(memory.read_text("utf-8")) if memory.is_file() else []
        self.servers: list[str] = list(dict.fromkeys([given, *kept]))
        self._open: dict[str, set[asyncio.StreamWriter]] = {}

    async def listen(self, port: int) -> asyncio.Server:
        """Serve on loopback alone.

        Raises:
            OSError: the port is taken.
        """
        return await asyncio.start_server(self._serve, LOOPBACK, port)

    def follow(self, servers: Sequence[str]) -> None:
        """Take the servers of the cluster instead of those known so far; an empty list is none."""
        if not servers or set(servers) == set(self.servers):
            return
        for gone in set(self.servers) - set(servers):
            for writer in self._open.pop(gone, ()):
                writer.close()
        kept = [server for server in self.servers if server in servers]
        self.servers = [*kept, *(server for server in servers if server not in kept)]
        write(self._memory, json.dumps(self.servers))

    async def follow_endpoints(self, api: Api) -> None:
        """Keep to the endpoints of the `kubernetes` Service, for ever."""
        found = Store(
            api,
            "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices",
            lambda: self.follow(servers_of(list(found))),
            "labelSelector=kubernetes.io%2Fservice-name%3Dkubernetes",
        )
        await found.follow()

    async def dial(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, str]:
        """Open a connection to the first server that answers; it is the first one from then on.

        Raises:
            OSError, TimeoutError: none does; why the given one did not, where it was tried.
        """
        problems: dict[str, BaseException] = {}
        for server in list(self.servers):
            host, _, port = server.rpartition(":")
            try:
                async with asyncio.timeout(_DIAL_S):
                    reader, writer = await asyncio.open_connection(host, int(port))
            except (OSError, TimeoutError) as problem:
                problems[server] = problem
                continue
            if server in self.servers:
                self.servers.remove(server)
                self.servers.insert(0, server)
            return reader, writer, server
        raise problems.get(self._given) or next(iter(problems.values()))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            upstream_reader, upstream, server = await self.dial()
        except (OSError, TimeoutError):
            writer.close()
            return
        _keep_alive(upstream)
        self._open.setdefault(server, set()).add(upstream)
        try:
            await asyncio.gather(_copy(reader, upstream), _copy(upstream_reader, writer))
        finally:
            self._open.get(server, set()).discard(upstream)
            upstream.close()
            writer.close()


def servers_of(slices: Sequence[Object]) -> list[str]:
    """`host:port` of every endpoint."""
    return sorted(
        f"{address}:{port['port']}"
        for found in slices
        for endpoint in found.get("endpoints") or ()
        for address in endpoint["addresses"]
        for port in found.get("ports") or ()
    )


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(_PIECE):
            writer.write(data)
            await writer.drain()
    writer.close()


def _keep_alive(writer: asyncio.StreamWriter) -> None:
    line: socket.socket = writer.get_extra_info("socket")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in _KEEPALIVE.items():
        line.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
