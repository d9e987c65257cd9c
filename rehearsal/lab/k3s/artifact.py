"""The stand-in as one executable file, as a mirror serves it: a zip archive that Python runs.

It holds this package and the modules of the node model that it shares, read from their files, so
that nothing is written twice. The same sources give the same bytes.
"""

import ast
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
_SHEBANG = b"#!/usr/bin/env -S python3 -I\n"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_ENTRY = "rehearsal.lab.k3s.command"
_PACKAGED = "rehearsal/lab/k3s/packaged"
_PREFIX = "rehearsal"


def build(version: str) -> bytes:
    """The executable that says it is k3s `version` (`v1.36.4+k3s1`), and that it is a stand-in."""
    entries = {str(path.relative_to(ROOT)): path.read_bytes() for path in _modules()}
    for path in sorted((ROOT / _PACKAGED).glob("*.yaml")):
        entries[str(path.relative_to(ROOT))] = path.read_bytes()
    entries["__main__.py"] = (
        f"import sys\n\nfrom {_ENTRY} import main\n\nsys.exit(main({version!r}, sys.argv))\n"
    ).encode()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name in sorted(entries):
            zipped.writestr(zipfile.ZipInfo(name, _EPOCH), entries[name], zipfile.ZIP_DEFLATED)
    return _SHEBANG + archive.getvalue()


def _modules() -> Iterator[Path]:
    """The files of everything that the entry module imports, itself and packages included."""
    found: dict[str, Path] = {}
    waiting = [_ENTRY]
    while waiting:
        name = waiting.pop()
        path = None if name in found else _file(name)
        if path is None:
            continue
        found[name] = path
        parent = name.rpartition(".")[0]
        waiting += [*_imported(path), *([parent] if parent else [])]
    yield from sorted(found.values())


def _file(name: str) -> Path | None:
    place = ROOT / name.replace(".", "/")
    candidates = (place / "__init__.py", place.with_suffix(".py"))
    return next((path for path in candidates if path.is_file()), None)


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        yield from (name for name in names if name.partition(".")[0] == _PREFIX)
