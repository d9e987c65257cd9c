"""Validates manifests against the real CustomResourceDefinitions, unknown fields refused, as an API
server with strict field validation does. Rules in CEL are not evaluated.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

_METADATA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "name": {
            "type": "string",
            "maxLength": 253,
            "pattern": r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",
        },
        "namespace": {
            "type": "string",
            "maxLength": 63,
            "pattern": r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
        },
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "annotations": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
_CONFIG_MAP = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "apiVersion": {"const": "v1"},
        "kind": {"const": "ConfigMap"},
        "metadata": _METADATA,
        "data": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
"""The one kind of object here that is no custom resource."""


_Kind = tuple[str, str]
"""API version and kind."""
_Definition = tuple[str, dict[str, Any]]
"""Scope and schema."""
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Definitions:
    """The kinds that a cluster knows."""

    def __init__(self, *directories: Path) -> None:
        """All definitions in the YAML files of these directories; a kind may stand in one only."""
        self._schemas: dict[_Kind, _Definition] = {("v1", "ConfigMap"): ("Namespaced", _CONFIG_MAP)}
        for directory in directories:
            for kind, definition in _read(directory).items():
                assert kind not in self._schemas, f"{kind} is defined twice"
                self._schemas[kind] = definition

    def errors(self, manifest: Mapping[str, Any]) -> list[str]:
        """What an API server with these definitions would refuse, one sentence each."""
        key = (str(manifest.get("apiVersion")), str(manifest.get("kind")))
        if key not in self._schemas:
            return [f"no served definition of {' '.join(key)}"]
        scope, schema = self._schemas[key]
        found = list(_sentences(schema, manifest))
        if ("namespace" in manifest.get("metadata", {})) != (scope == "Namespaced"):
            found.append(f"{key[1]} is {scope}")
        return found


@cache
def _read(directory: Path) -> dict[_Kind, _Definition]:
    found: dict[_Kind, _Definition] = {}
    for path in sorted(directory.rglob("*.yaml")):
        for document in yaml.load_all(path.read_text(encoding="utf-8"), _Loader):
            if document and document.get("kind") == "CustomResourceDefinition":
                found.update(_versions(document["spec"]))
    return found


def _versions(spec: Mapping[str, Any]) -> Iterator[tuple[_Kind, _Definition]]:
    for version in spec["versions"]:
        if version["served"]:
            schema = strict(version["schema"]["openAPIV3Schema"])
            schema["properties"]["metadata"] = _METADATA
            kind = (f"{spec['group']}/{version['name']}", spec["names"]["kind"])
            yield kind, (spec["scope"], schema)


def _sentences(schema: dict[str, Any], manifest: Mapping[str, Any]) -> Iterator[str]:
    for error in Draft202012Validator(schema).iter_errors(manifest):
        yield f"{error.json_path}: {error.message}"


def strict(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A structural schema as JSON Schema: fields that it does not name are refused, but where it
    says `x-kubernetes-preserve-unknown-fields`; `x-kubernetes-int-or-string` is either.
    """
    made = {
        key: value
        for key, value in schema.items()
        if key not in ("properties", "items", "additionalProperties", "type")
        and not key.startswith("x-kubernetes-")
    }
    if schema.get("x-kubernetes-int-or-string"):
        return {**made, "type": ["integer", "string"]}
    kind = schema.get("type")
    if kind is not None:
        made["type"] = [kind, "null"] if schema.get("nullable") else kind
    if "items" in schema:
        made["items"] = strict(schema["items"])
    if "properties" in schema:
        made["properties"] = {name: strict(one) for name, one in schema["properties"].items()}
    if isinstance(schema.get("additionalProperties"), Mapping):
        made["additionalProperties"] = strict(schema["additionalProperties"])
    elif kind == "object" and not schema.get("x-kubernetes-preserve-unknown-fields"):
        made["additionalProperties"] = False
    return made
