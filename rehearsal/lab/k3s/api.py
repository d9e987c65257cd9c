"""A small client of the Kubernetes API, of etcd's JSON gateway and of the supervisor: one
connection is kept for the next call, a watch has its own."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from rehearsal.lab.k3s import wire

Object = dict[str, Any]
MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
"""Merges conditions by their type."""
JSON = "application/json"
_DIAL_S = 5.0
_HEAD_S = 10.0


class Refused(Exception):
    """An answer other than 2xx."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class Api:
    """The server at `base` (https://host:port)."""

    def __init__(
        self, base: str, context: ssl.SSLContext, headers: Mapping[str, str] | None = None
    ) -> None:
        url = urlsplit(base)
        self._host, self._port = url.hostname or "", url.port or 443
        self._context = context
        self._headers = dict(headers or {})
        self._idle: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        content: str = JSON,
        timeout_s: float = 10.0,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """One request; the decoded JSON of the answer, or its text.

        Raises:
            Refused: the answer is no.
            OSError, asyncio.TimeoutError: there is no answer.
        """
        payload = body if isinstance(body, bytes) else _encoded(body)
        head = self._head(method, path, payload, content, headers)
        async with asyncio.timeout(timeout_s):
            answer, raw = await self._exchange(head.encode() + payload)
        if answer.status >= 300:
            raise Refused(answer.status, _message(answer, raw))
        return json.loads(raw) if raw[:1] in (b"{", b"[") else raw.decode("utf-8", "replace")

    async def watch(self, path: str) -> AsyncIterator[Object]:
        """The events of a watch until the server ends it.

        Raises:
            Refused: the answer is no.
            OSError: the connection broke.
        """
        reader, writer = await self._connect()
        try:
            writer.write(self._head("GET", path, b"", JSON, None).encode())
            async with asyncio.timeout(_HEAD_S):
                answer = await wire.read_head(reader)
            if answer is None:
                raise ConnectionResetError("the server closed the watch")
            if answer.status >= 300:
                raise Refused(answer.status, _message(answer, await wire.read_body(reader, answer)))
            rest = b""
            async for piece in wire.body_pieces(reader, answer):
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    yield json.loads(line)
        except asyncio.IncompleteReadError as problem:
            raise ConnectionResetError("the server broke the watch off") from problem
        finally:
            writer.close()

    async def _exchange(self, request: bytes) -> tuple[wire.Head, bytes]:
        if self._idle is not None:
            (reader, writer), self._idle = self._idle, None
            try:
                return await self._converse(reader, writer, request)
            except (OSError, asyncio.IncompleteReadError):
                writer.close()  # the server had closed it meanwhile: once more on a fresh one
        reader, writer = await self._connect()
        try:
            return await self._converse(reader, writer, request)
        except asyncio.IncompleteReadError as problem:
            writer.close()
            raise ConnectionResetError("the server broke its answer off") from problem
        except BaseException:
            writer.close()
            raise

    async def _converse(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
    ) -> tuple[wire.Head, bytes]:
        writer.write(request)
        await writer.drain()
        answer = await wire.read_head(reader)
        if answer is None:
            raise ConnectionResetError("the server closed the connection")
        raw = await wire.read_body(reader, answer)
        if answer.keeps_alive and self._idle is None:
            self._idle = (reader, writer)
        else:
            writer.close()
        return answer, raw

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        async with asyncio.timeout(_DIAL_S):
            return await asyncio.open_connection(
                self._host, self._port, ssl=self._context, limit=wire.LIMIT
            )

    def _head(
        self,
        method: str,
        path: str,
        payload: bytes,
        content: str,
        more: Mapping[str, str] | None,
    ) -> wire.Head:
        fields = {
            "Host": f"{self._host}:{self._port}",
            "Accept": JSON,
            "User-Agent": "k3s-lab-stand-in",
            **self._headers,
            **(more or {}),
        }
        if payload:
            fields |= {"Content-Type": content}
        fields |= {"Content-Length": str(len(payload))}
        return wire.Head(f"{method} {path} HTTP/1.1", list(fields.items()))


def _encoded(body: Any) -> bytes:
    return b"" if body is None else json.dumps(body).encode()


def _message(answer: wire.Head, raw: bytes) -> str:
    try:
        said = json.loads(raw)
        return str(said.get("message") or said.get("error") or said)
    except ValueError:
        return raw.decode("utf-8", "replace").strip() or answer.first
