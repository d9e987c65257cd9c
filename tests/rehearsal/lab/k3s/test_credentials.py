"""Tokens and node passwords."""

import asyncio
import base64
from pathlib import Path
from typing import Any

import pytest

from rehearsal.lab.k3s import credentials, wire
from rehearsal.lab.k3s.api import Refused
from rehearsal.lab.k3s.paths import Paths


def test_full_tokens_are_written_as_k3s_writes_them(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    credentials.write_tokens(paths, "ab" * 32, "of-servers", "of-agents")
    kept = {name: (paths.server / name).read_text() for name in ("token", "agent-token")}
    assert kept == {
        "token": f"K10{'ab' * 32}::server:of-servers\n",
        "agent-token": f"K10{'ab' * 32}::node:of-agents\n",
    }
    assert (paths.server / "node-token").read_text() == kept["token"]
    assert (paths.server / "token").stat().st_mode & 0o077 == 0
    assert credentials.kept_token(paths) == kept["token"].strip()


@pytest.mark.parametrize("token", ["secret:with-colon", f"K10{'ab' * 32}::node:secret"])
def test_only_the_password_of_a_token_goes_over_the_wire(token: str) -> None:
    head = wire.Head("GET / HTTP/1.1", list(credentials.basic("node", token).items()))
    shown = credentials.shown(head)
    assert credentials.same(shown, token)
    assert not credentials.same(shown, f"{token}x")


def test_a_request_without_a_token_is_nobodys() -> None:
    for value in ("", "Bearer abc", "Basic !"):
        head = wire.Head("GET / HTTP/1.1", [("Authorization", value)])
        assert not credentials.same(credentials.shown(head), "secret")


def test_a_host_keeps_its_password(tmp_path: Path) -> None:
    first = credentials.node_password(Paths(tmp_path))
    assert credentials.node_password(Paths(tmp_path)) == first
    assert len(first) == 32


class Remembering:
    """An API server that holds one Secret."""

    def __init__(self) -> None:
        self.secret: dict[str, Any] | None = None

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        assert "/namespaces/kube-system/secrets" in path
        if method == "POST":
            encoded = base64.b64encode(body["stringData"]["hash"].encode()).decode()
            self.secret = {"data": {"hash": encoded}}
        if self.secret is None:
            raise Refused(404, "not found")
        return self.secret


def test_the_first_password_of_a_name_is_remembered_and_another_refused() -> None:
    api: Any = Remembering()
    assert asyncio.run(credentials.admits(api, "worker", "first"))
    assert asyncio.run(credentials.admits(api, "worker", "first"))
    assert not asyncio.run(credentials.admits(api, "worker", "second"))
    assert b"first" not in str(api.secret).encode()
