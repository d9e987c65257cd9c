"""Workload selectors: `matchLabels`, or nothing for the whole namespace."""

from sovereign.mesh.istio import shapes
from sovereign.mesh.istio.field import Field


def labels_of(field: Field) -> dict[str, str] | None:
    """The labels ({}: every pod of the namespace); None (and lost) where they have no such form."""
    if not field.present or field.value in ({}, None):
        field.converted("endpointSelector: all pods of the namespace")
        return {}
    labels = field["matchLabels"]
    if not field.visit({"matchLabels": lambda _: True}) or not isinstance(labels.value, dict):
        field.lost("must be matchLabels")
        return None
    if not shapes.label_values(labels.value):
        labels.lost("not labels that Kubernetes takes")
        return None
    labels.converted("endpointSelector")
    return dict(labels.value)
