"""The tables and node files that come with the package, read once: artifacts, images, versions,
prices, scripts.

Everything here is a file with a real extension beside this module; the plan gets it as plain values
and reads nothing itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@dataclass(frozen=True)
class Catalog:
    """Plain values of all tables; see the YAML files for their fields and sources."""

    artifacts: tuple[Mapping[str, Any], ...]
    images: Mapping[str, Any]
    versions: Mapping[str, Any]
    prices: Mapping[str, Any]
    server_types: Mapping[str, Any]
    scripts: Mapping[str, str]
    """File name -> text of everything in `sovereign/scripts/`."""


def _table(name: str) -> Any:
    return yaml.safe_load(files("sovereign").joinpath(name).read_text(encoding="utf-8"))


@cache
def load() -> Catalog:
    """Read the packaged tables; a broken file is a defect of this repository and raises."""
    scripts = files("sovereign").joinpath("scripts")
    return Catalog(
        artifacts=tuple(_table("artifacts.yaml")["artifacts"]),
        images=_table("images.yaml"),
        versions=_table("versions.yaml"),
        prices=_table("prices.yaml"),
        server_types=_table("server_types.yaml"),
        scripts={
            entry.name: entry.read_text(encoding="utf-8")
            for entry in scripts.iterdir()
            if entry.is_file() and not entry.name.endswith(".py")
        },
    )
