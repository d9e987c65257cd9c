"""Calls to a Hetzner API on the loopback, through Hetzner's own Python client."""

import ipaddress
import threading
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import quote, urlsplit

import requests
from hcloud import APIException, Client
from hcloud.actions import Action, ActionException

from rehearsal.runtime.drivers.port import NotFound, OperationFailed
from rehearsal.runtime.model import HetznerEndpoint

LONGEST_POLL_S: Final = 2.0
MOST_POLLS: Final = 5400
"""About the provider's own limit of 90 minutes for one creation."""


class ApiRefusal(OperationFailed):
    """The API answered with an error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{message} ({code})")
        self.code = code


class NotLoopback(Exception):
    """The endpoint is not on this machine."""


def require_loopback(url: str) -> str:
    """The address, if it is on this machine; raises NotLoopback. A rehearsal costs nothing."""
    host = urlsplit(url).hostname or ""
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = host == "localhost"
    if not local:
        raise NotLoopback(
            f"the Hetzner endpoint {url!r} is not on this machine: a rehearsal speaks to the "
            "loopback only, so that it can never cost money"
        )
    return url.rstrip("/")


class Api:
    """One endpoint and token; usable from several threads, each with a client of its own."""

    def __init__(self, endpoint: HetznerEndpoint) -> None:
        self._endpoint = endpoint
        self._url = require_loopback(endpoint.url)
        self._threads = threading.local()

    def _client(self) -> Client:
        client: Client | None = getattr(self._threads, "client", None)
        if client is None:
            client = Client(
                token=self._endpoint.token,
                api_endpoint=self._url,
                application_name="sovereign-rehearsal",
                poll_interval=self._backoff,
                poll_max_retries=MOST_POLLS,
            )
            self._threads.client = client
        return client

    def _backoff(self, retries: int) -> float:
        interval: float = self._endpoint.poll_interval_s * 2.0 ** min(retries - 1, 10)
        return min(interval, LONGEST_POLL_S)

    def call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """One request; raises NotFound or ApiRefusal where the answer is an error."""
        try:
            return self._client().request(method, path, **({} if body is None else {"json": body}))
        except APIException as error:
            if error.code == "not_found":
                raise NotFound(f"{error.message} (not_found)") from None
            raise ApiRefusal(str(error.code), error.message) from None
        except requests.exceptions.RequestException as error:
            raise OperationFailed(f"no answer from {self._url}: {error}") from None

    def get(self, path: str, kind: str) -> dict[str, Any]:
        """One object; `kind` is the key it stands under in the answer."""
        found: dict[str, Any] = self.call("GET", path)[kind]
        return found

    def by_name(self, path: str, kind: str, name: str) -> dict[str, Any] | None:
        """The object with a name, which is unique in a project; None where there is none."""
        answer = self.call("GET", f"{path}?name={quote(name, safe='')}")
        found: list[dict[str, Any]] = answer[kind]
        return found[0] if found else None

    def act(self, path: str, body: Any = None) -> None:
        """Start an action (or several) and wait until it is done."""
        self.wait(self.call("POST", path, body))

    def wait(self, answer: dict[str, Any]) -> None:
        """Wait for every action an answer speaks of."""
        actions: list[dict[str, Any]] = []
        if answer.get("action"):
            actions.append(answer["action"])
        actions += [*(answer.get("actions") or ()), *(answer.get("next_actions") or ())]
        self._finish(actions)

    def _finish(self, actions: Iterable[dict[str, Any]]) -> None:
        for data in actions:
            if data["status"] == Action.STATUS_SUCCESS:
                continue
            bound = self._client().actions.get_by_id(data["id"])
            if bound.status == Action.STATUS_SUCCESS:
                continue
            try:
                if bound.status == Action.STATUS_RUNNING:
                    bound.wait_until_finished()
                else:
                    raise ActionException(action=bound)
            except ActionException as error:
                reason = str((error.action.error or {"message": "no end in sight"})["message"])
                raise OperationFailed(
                    f"the action {error.action.command} failed: {reason}"
                ) from None
