"""Pods made from a template."""

import copy
import secrets
from collections.abc import Mapping
from typing import Any

from rehearsal.lab.k3s.api import Object

_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"


def from_template(
    template: Mapping[str, Any], name: str, namespace: str, owner: Object, labels: Mapping[str, str]
) -> Object:
    """A pod of that template."""
    metadata = template.get("metadata") or {}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {**(metadata.get("labels") or {}), **labels},
            "annotations": dict(metadata.get("annotations") or {}),
            "ownerReferences": [owner],
        },
        "spec": copy.deepcopy(dict(template["spec"])),
    }


def suffix() -> str:
    """Five letters that tell pods of one owner apart."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(5))
