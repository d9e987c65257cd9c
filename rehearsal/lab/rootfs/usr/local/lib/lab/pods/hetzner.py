"""Hetzner's API as the cloud controller asks it. In the lab its name resolves to nothing: the
simulator answers at an address of the lab's services."""

import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from typing import Any

ENDPOINT = "http://198.18.0.1:8080/v1"
LIMIT_S = 5.0


class Failed(Exception):
    """An answer that says no; the text is hcloud-go's: `message (code)`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{message} ({code})")
        self.code = code


class Away(Exception):
    """No answer."""


@dataclass(frozen=True)
class Hetzner:
    """The project of one token."""

    token: str = field(repr=False)
    endpoint: str = ENDPOINT

    def servers(self, **selection: str) -> list[dict[str, Any]]:
        """Servers, for example those of a name."""
        return list(self._get(f"/servers?{urllib.parse.urlencode(selection)}")["servers"])

    def server(self, number: int) -> dict[str, Any] | None:
        """The server of that id, if it exists."""
        try:
            return dict(self._get(f"/servers/{number}")["server"])
        except Failed as failed:
            if failed.code != "not_found":
                raise
            return None

    def network(self, wanted: str) -> dict[str, Any] | None:
        """The network of that id or name, if it exists."""
        networks = self._get("/networks?per_page=50")["networks"]
        return next((n for n in networks if wanted in (str(n["id"]), n["name"])), None)

    def _get(self, path: str) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.endpoint}{path}", headers={"Authorization": f"Bearer {self.token}"}
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=LIMIT_S) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as refused:
            with refused:
                error = json.load(refused)["error"]
            raise Failed(error["code"], error["message"]) from None
        except OSError as lost:
            raise Away(str(getattr(lost, "reason", lost))) from None
