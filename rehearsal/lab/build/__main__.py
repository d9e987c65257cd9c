"""`python -m rehearsal.lab.build`: make the cache ahead of the first lab, and say where it is."""

import sys

from rehearsal.lab import machine
from rehearsal.lab.build import cache_directory, ready


def main() -> int:
    """Progress goes to stderr; exit code 3 where this machine lacks something."""
    try:
        machine.require()
        ready(cache_directory(), lambda line: print(line, file=sys.stderr))  # noqa: T201
    except machine.Unavailable as lacking:
        print(lacking, file=sys.stderr)  # noqa: T201
        return 3
    print(cache_directory())  # noqa: T201 - the answer
    return 0


if __name__ == "__main__":
    sys.exit(main())
