"""YAML and JSON files to documents whose every field knows its line.

Stricter than Kubernetes: a key that stands twice is an error, for the first one would be lost.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

import yaml

from sovereign.mesh.istio.ledger import Path

SUFFIXES = (".yaml", ".yml", ".json")


class BadInput(Exception):
    """An input that cannot be read. The text begins with `FILE:LINE:`."""


@dataclass(frozen=True)
class Source:
    """One document, or one item of a List, as it was read."""

    file: str
    """Relative to the directory."""
    path: Path
    """Where in the document it stands: empty, or `("items", 0)`."""
    value: Any
    lines: dict[Path, int]
    """Path in the whole document -> line, from 1."""

    def line(self, path: Path = ()) -> int:
        """Line of a field, or of the nearest thing around it."""
        place = (*self.path, *path)
        while place not in self.lines:
            place = place[:-1]
        return self.lines[place]


class _Loader(yaml.SafeLoader):
    """Dates stay texts, as they do in Kubernetes."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(directory: File) -> list[Source]:
    """Every document below the directory, by file name; raises BadInput."""
    files = sorted(f for f in directory.rglob("*") if f.is_file() and f.suffix in SUFFIXES)
    return [source for file in files for source in _documents(file, directory)]


def _documents(file: File, directory: File) -> Iterator[Source]:
    name = file.relative_to(directory).as_posix()
    try:
        loader = _Loader(file.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, yaml.reader.ReaderError) as error:
        raise BadInput(f"{name}:1: not a text file: {error}") from None
    try:
        while loader.check_node():
            lines: dict[Path, int] = {}
            node = loader.get_node()
            value = _Builder(loader, name, lines).build(node, ()) if node else None
            yield from _items(name, value, lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{name}:{mark.line + 1}" if mark else f"{name}:1"
        raise BadInput(f"{where}: {error.problem or error.context}") from None
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{name}:1: {error}") from None
    finally:
        loader.dispose()


def _items(name: str, value: Any, lines: dict[Path, int]) -> Iterator[Source]:
    """A List as its items. What stands around them is a document of its own, so that it too is
    accounted for.
    """
    items = value.get("items") if isinstance(value, dict) and value.get("kind") == "List" else None
    if value is None:
        return
    if not isinstance(items, list) or not items:
        yield Source(name, (), value, lines)
        return
    yield Source(name, (), {key: below for key, below in value.items() if key != "items"}, lines)
    for number, item in enumerate(items):
        yield Source(name, ("items", number), item, lines)


class _Builder:
    """Plain values from the nodes of one document."""

    def __init__(self, loader: _Loader, file: str, lines: dict[Path, int]) -> None:
        self._loader, self._file, self._lines = loader, file, lines
        self._open: set[int] = set()

    def build(self, node: yaml.Node, path: Path) -> Any:
        line = node.start_mark.line + 1
        self._lines[path] = line
        if id(node) in self._open:
            raise BadInput(f"{self._file}:{line}: an alias that contains itself")
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, path)
            if isinstance(node, yaml.SequenceNode):
                return [self.build(n, (*path, number)) for number, n in enumerate(node.value)]
            return self._loader.construct_object(node)
        finally:
            self._open.discard(id(node))

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        seen: dict[str, int] = {}
        for key_node, _ in node.value:
            key, line = self._key(key_node), key_node.start_mark.line + 1
            if key in seen and key != "<<":
                raise BadInput(f"{self._file}:{line}: `{key}` stands in line {seen[key]} already")
            seen[key] = line
        self._loader.flatten_mapping(node)
        built: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            built[key] = self.build(value_node, (*path, key))
            self._lines[(*path, key)] = key_node.start_mark.line + 1
        return built

    def _key(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            line = node.start_mark.line + 1
            raise BadInput(f"{self._file}:{line}: a key must be a text")
        return str(node.value)
