"""`journalctl` on a host: the lines that units printed, oldest first, without their times."""

import sys
from collections.abc import Sequence
from pathlib import Path

from .processes import JOURNAL
from .unit_file import find, full_name

PLAIN = ("--no-pager", "--quiet", "-q", "-b", "-a", "-e", "-x", "-xe")
WITH_VALUE = {"-u": "--unit", "-n": "--lines", "-o": "--output"}


def main(arguments: Sequence[str], journal: Path = JOURNAL) -> int:
    """`--unit=U` any number of times, `--lines=N`; every `--output` is `cat`."""
    units: list[str] = []
    lines = 0
    words = list(arguments)
    while words:
        word = words.pop(0)
        name, separator, value = word.partition("=")
        if word[:2] in WITH_VALUE and not word.startswith("--"):
            name, value = WITH_VALUE[word[:2]], word[2:] or (words.pop(0) if words else "")
        elif name in WITH_VALUE.values() and not separator:
            value = words.pop(0) if words else ""
        if name == "--unit":
            units.append(value)
        elif name == "--lines":
            lines = int(value) if value.isdecimal() else 0
        elif name != "--output" and word not in PLAIN:
            sys.stderr.write(f"journalctl: the lab's stand-in has no {word}\n")
            return 1
    printed = said(units, journal)
    sys.stdout.writelines(f"{line}\n" for line in printed[-lines:] or ["-- No entries --"])
    return 0


def said(units: Sequence[str], journal: Path) -> list[str]:
    """The lines of those units one after the other, or of all units."""
    if units:
        found = [find(full_name(unit)) for unit in units]
        files = [journal / f"{unit.name}.log" for unit in found if unit]
    else:
        files = sorted(journal.glob("*.log"))
    return [
        line
        for file in files
        if file.is_file()
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines()
    ]
