"""The lab's artifact mirror: what a Sovereign downloads, each file at the path that its URL has."""

from rehearsal.lab.mirror.serving import Fetch, Mirror, serve_mirror
from rehearsal.lab.mirror.shelf import Shelf

__all__ = ["Fetch", "Mirror", "Shelf", "serve_mirror"]
