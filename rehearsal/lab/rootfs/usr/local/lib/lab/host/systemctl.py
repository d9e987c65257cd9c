"""`systemctl` on a host: asks the first process."""

import sys
from collections.abc import Sequence

from .control import ask


def main(arguments: Sequence[str]) -> int:
    """Print its answer."""
    answer = ask(arguments)
    sys.stdout.write(answer.stdout)
    sys.stderr.write(answer.stderr)
    return answer.code
