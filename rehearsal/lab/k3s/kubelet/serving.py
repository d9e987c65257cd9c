"""The kubelet's own API on 10250: logs, for `kubectl logs`; the API server shows a certificate."""

import asyncio
import ssl
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from rehearsal.lab.k3s import wire
from rehearsal.lab.k3s.kubelet.node import PORT
from rehearsal.lab.k3s.paths import Paths
from rehearsal.nodes.dialing import EVERY_ADDRESS

_FOLLOW_S = 0.5


class LogServer:
    """Serves the logs of this node's containers."""

    def __init__(self, paths: Paths, context: ssl.SSLContext) -> None:
        self._paths, self._context = paths, context

    async def listen(self) -> asyncio.Server:
        """Serve on every address.

        Raises:
            OSError: the port is taken.
        """
        return await asyncio.start_server(self._serve, EVERY_ADDRESS, PORT, ssl=self._context)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        known = bool(writer.get_extra_info("peercert"))
        try:
            while (head := await wire.read_head(reader)) is not None:
                await wire.read_body(reader, head)
                if known:
                    await self._answer(head.first.split(" ")[1], writer)
                else:
                    writer.write(wire.response("401 Unauthorized", b"Unauthorized", "text/plain"))
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, ValueError):
            pass  # the API server went away
        finally:
            writer.close()

    async def _answer(self, target: str, writer: asyncio.StreamWriter) -> None:
        url = urlsplit(target)
        what, *rest = [unquote(part) for part in url.path.split("/") if part] or [""]
        if what == "healthz":
            writer.write(wire.response("200 OK", b"ok", "text/plain"))
            return
        if what != "containerLogs" or len(rest) != 3 or not _plain(rest):
            said = f"the lab stand-in of the kubelet does not serve /{what}\n".encode()
            writer.write(wire.response("501 Not Implemented", said, "text/plain"))
            return
        asked = {key: values[-1] for key, values in parse_qs(url.query).items()}
        log = self._paths.pod_logs / f"{'_'.join(rest)}.log"
        if asked.get("previous") == "true" or not log.is_file():
            log = log.with_name(f"{log.name}.previous")
        if not log.is_file():
            gone = f'previous terminated container "{rest[2]}" in pod "{rest[1]}" not found'
            writer.write(wire.response("400 Bad Request", gone.encode(), "text/plain"))
            return
        await _send(log, asked, writer)


def _plain(parts: list[str]) -> bool:
    return not any("/" in part or part.startswith(".") for part in parts)


async def _send(log: Path, asked: dict[str, str], writer: asyncio.StreamWriter) -> None:
    text = log.read_bytes()
    lines = text.splitlines(keepends=True)
    if "tailLines" in asked:
        count = int(asked["tailLines"])
        lines = lines[len(lines) - count :] if count < len(lines) else lines
    if asked.get("follow") != "true":
        writer.write(wire.response("200 OK", b"".join(lines), "text/plain"))
        return
    writer.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    piece, offset = b"".join(lines), len(text)
    while not writer.is_closing():
        if piece:
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await writer.drain()
        await asyncio.sleep(_FOLLOW_S)
        size = log.stat().st_size
        with log.open("rb") as file:
            file.seek(offset if size >= offset else 0)
            piece = file.read()
        offset = size
