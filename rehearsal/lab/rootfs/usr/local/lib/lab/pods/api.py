"""The Kubernetes API from inside a pod: the addresses that its environment names, its service
account's token, the cluster's CA. A small client, for the host has Debian's Python and no more."""

import http.client
import json
import os
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from . import dialing

Object = dict[str, Any]
MERGE_PATCH = "application/merge-patch+json"
SERVICE_ACCOUNT = "LAB_SERVICE_ACCOUNT"
"""Variable that names the directory with `token` and `ca.crt`; pods of one host share its file
system, so the kubelet's usual path would be one for all."""


class Unreachable(Exception):
    """No answer from any address; the text is the first one's failure, in Go's words."""


class Refused(Exception):
    """An answer that says no."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Api:
    """The API behind one or several addresses, tried from the one that answered last."""

    addresses: Sequence[tuple[str, int]]
    directory: Path
    """The service account's directory."""
    _last: int = field(default=0, init=False)

    @classmethod
    def from_environment(cls, variables: Mapping[str, str] = os.environ) -> "Api":
        """As the pod's environment says it: a list of URLs wins over host and port, as for
        Cilium."""
        urls = [urlsplit(url) for url in variables.get("CILIUM_K8S_API_SERVER_URLS", "").split()]
        addresses = [(url.hostname or "", url.port or 443) for url in urls]
        host = variables.get("KUBERNETES_SERVICE_HOST", "")
        if not addresses:
            addresses = [(host, int(variables.get("KUBERNETES_SERVICE_PORT", "443")))]
        return cls(addresses, Path(variables[SERVICE_ACCOUNT]))

    def get(self, path: str) -> Object:
        """Read an object or a list."""
        return self._call("GET", path)

    def find(self, path: str) -> Object | None:
        """Read an object; None where it does not exist."""
        return _unless_absent(lambda: self.get(path))

    def delete(self, path: str) -> None:
        """Delete an object; an absent one is fine."""
        _unless_absent(lambda: self._call("DELETE", path))

    def create(self, path: str, body: Object) -> Object | None:
        """Create an object; None where it exists."""
        try:
            return self._call("POST", path, body)
        except Refused as refused:
            if refused.status != 409:
                raise
            return None

    def patch(self, path: str, body: Object) -> Object:
        """Merge `body` into an object."""
        return self._call("PATCH", path, body, MERGE_PATCH)

    def replace(self, path: str, body: Object) -> Object:
        """Write an object as read and changed; `Refused` 409 where another writer was first."""
        return self._call("PUT", path, body)

    def _call(
        self, method: str, path: str, body: Object | None = None, kind: str = "application/json"
    ) -> Object:
        """One call, to the first address that answers.

        Raises:
            Unreachable: none does.
            Refused: an answer that is no success.
        """
        failures: dict[int, str] = {}
        for number in (*range(self._last, len(self.addresses)), *range(self._last)):
            host, port = self.addresses[number]
            try:
                answer = self._send(host, port, method, path, body, kind)
            except (OSError, http.client.HTTPException) as error:
                failures[number] = self._failure(error, host, port)
                continue
            self._last = number
            return answer
        raise Unreachable(failures[0])

    def _failure(self, error: Exception, host: str, port: int) -> str:
        try:
            if dialing.is_mismatch(error):
                return dialing.mismatch(self.directory / "ca.crt", host, port)
        except OSError as later:
            error = later
        if isinstance(error, OSError):
            return dialing.reason(error, host, port)
        return f"dial tcp {host}:{port}: {error}"

    def _send(
        self, host: str, port: int, method: str, path: str, body: Object | None, kind: str
    ) -> Object:
        authority = ssl.create_default_context(cafile=str(self.directory / "ca.crt"))
        connection = http.client.HTTPSConnection(
            host, port, timeout=dialing.DIAL_LIMIT_S, context=authority
        )
        token = (self.directory / "token").read_text(encoding="utf-8").strip()
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = kind
        try:
            connection.request(
                method, path, json.dumps(body) if body is not None else None, headers
            )
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        read: Object = json.loads(content) if content.startswith(b"{") else {}
        if answer.status >= 300:
            raise Refused(answer.status, read.get("message") or f"{answer.status} {answer.reason}")
        return read


def _unless_absent(call: Callable[[], Object]) -> Object | None:
    try:
        return call()
    except Refused as refused:
        if refused.status != 404:
            raise
        return None
