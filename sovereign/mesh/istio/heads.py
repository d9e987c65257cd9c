"""Metadata of an object: what goes over to the objects that come of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sovereign.mesh.istio import shapes
from sovereign.mesh.istio.document import Document
from sovereign.mesh.istio.field import Field
from sovereign.mesh.manifest import Manifest, identity

BY_THE_SERVER = (
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "managedFields",
    "selfLink",
)
KUBECTL = "kubectl.kubernetes.io/last-applied-configuration"


@dataclass(frozen=True)
class Head:
    """Labels and annotations for every object that comes of a document."""

    labels: dict[str, str]
    annotations: dict[str, str]


def head(document: Document) -> Head:
    """What goes over; the fields are accounted for by `account`."""
    metadata = document.root["metadata"]
    labels = {key: f.value for key, f in metadata["labels"].entries() if _is_label(f)}
    annotations = {
        key: f.value for key, f in metadata["annotations"].entries() if _is_annotation(key, f)
    }
    return Head(labels, annotations)


def account(document: Document, emitted: Sequence[Manifest]) -> None:
    """Say what became of apiVersion, kind, metadata and status."""
    to = ", ".join(map(identity, emitted))
    fields = [document.root["apiVersion"], document.root["kind"]]
    metadata = document.root["metadata"]
    fields += [metadata["name"], metadata["namespace"]]
    for field in fields:
        if emitted:
            field.converted(to)
        else:
            field.differs("no manifest comes of this object")
    for key, field in metadata.entries():
        if key in BY_THE_SERVER:
            field.differs("written by the API server, which writes it anew")
    _account_each(metadata["labels"], set(head(document).labels), bool(emitted))
    _account_each(metadata["annotations"], set(head(document).annotations), bool(emitted))
    document.root["status"].differs("written by Istio; the new objects get their own")
    if not metadata["namespace"].present:
        metadata["namespace"].aside(
            f"the object names no namespace; taken as `{document.namespace}` (--namespace)"
        )


def _account_each(field: Field, kept: set[str], emitted: bool) -> None:
    if field.value in ({}, None):
        field.converted()
    for key, below in field.entries():
        if key == KUBECTL:
            below.removed("written by kubectl, which writes it anew")
        elif "istio.io/" in key:
            below.removed("speaks to Istio alone")
        elif key in kept and emitted:
            below.converted("metadata")
        elif key in kept:
            below.differs("no manifest comes of this object")


def _is_label(field: Field) -> bool:
    return "istio.io/" not in str(field.path[-1]) and shapes.label_values({"": field.value})


def _is_annotation(key: str, field: Field) -> bool:
    return key != KUBECTL and "istio.io/" not in key and field.text is not None
