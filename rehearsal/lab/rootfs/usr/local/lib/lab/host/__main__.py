"""Does what the name of the called program says; a name nobody does is recorded and succeeds."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from . import boot, journalctl, sysctl, systemctl
from .recorded import record

COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "init": boot.main,
    "journalctl": journalctl.main,
    "sysctl": sysctl.main,
    "systemctl": systemctl.main,
}


def main(name: str, arguments: Sequence[str]) -> int:
    """The exit code."""
    if name in COMMANDS:
        return COMMANDS[name](arguments)
    record(name, arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[0]).name, sys.argv[1:]))
