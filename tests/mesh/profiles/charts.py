"""The two charts of the reference data."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft7Validator

CHARTS = {"1.19": "1.19.6", "1.20": "1.20.2"}
COMMENTED = {"1.19": {"k8s.apiServerURLs"}, "1.20": set[str]()}
"""Keys that a chart reads, but that stand in its values.yaml only as a comment."""


class Chart:
    """values.yaml and values.schema.json of one line."""

    def __init__(self, reference: Path, line: str) -> None:
        directory = reference / f"cilium-{CHARTS[line]}" / "chart"
        self.text = (directory / "values.yaml").read_text(encoding="utf-8")
        self._values = yaml.safe_load(self.text)
        schema = json.loads((directory / "values.schema.json").read_text(encoding="utf-8"))
        self._validator = Draft7Validator(schema)

    def errors(self, values: Mapping[str, Any]) -> list[str]:
        """What the chart's own schema refuses."""
        return [f"{e.json_path}: {e.message}" for e in self._validator.iter_errors(values)]

    def has(self, path: str) -> bool:
        """Whether values.yaml has the key."""
        found = self._values
        for part in path.split("."):
            if not isinstance(found, Mapping) or part not in found:
                return False
            found = found[part]
        return True


@cache
def chart(reference: Path, line: str) -> Chart:
    """Read once a session."""
    return Chart(reference, line)


def plain_keys(values: Mapping[str, Any], above: str = "") -> list[str]:
    """Every key that holds no mapping, as `hubble.relay.enabled`."""
    found = []
    for key, value in values.items():
        path = f"{above}{key}"
        found += plain_keys(value, f"{path}.") if isinstance(value, Mapping) else [path]
    return found
