"""A program's `Pulumi.yaml`: its language, and the plugins on this machine that it names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Project:
    """What a run needs to know of the file."""

    runtime: str = "python"
    options: Mapping[str, Any] = field(default_factory=dict)
    """Options of the runtime."""
    plugins: Mapping[str, Path] = field(default_factory=dict)
    """Package -> directory of the plugin that serves it; only those with a path of their own."""


def read(program: Path) -> Project:
    """The project in a directory; without a `Pulumi.yaml` a Python program without plugins."""
    file = program / "Pulumi.yaml"
    found: Any = yaml.safe_load(file.read_text(encoding="utf-8")) if file.is_file() else {}
    runtime = found.get("runtime") or "python"
    plain: Mapping[str, Any] = runtime if isinstance(runtime, Mapping) else {"name": runtime}
    plugins = {name: (program / path).resolve() for name, path in _plugins(found)}
    return Project(str(plain["name"]), plain.get("options") or {}, plugins)


def _plugins(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Name and path of `packages:` (as `pulumi package add` writes it) and `plugins.providers`."""
    for name, spec in (found.get("packages") or {}).items():
        source = spec.get("source", "") if isinstance(spec, Mapping) else str(spec)
        if source.startswith((".", "/")):
            yield name, source
    for provider in (found.get("plugins") or {}).get("providers") or ():
        yield provider["name"], provider["path"]
