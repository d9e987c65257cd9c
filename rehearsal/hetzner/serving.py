"""The simulator over HTTP, on the loopback interface and nowhere else."""

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from ipaddress import ip_address
from typing import Any

import uvicorn
from anyio.to_thread import current_default_thread_limiter
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import Route as HttpRoute

from rehearsal.hetzner.core.errors import ApiError
from rehearsal.hetzner.core.routing import Answer, Request
from rehearsal.hetzner.simulator import HetznerSimulator

LOOPBACK = "127.0.0.1"
START_LIMIT_S = 10.0
PARALLEL_CALLS = 256
"""More calls at once wait for a thread, which would distort a latency profile."""


@contextmanager
def serve(simulator: HetznerSimulator, *, host: str = LOOPBACK, port: int = 0) -> Iterator[str]:
    """Answer HTTP as long as the block runs; the value is the endpoint (``http://…/v1``).

    Port 0 takes any free port. ``ValueError`` for a host that is not loopback, ``OSError`` for a
    port in use. At the end open connections are closed and the thread is gone.
    """
    if not ip_address(host).is_loopback:
        raise ValueError(f"the simulator serves on loopback only, not on {host}")
    with serving(application(simulator), host, port) as address:
        yield f"{address}/v1"


@contextmanager
def serving(app: Starlette, host: str, port: int) -> Iterator[str]:
    """Serve an application from a thread as long as the block runs; the value is `http://…`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        config = uvicorn.Config(
            app,
            lifespan="on",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(
            target=server.run, args=([listener],), name="hetzner-simulator", daemon=True
        )
        thread.start()
        try:
            _wait_until_started(server, thread)
            shown = f"[{host}]" if family == socket.AF_INET6 else host
            yield f"http://{shown}:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    pause = threading.Event()
    for _ in range(int(START_LIMIT_S * 100)):
        if server.started:
            return
        if not thread.is_alive():
            break
        pause.wait(0.01)
    raise RuntimeError("the simulator did not start")


def application(simulator: HetznerSimulator) -> Starlette:
    """The ASGI application, for a server other than :func:`serve`'s."""

    async def answer(http: HttpRequest) -> Response:
        request, token = await _read(http)
        if isinstance(request, ApiError):
            return JSONResponse(request.body(), request.status)
        found = await run_in_threadpool(simulator.handle, request, token)
        if found is None:
            await _lose(http)
        return _write(found)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        current_default_thread_limiter().total_tokens = PARALLEL_CALLS
        yield

    methods = ["GET", "POST", "PUT", "DELETE"]
    return Starlette(
        routes=[HttpRoute("/v1{path:path}", answer, methods=methods)], lifespan=lifespan
    )


async def _read(http: HttpRequest) -> tuple[Request | ApiError, str | None]:
    content = await http.body()
    try:
        body: Any = json.loads(content) if content else None
    except ValueError:
        return ApiError("json_error", "invalid JSON in request"), None
    query: dict[str, list[str]] = {}
    for name, value in http.query_params.multi_items():
        query.setdefault(name, []).append(value)
    scheme, _, token = http.headers.get("Authorization", "").partition(" ")
    path = http.path_params["path"]
    request = Request(http.method, path, query, body)
    return request, token.strip() if scheme == "Bearer" else None


async def _lose(http: HttpRequest) -> None:
    """Wait until the caller gives up: a lost answer."""
    while not await http.is_disconnected():
        await asyncio.sleep(0.05)


def _write(answer: Answer | None) -> Response:
    if answer is None or answer.body is None:
        status = answer.status if answer else 499
        return Response(status_code=status, headers=dict(answer.headers) if answer else None)
    return JSONResponse(answer.body, answer.status, headers=dict(answer.headers))
