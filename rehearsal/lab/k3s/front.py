"""The listener on a server's 6443: supervisor and API server behind one TLS port.

A client's certificate is verified here and handed on as the API server's front proxy does
(kubernetes.io "Configure the Aggregation Layer"), so requests are read, answers pass as they are.
"""

import asyncio
import contextlib
import json
import ssl
from typing import Any

from rehearsal.lab.k3s import wire
from rehearsal.lab.k3s.apiserver import PORT as APISERVER_PORT
from rehearsal.lab.k3s.authorities import Authorities
from rehearsal.lab.k3s.paths import Paths
from rehearsal.lab.k3s.pki import client_context
from rehearsal.lab.k3s.supervisor import Supervisor
from rehearsal.nodes.dialing import EVERY_ADDRESS, LOOPBACK

_UNAVAILABLE = {
    "kind": "Status",
    "apiVersion": "v1",
    "status": "Failure",
    "message": "apiserver not ready",
    "reason": "ServiceUnavailable",
    "code": 503,
}


class Front:
    """One server's listener."""

    def __init__(self, supervisor: Supervisor, paths: Paths, authorities: Authorities) -> None:
        self._supervisor = supervisor
        tls = paths.tls
        server_ca = authorities.path("server-ca").read_text("utf-8")
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(tls / "serving.crt", tls / "serving.key")
        self._context.load_verify_locations(authorities.path("client-ca"))
        self._context.verify_mode = ssl.CERT_OPTIONAL
        self._context.set_alpn_protocols(["http/1.1"])
        self._plain = client_context(server_ca)
        proxy = (tls / "client-auth-proxy.crt", tls / "client-auth-proxy.key")
        self._as_proxy = client_context(server_ca, proxy)

    async def listen(self, port: int) -> asyncio.Server:
        """Serve on every address.

        Raises:
            OSError: the port is taken.
        """
        return await asyncio.start_server(
            self._serve, EVERY_ADDRESS, port, ssl=self._context, limit=wire.LIMIT
        )

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        certificate = writer.get_extra_info("peercert")
        link = _Link(writer, self._as_proxy if certificate else self._plain)
        identity = identity_of(certificate) if certificate else []
        try:
            while (head := await wire.read_head(reader)) is not None:
                if self._supervisor.answers(head.first.split(" ")[1]):
                    body = await wire.read_body(reader, head)
                    writer.write(await self._supervisor.answer(head, body))
                    await writer.drain()
                elif not await link.open():
                    await wire.read_body(reader, head)
                    body = json.dumps(_UNAVAILABLE).encode()
                    writer.write(wire.response("503 Service Unavailable", body))
                    await writer.drain()
                else:
                    await link.pass_on(reader, rewritten(head, identity))
        except (OSError, asyncio.IncompleteReadError, ValueError, IndexError):
            pass  # the peer, or the API server, went away in mid-message
        finally:
            link.close()
            writer.close()


class _Link:
    """A client's connection to the API server, opened for its first request."""

    def __init__(self, client: asyncio.StreamWriter, context: ssl.SSLContext) -> None:
        self._client, self._context = client, context
        self._upstream: asyncio.StreamWriter | None = None
        self._answers: asyncio.Task[None] | None = None

    async def open(self) -> bool:
        """Whether the API server is there."""
        if self._upstream is None:
            try:
                reader, self._upstream = await asyncio.open_connection(
                    LOOPBACK, APISERVER_PORT, ssl=self._context, limit=wire.LIMIT
                )
            except OSError:
                return False
            self._answers = asyncio.create_task(_copy(reader, self._client))
        return True

    async def pass_on(self, reader: asyncio.StreamReader, head: wire.Head) -> None:
        """Send a request; after an upgrade everything that follows."""
        upstream = self._upstream
        assert upstream is not None
        upstream.write(head.encode())
        async for piece in wire.body_pieces(reader, head):
            upstream.write(b"%x\r\n%s\r\n" % (len(piece), piece) if head.chunked else piece)
            await upstream.drain()
        if head.chunked:
            upstream.write(b"0\r\n\r\n")
        await upstream.drain()
        if head.get("Upgrade"):
            await _copy(reader, upstream)

    def close(self) -> None:
        """End both ways."""
        if self._answers is not None:
            self._answers.cancel()
        if self._upstream is not None:
            self._upstream.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


def rewritten(head: wire.Head, identity: list[tuple[str, str]]) -> wire.Head:
    """Without what a client may not say of itself, with what its certificate says."""
    clean = head.without("X-Remote-")
    return wire.Head(clean.first, [*clean.fields, *identity])


def identity_of(certificate: dict[str, Any]) -> list[tuple[str, str]]:
    """The fields that say to the API server whom a verified certificate names."""
    subject = [pair for part in certificate.get("subject", ()) for pair in part]
    users = [("X-Remote-User", value) for key, value in subject if key == "commonName"]
    groups = [("X-Remote-Group", value) for key, value in subject if key == "organizationName"]
    return [*users, *groups]
