"""`sysctl` on a host: settings of the host's own network are made, others are recorded only.

The kernel is the machine's: `vm.*` and `kernel.*` are not the host's to change. What is recorded
reads back as if it were set.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from .recorded import record

KERNEL = Path("/proc/sys")
RECORDED = Path("/run/lab/sysctl.json")
"""Settings that were asked for since the last boot and not made: name -> value."""
DIRECTORIES = ("/run/sysctl.d", "/etc/sysctl.d", "/usr/lib/sysctl.d")
FAILED = 255


def main(arguments: Sequence[str]) -> int:
    """`-p [FILE]`, `--system`, `-w`, `NAME=VALUE`, `NAME`, with `-n`, `-q` and `-e`."""
    flags = {word for word in arguments if word.startswith("-")}
    words = [word for word in arguments if not word.startswith("-")]
    quiet, bare = bool(flags & {"-q", "--quiet"}), bool(flags & {"-n", "--values"})
    code = 0
    if "--system" in flags:
        wanted = [pair for file in _system_files() for pair in settings(file.read_text("utf-8"))]
    elif flags & {"-p", "--load"}:
        wanted = []
        for name in words or ["/etc/sysctl.conf"]:
            if not Path(name).is_file():
                _say(f'cannot open "{name}": No such file or directory')
                return 1
            wanted += settings(Path(name).read_text("utf-8"))
        words = []
    else:
        wanted = [pair for word in words if "=" in word for pair in settings(word)]
        words = [word for word in words if "=" not in word]
    for name, value in wanted:
        if not put(name, value):
            code = FAILED
        elif not quiet and "--system" not in flags:
            _show(name, value, bare)
    for name in words:
        found = read(name)
        if found is None:
            _say(f"cannot stat {_path(name)}: No such file or directory")
            code = FAILED
        else:
            _show(name, found, bare)
    return code


def settings(text: str) -> Iterator[tuple[str, str]]:
    """(name, value) of every line of a sysctl.d file."""
    for line in text.splitlines():
        name, separator, value = line.strip().removeprefix("-").partition("=")
        if separator and name.lstrip()[:1] not in ("#", ";"):
            yield name.strip().replace("/", "."), value.strip()


def put(name: str, value: str, kernel: Path = KERNEL, recorded: Path = RECORDED) -> bool:
    """Make the setting in the host's own network, or record it; False where it cannot be made."""
    if name.startswith("net."):
        try:
            _path(name, kernel).write_text(value, encoding="ascii")
        except FileNotFoundError:
            record("sysctl", [f"{name}={value}"])  # of a module that this kernel does not have
        except OSError as problem:
            _say(f"setting key {name!r}: {problem.strerror}")
            return False
        return True
    known = _known(recorded)
    known[name] = value
    recorded.parent.mkdir(parents=True, exist_ok=True)
    recorded.write_text(json.dumps(known), encoding="utf-8")
    record("sysctl", [f"{name}={value}"])
    return True


def read(name: str, kernel: Path = KERNEL, recorded: Path = RECORDED) -> str | None:
    """The setting as the host believes it to be; None where there is none."""
    known = _known(recorded)
    if name in known:
        return known[name]
    try:
        return _path(name, kernel).read_text(encoding="ascii").strip()
    except OSError:
        return None


def _show(name: str, value: str, bare: bool) -> None:
    sys.stdout.write(f"{value}\n" if bare else f"{name} = {value}\n")


def _say(sentence: str) -> None:
    sys.stderr.write(f"sysctl: {sentence}\n")


def _known(recorded: Path) -> dict[str, str]:
    if not recorded.is_file():
        return {}
    return {str(k): str(v) for k, v in json.loads(recorded.read_text(encoding="utf-8")).items()}


def _path(name: str, kernel: Path = KERNEL) -> Path:
    return kernel / name.replace(".", "/")


def _system_files() -> Iterable[Path]:
    """By file name, the first directory that has one wins; /etc/sysctl.conf is last."""
    found: dict[str, Path] = {}
    for directory in reversed(DIRECTORIES):
        found.update({file.name: file for file in Path(directory).glob("*.conf")})
    last = Path("/etc/sysctl.conf")
    return [*(found[name] for name in sorted(found)), *([last] if last.is_file() else [])]
