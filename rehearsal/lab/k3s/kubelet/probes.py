"""Readiness and start-up probes: HTTP, TCP, commands."""

import asyncio
import contextlib
import ssl
from collections.abc import Mapping
from typing import Any

from rehearsal.lab.k3s import wire
from rehearsal.lab.k3s.api import Object
from rehearsal.lab.k3s.pki import client_context


class Probe:
    """One probe of a container."""

    def __init__(self, said: Mapping[str, Any], container: Object, address: str) -> None:
        self._said, self._address = said, address
        self._ports = {
            p["name"]: p["containerPort"] for p in container.get("ports", ()) if "name" in p
        }
        self.delay_s = float(said.get("initialDelaySeconds", 0))
        self.period_s = float(said.get("periodSeconds", 10))
        self.failures = int(said.get("failureThreshold", 3))
        self._timeout_s = float(said.get("timeoutSeconds", 1))

    async def passes(self, environment: Mapping[str, str]) -> bool:
        """Try it once."""
        try:
            async with asyncio.timeout(self._timeout_s):
                if "httpGet" in self._said:
                    return await self._http(self._said["httpGet"])
                if "tcpSocket" in self._said:
                    return await self._tcp(self._said["tcpSocket"])
                if "exec" in self._said:
                    return await _command(self._said["exec"]["command"], environment)
        except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError):
            return False
        return True  # gRPC and what may come: not probed here

    async def _tcp(self, target: Mapping[str, Any]) -> bool:
        _, writer = await asyncio.open_connection(self._host(target), self._port(target))
        writer.close()
        return True

    async def _http(self, target: Mapping[str, Any]) -> bool:
        secure: ssl.SSLContext | None = None
        if str(target.get("scheme", "HTTP")).upper() == "HTTPS":
            secure = client_context(None)
        host, port = self._host(target), self._port(target)
        reader, writer = await asyncio.open_connection(host, port, ssl=secure)
        fields = [("Host", f"{host}:{port}"), ("Connection", "close")]
        fields += [(h["name"], h["value"]) for h in target.get("httpHeaders", ())]
        writer.write(wire.Head(f"GET {target.get('path') or '/'} HTTP/1.1", fields).encode())
        answer = await wire.read_head(reader)
        writer.close()
        return answer is not None and 200 <= answer.status < 400

    def _host(self, target: Mapping[str, Any]) -> str:
        return str(target.get("host") or self._address)

    def _port(self, target: Mapping[str, Any]) -> int:
        return int(self._ports.get(target["port"], target["port"]))


async def _command(argv: list[str], environment: Mapping[str, str]) -> bool:
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *argv, stdin=quiet, stdout=quiet, stderr=quiet, env=dict(environment)
    )
    try:
        return await process.wait() == 0
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
