"""`make soak`: many rounds of the dev Sovereign in the lab, and what each has left.

Argument: how many rounds. Ends with 1 at the first round that fails or leaves anything.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rehearsal.lab import leaks
from tests.rehearsal.command.rehearsed import Directory, Said
from tests.rehearsal.lab.leaks import fabric_of, left

EXPLAINED = 2000
"""Characters of what a failed command said."""


@dataclass(frozen=True)
class Round:
    """One life of a lab, and what was left of it."""

    up: Said
    down: Said | None
    """`lab down`, where `up` was asked to keep the lab."""
    stood: list[str]
    """What was there of it between the two."""
    left: list[str]
    seconds: float

    @property
    def failure(self) -> str:
        """What went wrong, or empty."""
        for said in (self.up, self.down):
            if said and said.code:
                return f"exit code {said.code}: {(said.err + said.out)[-EXPLAINED:]}"
        return "; ".join(self.left)


def opened(path: Path) -> Directory:
    """An empty directory whose commands have their temporary files in one of their own."""
    temporary = path / "temporary"
    temporary.mkdir()
    return Directory(path, {"TMPDIR": str(temporary)})


def rounds(directory: Directory, count: int, *options: str) -> Iterator[Round]:
    """Up and down again in the same place. `up` itself takes the first lab down, `lab down` the
    second, and so on by turns. `options` are given to every `up`.
    """
    temporary = directory.path / "temporary"
    for number in range(count):
        began = time.monotonic()
        keep = ("--keep",) if number % 2 else ()
        down, stood, known = None, [], frozenset[int]()
        try:
            up = directory.sovereign("rehearse", "up", "--lab", *keep, *options)
        finally:
            if keep:
                known = leaks.networks(fabric_of(directory.path))
                stood = left(directory.path, temporary)
                down = directory.sovereign("lab", "down")
        found = left(directory.path, temporary, known)
        yield Round(up, down, stood, found, time.monotonic() - began)


def main(count: int) -> int:
    """Run the rounds and print a line for each."""
    with tempfile.TemporaryDirectory(prefix="sovereign-soak-") as path:
        directory = opened(Path(path))
        try:
            for number, one in enumerate(rounds(directory, count), 1):
                said = one.failure or "succeeded, nothing is left"
                print(f"round {number}: {said} ({one.seconds:.0f} s)", flush=True)  # noqa: T201
                if one.failure:
                    return 1
        except subprocess.TimeoutExpired as late:
            print(late, flush=True)  # noqa: T201
            return 1
        finally:
            directory.sovereign("lab", "down")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
