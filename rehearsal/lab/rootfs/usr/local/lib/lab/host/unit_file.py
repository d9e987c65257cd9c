"""Unit files as systemd reads them, as far as services of a node use them (systemd.unit(5),
systemd.service(5)).
"""

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

DIRECTORIES = tuple(
    Path(path) for path in ("/etc/systemd/system", "/run/systemd/system", "/lib/systemd/system")
)
"""The first one that has a unit wins."""
START_LIMIT_S = 90.0
_PREFIXES = "-@:+!|"


@dataclass(frozen=True)
class Command:
    """One `Exec…=` line."""

    words: tuple[str, ...]
    may_fail: bool
    """The line began with `-`."""


class UnitFile:
    """Sections of one unit: its file and its drop-ins in order."""

    def __init__(self, name: str, path: Path, texts: Iterable[str]) -> None:
        self.name = name
        self.path = path
        self.text = "\n".join(texts)
        self._values: dict[tuple[str, str], list[str]] = {}
        for section, key, value in _settings(self.text):
            held = self._values.setdefault((section, key), [])
            if value:
                held.append(value)
            else:
                held.clear()

    def all(self, section: str, key: str) -> list[str]:
        """Every value; an empty one takes back those before it."""
        return self._values.get((section, key), [])

    def one(self, key: str, default: str = "") -> str:
        """The last value in `[Service]`."""
        values = self.all("Service", key)
        return values[-1] if values else default

    def commands(self, key: str) -> list[Command]:
        """The command lines of `ExecStart` and its like."""
        return [_command(line) for line in self.all("Service", key)]

    def words(self, key: str) -> list[str]:
        """All words of all values of a setting in `[Service]`."""
        return [word for value in self.all("Service", key) for word in shlex.split(value)]

    def environment(self) -> dict[str, str]:
        """`Environment=`, then what the files of `EnvironmentFile=` say now.

        FileNotFoundError for a missing file without `-` before its path.
        """
        found = dict(_assignments(self.words("Environment")))
        for entry in self.all("Service", "EnvironmentFile"):
            path = Path(entry.removeprefix("-"))
            if entry.startswith("-") and not path.is_file():
                continue
            lines = path.read_text(encoding="utf-8").splitlines()
            kept = (line for line in lines if line.strip() and line.lstrip()[0] not in "#;")
            found.update(_assignments(word for line in kept for word in shlex.split(line)))
        return found

    def seconds(self, key: str, default: float) -> float | None:
        """A time span; None is no limit."""
        text = self.one(key)
        return span(text) if text else default


def find(name: str, directories: Iterable[Path] = DIRECTORIES) -> UnitFile | None:
    """The unit of that name (an alias is followed), or None. A masked unit is found, and empty."""
    known = tuple(directories)
    for directory in known:
        link = directory / name
        if not link.exists():
            continue
        path = link.resolve()
        masked = path == Path("/dev/null")
        real = name if masked else path.name
        texts = [] if masked else [path.read_text(encoding="utf-8")]
        for drop_in in sorted(
            file for place in known for file in (place / f"{real}.d").glob("*.conf")
        ):
            texts.append(drop_in.read_text(encoding="utf-8"))
        return UnitFile(real, path, texts)
    return None


def full_name(name: str) -> str:
    """`k3s` -> `k3s.service`; a name with a suffix as it is."""
    return name if "." in name else f"{name}.service"


def span(text: str) -> float | None:
    """Seconds of a time span such as `5s`, `1min 30s`, `100ms`, `5`; None for infinity and 0."""
    if text in ("infinity", "0"):
        return None
    units = {"ms": 0.001, "s": 1.0, "sec": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0, "": 1.0}
    total = 0.0
    for word in text.split():
        number = word.rstrip("abcdefghijklmnopqrstuvwxyz")
        total += float(number) * units[word[len(number) :]]
    return total


def _settings(text: str) -> Iterator[tuple[str, str, str]]:
    section = ""
    for line in text.replace("\\\n", " ").splitlines():
        line = line.strip()
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
        elif line and line[0] not in "#;" and "=" in line:
            key, _, value = line.partition("=")
            yield section, key.strip(), value.strip()


def _command(line: str) -> Command:
    stripped = line.lstrip(_PREFIXES)
    return Command(tuple(shlex.split(stripped)), "-" in line[: len(line) - len(stripped)])


def _assignments(words: Iterable[str]) -> Iterator[tuple[str, str]]:
    for word in words:
        name, separator, value = word.partition("=")
        if separator:
            yield name, value
