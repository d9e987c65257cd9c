"""The layer that turns Debian's root into a host of the lab: `rehearsal/lab/rootfs`, in root's
ownership, whoever owns this repository."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from rehearsal.lab.build.store import Progress, entry

SOURCE = Path(__file__).resolve().parents[1] / "rootfs"
_LEFT_OUT = ("__pycache__", ".mypy_cache")


def ready(cache: Path, progress: Progress, source: Path = SOURCE) -> Path:
    """The layer's directory in the cache, copied there where these very files are not yet."""

    def make(directory: Path) -> None:
        shutil.copytree(
            source,
            directory,
            symlinks=True,
            dirs_exist_ok=True,
            ignore=shutil.ignore_patterns(*_LEFT_OUT),
        )
        for path in (directory, *directory.rglob("*")):
            os.chown(path, 0, 0, follow_symlinks=False)
            if not path.is_symlink():
                path.chmod(_mode(path))

    return entry(cache, "layer", _contents(source), make, progress)


def _mode(path: Path) -> int:
    return 0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644


def _contents(source: Path) -> Iterator[bytes]:
    for path in sorted(source.rglob("*")):
        if any(part in _LEFT_OUT for part in path.parts) or path.is_dir():
            continue
        yield str(path.relative_to(source)).encode()
        if path.is_symlink():
            yield str(path.readlink()).encode()
        else:
            yield f"{_mode(path):o}".encode()
            yield path.read_bytes()
