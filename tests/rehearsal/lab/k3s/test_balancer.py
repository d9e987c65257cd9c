"""An agent's balancer, with servers that are plain sockets."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from rehearsal.lab.k3s.balancer import Balancer, servers_of


@asynccontextmanager
async def answering(name: str) -> AsyncIterator[str]:
    """A server that says its name; its `host:port`."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(name.encode())
            await reader.read()
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


async def said(port: int) -> str:
    """What whoever is behind the balancer says."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = await asyncio.wait_for(reader.read(100), 5)
    writer.close()
    await writer.wait_closed()
    return answer.decode()


async def listening(balancer: Balancer) -> tuple[asyncio.Server, int]:
    server = await balancer.listen(0)
    address, port = server.sockets[0].getsockname()
    assert address == "127.0.0.1"
    assert len(server.sockets) == 1
    return server, port


def test_it_goes_to_the_next_server_when_the_first_does_not_answer(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with answering("second") as second:
            balancer = Balancer("127.0.0.1:1", tmp_path / "servers.json")
            balancer.follow(["127.0.0.1:1", second])
            server, port = await listening(balancer)
            assert await said(port) == "second"
            assert balancer.servers[0] == second
            server.close()

    asyncio.run(scenario())


def test_it_breaks_off_connections_to_a_server_that_left(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with answering("first") as first, answering("second") as second:
            balancer = Balancer(first, tmp_path / "servers.json")
            server, port = await listening(balancer)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            assert await reader.read(100) == b"first"
            balancer.follow([second])
            assert await asyncio.wait_for(reader.read(100), 5) == b""
            assert await said(port) == "second"
            writer.close()
            server.close()

    asyncio.run(scenario())


def test_it_remembers_the_servers_over_a_restart(tmp_path: Path) -> None:
    Balancer("10.0.1.2:6443", tmp_path / "servers.json").follow(["10.0.1.3:6443"])
    assert json.loads((tmp_path / "servers.json").read_text()) == ["10.0.1.3:6443"]
    again = Balancer("10.0.1.2:6443", tmp_path / "servers.json")
    assert again.servers == ["10.0.1.2:6443", "10.0.1.3:6443"]


def test_an_empty_list_of_servers_is_not_believed(tmp_path: Path) -> None:
    balancer = Balancer("10.0.1.2:6443", tmp_path / "servers.json")
    balancer.follow([])
    assert balancer.servers == ["10.0.1.2:6443"]


def test_of_several_problems_that_of_the_given_server_is_told(tmp_path: Path) -> None:
    async def scenario() -> None:
        balancer = Balancer("127.0.0.1:1", tmp_path / "servers.json")
        balancer.servers = ["127.0.0.1:2", "127.0.0.1:1"]
        with pytest.raises(ConnectionRefusedError, match=r"'127\.0\.0\.1', 1\)"):
            await balancer.dial()

    asyncio.run(scenario())


def test_servers_are_read_from_the_endpoints_of_the_kubernetes_service() -> None:
    slices: list[dict[str, Any]] = [
        {
            "endpoints": [{"addresses": ["10.0.1.3"]}, {"addresses": ["10.0.1.2"]}],
            "ports": [{"port": 6443}],
        },
        {"endpoints": None, "ports": None},
    ]
    assert servers_of(slices) == ["10.0.1.2:6443", "10.0.1.3:6443"]
