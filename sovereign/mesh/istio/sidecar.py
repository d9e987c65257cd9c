"""What the sidecar left in other objects: annotations, labels, containers, volumes."""

import copy
from collections.abc import Iterator, Sequence
from typing import Any

from sovereign.mesh.istio.document import Document
from sovereign.mesh.istio.field import Field

TEMPLATES: tuple[tuple[str, ...], ...] = (
    (),
    ("spec", "template"),
    ("spec", "jobTemplate", "spec", "template"),
)
LABELS = ("istio-injection", "istio.io/rev", "istio.io/dataplane-mode", "istio.io/use-waypoint")
"""Also everything below a domain of Istio."""
CONTAINERS = ("istio-proxy", "istio-init", "istio-validation")
VOLUMES = (
    "istio-envoy",
    "istio-data",
    "istio-podinfo",
    "istio-token",
    "istiod-ca-cert",
    "istio-ca-crl",
    "workload-socket",
    "credential-socket",
    "workload-certs",
)
ADMIN = ("localhost:15020", "127.0.0.1:15020", "localhost:15000", "127.0.0.1:15000", "quitquitquit")
SPEAKS = "speaks to the sidecar, which is gone: take it out"
IN_USE = "a selector uses this label: change the selector first"


def clean(document: Document, selected: set[str]) -> dict[str, Any] | None:
    """Account for an object that is not Istio's; the object without the sidecar's parts, or None
    where there are none. `selected`: label keys that a selector of the input uses.
    """
    document.root.untouched()
    gone = [field for at in TEMPLATES for field in _parts(document.root, at, selected)]
    for field in gone:
        field.removed("belonged to the sidecar")
    _speakers(document.root)
    return _without(document.value, gone) if gone else None


def selected_labels(documents: Sequence[Document]) -> set[str]:
    """Label keys that selectors of the input use."""
    keys: set[str] = set()
    for document in documents:
        selector = document.spec["selector"]
        plain = selector["matchLabels"] if selector["matchLabels"].present else selector
        keys |= {key for key, _ in plain.entries()}
        for expression in selector["matchExpressions"].each():
            keys.add(expression["key"].text or "")
    return keys


def of_istio(key: str) -> bool:
    """Whether an annotation or label is Istio's."""
    domain = key.partition("/")[0]
    return key in LABELS or domain == "istio.io" or domain.endswith(".istio.io")


def _parts(root: Field, at: tuple[str, ...], selected: set[str]) -> Iterator[Field]:
    place = root
    for part in at:
        place = place[part]
    for key, field in place["metadata"]["annotations"].entries():
        if of_istio(key):
            yield field
    for key, field in place["metadata"]["labels"].entries():
        if of_istio(key) and key in selected:
            field.lost(IN_USE)
        elif of_istio(key):
            yield field
    yield from _of_pod(place["spec"])


def _of_pod(spec: Field) -> Iterator[Field]:
    mounted: set[str] = set()
    for kind in ("containers", "initContainers"):
        for container in spec[kind].each():
            if container["name"].text in CONTAINERS:
                yield container
            else:
                mounted |= {mount["name"].text or "" for mount in container["volumeMounts"].each()}
    for volume in spec["volumes"].each():
        if volume["name"].text in VOLUMES and volume["name"].text not in mounted:
            yield volume


def _speakers(field: Field) -> None:
    """Find texts that speak to the sidecar's own ports."""
    text = field.text
    if text is not None and any(admin in text for admin in ADMIN):
        field.lost(SPEAKS)
    for below in [*field.each(), *(value for _, value in field.entries())]:
        _speakers(below)


def _without(value: dict[str, Any], gone: Sequence[Field]) -> dict[str, Any]:
    """A copy without those fields, and without mappings that this leaves empty."""
    made = copy.deepcopy(value)
    for field in reversed(gone):
        *above, last = field.path
        places: list[Any] = [made]
        for part in above:
            places.append(places[-1][part])
        del places[-1][last]
        if not places[-1] and above:
            del places[-2][above[-1]]
    return made
