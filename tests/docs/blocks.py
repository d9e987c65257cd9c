"""Command blocks of the documents: every fenced `sh` block, with where it stands."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.configurations import ROOT

FENCE = re.compile(r"^( *)```(\S*)")


@dataclass(frozen=True)
class Block:
    """One fenced block."""

    document: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"


def documents() -> list[Path]:
    """Every Markdown file of the repository that people read, committed or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = [name for name in listed.stdout.splitlines() if not name.startswith("tests/")]
    return [ROOT / name for name in sorted(names) if (ROOT / name).is_file()]


def blocks() -> Iterator[Block]:
    """Every block of every document."""
    for path in documents():
        name = str(path.relative_to(ROOT))
        start, language, lines, indent = 0, "", list[str](), ""
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            fence = FENCE.match(line)
            if fence and not start:
                start, indent, language, lines = number, fence[1], fence[2], []
            elif fence:
                yield Block(name, start, language, "\n".join(lines) + "\n")
                start = 0
            elif start:
                lines.append(line.removeprefix(indent))
