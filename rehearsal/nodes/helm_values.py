"""Helm values by dotted path."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class HelmValues:
    """The values of one release; a chart's defaults are given where they are asked for."""

    values: Mapping[str, Any]

    def get(self, path: str, default: Any = None) -> Any:
        """The value at a dotted path; None counts as absent, as it does to Helm."""
        found: Any = self.values
        for key in path.split("."):
            found = found.get(key) if isinstance(found, Mapping) else None
        return default if found is None else found

    def on(self, path: str, *, default: bool = False) -> bool:
        """Whether a switch is on."""
        return str(self.get(path, default)).lower() == "true"
