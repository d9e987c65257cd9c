"""The mirror over HTTP, with a note of who fetched what and the damage that a break asks for."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from rehearsal.hetzner.serving import serving
from rehearsal.lab.mirror.shelf import Shelf
from rehearsal.nodes.surroundings import Surroundings

DAMAGE = b"\n# damaged on its way\n"


@dataclass(frozen=True)
class Fetch:
    """One request."""

    path: str
    client: str
    """Address of the host that asked."""
    status: int


@dataclass
class Mirror:
    """A running mirror."""

    shelf: Shelf
    surroundings: Callable[[], Surroundings]
    url: str = ""
    fetched: list[Fetch] = field(default_factory=list)

    def content(self, path: str) -> bytes | None:
        """What a host gets for `path`. A release's own list of sums is never damaged."""
        found = self.shelf.find(path)
        if found is None or self.shelf.is_checksum_file(path):
            return found
        damaged = any(part in f"{self.url}{path}" for part in self.surroundings().damaged_artifacts)
        return found + DAMAGE if damaged else found

    async def answer(self, request: Request) -> Response:
        """One download."""
        path: str = request.scope["path"]
        found = await run_in_threadpool(self.content, path)
        status = 404 if found is None else 200
        client = request.client.host if request.client else ""
        self.fetched.append(Fetch(path, client, status))
        if found is None:
            return PlainTextResponse(f"the lab's mirror has no {path}\n", status)
        return Response(found, media_type="application/octet-stream")


@contextmanager
def serve_mirror(
    *,
    definitions: Path,
    surroundings: Callable[[], Surroundings],
    address: str,
    port: int = 80,
    shelf: Shelf | None = None,
) -> Iterator[Mirror]:
    """Serve at `address:port` as long as the block runs. Port 0 takes any free one; `OSError` where
    the address is not this machine's or the port is taken."""
    mirror = Mirror(shelf or Shelf(definitions), surroundings)
    app = Starlette(routes=[Route("/{path:path}", mirror.answer, methods=["GET"])])
    with serving(app, address, port) as mirror.url:
        yield mirror
