"""`make soak`: many rounds of the dev Sovereign in the lab, and what each has left.

Argument: how many rounds. Ends with 1 at the first round that fails or leaves anything.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.rehearsal.command.rehearsed import Directory
from tests.rehearsal.lab.leaks import left


def main(rounds: int) -> int:
    """Run the rounds and print a line for each."""
    with tempfile.TemporaryDirectory(prefix="sovereign-soak-") as path:
        temporary = Path(path) / "temporary"
        temporary.mkdir()
        directory = Directory(Path(path), {"TMPDIR": str(temporary)})
        for number in range(1, rounds + 1):
            began = time.monotonic()
            try:
                said = directory.sovereign("rehearse", "up", "--lab", "--json")
                found = left(directory.path, temporary)
            except subprocess.TimeoutExpired as late:
                found = [str(late)]
            finally:
                directory.sovereign("lab", "down")
            ended = said.answer["result"] if not found else "; ".join(found)
            print(f"round {number}: {ended} ({time.monotonic() - began:.0f} s)", flush=True)  # noqa: T201
            if ended != "succeeded":
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
