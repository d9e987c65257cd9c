"""Cilium's custom resource definitions, which its operator registers. The schemas are the lab's
own and keep every field: what a field may hold, only the real definitions know.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from .api import Api, Object, Refused

PATH = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
TABLE = Path(__file__).with_name("definitions.yaml")
AGENT_NEEDS = ("ciliumnodes.cilium.io",)


def register(api: Api) -> None:
    """Create those that are missing."""
    for definition in every():
        api.create(PATH, definition)


def missing(api: Api, names: Iterable[str]) -> list[str]:
    """Those that the API does not serve."""
    return [name for name in names if not _is_served(api, name)]


def every() -> Iterator[Object]:
    """All of them, as the API takes them."""
    for row in yaml.safe_load(TABLE.read_text(encoding="utf-8"))["definitions"]:
        yield _definition(row["kind"], row["plural"], row["version"], row["scope"])


def _definition(kind: str, plural: str, version: str, scope: str) -> Object:
    kept = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    schema: Object = {"type": "object", "properties": {"spec": kept, "status": kept, "specs": {
        "type": "array", "items": kept}}}  # fmt: skip
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.cilium.io"},
        "spec": {
            "group": "cilium.io",
            "names": {"kind": kind, "plural": plural, "singular": kind.lower()},
            "scope": scope,
            "versions": [
                {
                    "name": version,
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": schema},
                }
            ],
        },
    }


def _is_served(api: Api, name: str) -> bool:
    try:
        found = api.find(f"{PATH}/{name}")
    except Refused:
        return False
    conditions = ((found or {}).get("status") or {}).get("conditions") or ()
    return any(c["type"] == "Established" and c["status"] == "True" for c in conditions)
