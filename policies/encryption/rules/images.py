"""Container images by a fixed tag or digest."""

from collections.abc import Iterator, Sequence

from .framework.pod_spec import containers
from .framework.rule import Deferred, Outcome, Props, ResourceRule, Settings, Subject, Violation
from .framework.subjects import INSTRUMENTATION, WORKLOAD
from .framework.values import Unknown, at, entries, shown, text

CHANNELS = ["latest", "stable", "edge", "main", "master", "nightly", "dev", "canary", "rolling"]
LANGUAGES = ("java", "nodejs", "python", "dotnet", "go", "apacheHttpd", "nginx")
"""Of an Instrumentation, each with an image of its own; unset, the operator's pinned one."""


def pinned(props: Props, settings: Settings) -> Sequence[Outcome] | None:
    """Judge each image: a digest, or a tag that is no channel, alone or for a base (`-alpine`)."""
    channels = entries(settings["channels"])
    outcomes: list[Outcome] = []
    images = list(_images(props))
    for path, image in images:
        if isinstance(image, Unknown):
            outcomes.append(Deferred(image.path))
            continue
        if text(image).startswith(tuple(text(each) for each in entries(settings["except"]))):
            continue
        name, _, digest = text(image).partition("@")
        tag = name.rpartition("/")[2].partition(":")[2]
        head, _, base = tag.partition("-")
        if not digest and (not tag or (head in channels and (not base or base.isalpha()))):
            outcomes.append(Violation(f"{path} is {shown(image)}, without a fixed tag or digest"))
    return outcomes if images else None


def _images(props: Props) -> Iterator[tuple[str, object]]:
    for path, container in containers(props):
        if (image := at(container, "image")) is not None:
            yield f"{path}.image", image
    for language in LANGUAGES:
        if (image := at(props, "spec", language, "image")) is not None:
            yield f"spec.{language}.image", image


IMAGES_PINNED = ResourceRule(
    id="images-pinned",
    level="mandatory",
    severity="medium",
    prevents="Two pods of one Deployment do not run two programs: `latest` and other channels are "
    "what they were when a node pulled them.",
    learned_from=("Kubernetes docs: images", "requirement: no `:latest` images"),
    fix="name a version (image: nginx:1.29.1) or a digest (image: nginx@sha256:…)",
    tags=("supply-chain", "nist-800-53:CM-2"),
    settings={
        "channels": {
            "type": "array",
            "items": {"type": "string", "minLength": 1},
            "default": CHANNELS,
            "description": "Tags that move from one version to the next.",
        },
        "except": {
            "type": "array",
            "items": {"type": "string", "minLength": 1},
            "default": [],
            "description": "Beginnings of image names that may float, such as a local registry.",
        },
    },
    subjects=(Subject((*WORKLOAD.types, *INSTRUMENTATION.types)),),
    check=pinned,
)
