"""A cache whose entries are named after what they are made of: made once, whole or not at all."""

import fcntl
import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

Progress = Callable[[str], None]
"""Takes one line for the operator."""

DIGITS = 12
"""Hex digits of a digest in the name of an entry."""


def entry(
    cache: Path,
    name: str,
    made_of: Iterable[bytes],
    make: Callable[[Path], None],
    progress: Progress,
) -> Path:
    """The directory `<cache>/<name>-<digest of made_of>`, made by `make` where it is not there yet.

    `make` fills an empty directory beside it, which gets its name at the end. One process makes it
    while others wait; what a killed one left is thrown away.
    """
    parts = hashlib.sha256()
    for part in made_of:
        parts.update(hashlib.sha256(part).digest())
    whole = f"{name}-{parts.hexdigest()[:DIGITS]}"
    final = cache / whole
    if final.is_dir():
        return final
    cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(cache / f"{name}.lock", progress):
        if final.is_dir():
            return final
        work = cache / f".{whole}.new"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        try:
            make(work)
        except BaseException:
            shutil.rmtree(work, ignore_errors=True)
            raise
        work.rename(final)
    return final


@contextmanager
def _alone(lock: Path, progress: Progress) -> Iterator[None]:
    with lock.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress(f"another process holds {lock}; waiting for it")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield
