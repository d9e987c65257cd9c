"""What joining hosts ask of a server: its authority, configuration, certificates, and for servers
everything that all servers share."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from rehearsal.lab.k3s import certificates, credentials, pki, wire
from rehearsal.lab.k3s.api import Api, Refused
from rehearsal.lab.k3s.authorities import Authorities
from rehearsal.lab.k3s.go_words import reason
from rehearsal.nodes.k3s_words import PASSWORD_REJECTED

CONFIG = "/v1-k3s/config"
BOOTSTRAP = "/v1-k3s/server-bootstrap"
CLIENT_KUBELET = "/v1-k3s/client-kubelet.crt"
SERVING_KUBELET = "/v1-k3s/serving-kubelet.crt"
CLIENT_CONTROLLER = "/v1-k3s/client-k3s-controller.crt"
CLIENT_CA = "/v1-k3s/client-ca.crt"
CA = "/cacerts"
NODE_NAME, NODE_PASSWORD, NODE_IP = "K3s-Node-Name", "K3s-Node-Password", "K3s-Node-Ip"
_PREFIXES = (CA, "/v1-k3s/", "/ping")


class Denied(Exception):
    """An answer other than 200: `401 Unauthorized` and what to say."""

    def __init__(self, status: str, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Supervisor:
    """One server's answers."""

    authorities: Authorities
    token: str
    agent_token: str
    admin: Api
    """The API server, as administrator."""
    config: dict[str, Any]
    """What agents take from the servers."""
    shared: Callable[[], Awaitable[dict[str, Any]]]
    """What a joining server needs beside the authorities."""

    def answers(self, path: str) -> bool:
        """Whether a path is the supervisor's, and not the API server's."""
        return path.startswith(_PREFIXES)

    async def answer(self, head: wire.Head, body: bytes) -> bytes:
        """The whole response to a request."""
        try:
            said = await self._said(head.first.split(" ")[1].partition("?")[0], head, body)
        except Denied as no:
            return wire.response(no.status, f"{no}\n".encode(), "text/plain")
        if isinstance(said, str):
            return wire.response("200 OK", said.encode(), "text/plain")
        return wire.response("200 OK", json.dumps(said).encode())

    async def _said(self, path: str, head: wire.Head, body: bytes) -> Any:
        server_ca = self.authorities.path("server-ca").read_text("utf-8")
        if path in (CA, "/ping"):
            return server_ca if path == CA else "pong"
        shown = credentials.shown(head)
        if path == BOOTSTRAP:
            _demand(credentials.same(shown, self.token))
            return {"files": self.authorities.files(), **await self.shared()}
        _demand(any(credentials.same(shown, own) for own in (self.agent_token, self.token)))
        if path == CONFIG:
            return self.config
        if path == CLIENT_CA:
            return self.authorities.path("client-ca").read_text("utf-8")
        return await self._certificate(path, head, body)

    async def _certificate(self, path: str, head: wire.Head, body: bytes) -> str:
        if path == CLIENT_CONTROLLER:
            return self._sign("client-ca", certificates.CONTROLLER, body, pki.CLIENT)
        if path not in (CLIENT_KUBELET, SERVING_KUBELET):
            raise Denied("404 Not Found", "404 page not found")
        node = head.get(NODE_NAME)
        await self.verify(node, head.get(NODE_PASSWORD))
        if path == CLIENT_KUBELET:
            return self._sign("client-ca", certificates.kubelet(node), body, pki.CLIENT)
        subject = certificates.kubelet_serving(node, head.get(NODE_IP))
        return self._sign("server-ca", subject, body, pki.SERVER)

    async def verify(self, node: str, offered: str) -> None:
        """Demand the password of the node of that name.

        Raises:
            Denied: another one is remembered, or the API server cannot say.
        """
        try:
            right = await credentials.admits(self.admin, node, offered)
        except (Refused, OSError, TimeoutError) as problem:
            raise Denied(
                "503 Service Unavailable", f"apiserver not ready: {reason(problem)}"
            ) from problem
        if not right:
            raise Denied("403 Forbidden", PASSWORD_REJECTED)

    def _sign(
        self, authority: str, subject: pki.Subject, body: bytes, usages: tuple[pki.Usage, ...]
    ) -> str:
        try:
            return pki.sign(self.authorities.pair(authority), subject, body.decode(), usages)
        except ValueError as problem:
            raise Denied("400 Bad Request", f"not a signing request: {problem}") from problem


def _demand(allowed: bool) -> None:
    if not allowed:
        raise Denied("401 Unauthorized", "Unauthorized")
