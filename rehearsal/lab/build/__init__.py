"""The lab's build cache: programs compiled from pinned Go modules, the Gateway API's definitions,
and the Debian base of the hosts.

The only part of the lab that needs a network: it speaks to package registries and to nobody else.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rehearsal.lab import base
from rehearsal.lab.build import tools
from rehearsal.lab.build.store import Progress
from rehearsal.lab.hosts import layer

__all__ = ["Built", "cache_directory", "ready"]


@dataclass(frozen=True)
class Built:
    """Everything that the lab is made of, complete."""

    bin: Path
    """Directory of kube-apiserver, etcd, kubectl and helm."""
    root: Path
    """Debian's root file system, the lowest layer of every host."""
    layer: Path
    """What makes a host of the lab of it: `rehearsal/lab/rootfs`."""
    definitions: Path
    """Directory of the Gateway API's definitions (standard channel)."""


def cache_directory() -> Path:
    """`$SOVEREIGN_LAB_CACHE`, or `~/.cache/sovereign-lab`."""
    chosen = os.environ.get("SOVEREIGN_LAB_CACHE")
    return Path(chosen) if chosen else Path.home() / ".cache" / "sovereign-lab"


def ready(cache: Path, progress: Progress) -> Built:
    """Make what is not in the cache yet; the base root is made beside the Go programs.

    Raises `rehearsal.lab.machine.Unavailable` where a registry or a tool does not answer.
    """
    with ThreadPoolExecutor(max_workers=2) as pool:
        root = pool.submit(base.ready, cache, progress)
        programs, definitions = pool.submit(tools.ready, cache, progress).result()
        return Built(programs, root.result(), layer.ready(cache, progress), definitions)
