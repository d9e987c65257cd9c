"""HTTP/1.1 on a stream: heads, bodies, chunks. The client, the supervisor and the kubelet's own
API share it."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field

LIMIT = 1 << 20
"""Bytes that a head or a line of a watch may have."""


@dataclass
class Head:
    """First line and fields of a message."""

    first: str
    fields: list[tuple[str, str]] = field(default_factory=list)

    def get(self, name: str) -> str:
        """A field's value, or empty."""
        wanted = name.lower()
        return next((value for key, value in self.fields if key.lower() == wanted), "")

    def without(self, *names: str) -> "Head":
        """The same without those fields; a name that ends in `-` stands for all that begin so."""
        exact = {name.lower() for name in names if not name.endswith("-")}
        begun = tuple(name.lower() for name in names if name.endswith("-"))
        kept = [
            (key, value)
            for key, value in self.fields
            if key.lower() not in exact and not (begun and key.lower().startswith(begun))
        ]
        return Head(self.first, kept)

    def encode(self) -> bytes:
        """As it goes over the wire."""
        lines = [self.first, *(f"{key}: {value}" for key, value in self.fields)]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    @property
    def status(self) -> int:
        """Of a response."""
        return int(self.first.split(" ", 2)[1])

    @property
    def chunked(self) -> bool:
        """Whether the body says its length piece by piece."""
        return "chunked" in self.get("Transfer-Encoding").lower()

    @property
    def keeps_alive(self) -> bool:
        """Whether another message may follow."""
        return "close" not in self.get("Connection").lower()


async def read_head(reader: asyncio.StreamReader) -> Head | None:
    """The next head, or None where the peer has ended."""
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    first, *rest = raw.decode("latin-1").rstrip("\r\n").split("\r\n")
    pairs = (line.partition(":") for line in rest)
    return Head(first, [(key.strip(), value.strip()) for key, _, value in pairs])


async def body_pieces(reader: asyncio.StreamReader, head: Head) -> AsyncIterator[bytes]:
    """A request's or response's body as it comes, chunks taken apart."""
    if head.chunked:
        while size := int((await reader.readline()).split(b";")[0], 16):
            yield await reader.readexactly(size)
            await reader.readexactly(2)
        while (await reader.readline()).strip():
            pass
        return
    remaining = int(head.get("Content-Length") or 0)
    while remaining:
        piece = await reader.read(min(remaining, 65536))
        if not piece:
            raise asyncio.IncompleteReadError(b"", remaining)
        remaining -= len(piece)
        yield piece


async def read_body(reader: asyncio.StreamReader, head: Head) -> bytes:
    """The whole body."""
    return b"".join([piece async for piece in body_pieces(reader, head)])


def response(
    status: str, body: bytes, content: str = "application/json", more: Iterable[str] = ()
) -> bytes:
    """A whole response; `status` is `200 OK`, `more` are further header lines."""
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {content}",
        f"Content-Length: {len(body)}",
        *more,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
