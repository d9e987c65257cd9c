"""Applies manifests: one Kubernetes object each, as children of one component.

`yaml.v2.ConfigGroup` cannot stand in a first preview (it asks the cluster), so each object is a
resource of its own.
"""

import re
from importlib.metadata import version as version_of
from typing import Any, TypedDict

import pulumi

from sovereign.mesh.conflicts import refuse_conflicts
from sovereign.mesh.manifest import Manifest, identity

_WORD_ENDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
"""Where a kind's next word begins; capitals in a row are one word."""


class ManifestsArgs(TypedDict):
    """What is applied."""

    manifests: list[dict[str, Any]]
    """Plain objects, for example `[*default_deny(namespace="shop"), *circuit_breaker(…)]`."""


class Object(pulumi.CustomResource):
    """Any Kubernetes object, with the type under which the provider knows it."""

    def __init__(self, name: str, manifest: Manifest, opts: pulumi.ResourceOptions) -> None:
        version, kind = manifest["apiVersion"], manifest["kind"]
        group = version if "/" in version else f"core/{version}"
        pinned = pulumi.ResourceOptions(version=version_of("pulumi_kubernetes"))
        chosen = pulumi.ResourceOptions.merge(opts, pinned)
        super().__init__(f"kubernetes:{group}:{kind}", name, dict(manifest), chosen)


class Manifests(pulumi.ComponentResource):
    """The objects. Pass the cluster's provider in `opts`; their namespaces exist before. Raises
    ConfigError where two of them cannot stand together.
    """

    objects: pulumi.Output[list[str]]
    """`Kind namespace/name` of each."""

    def __init__(
        self, name: str, args: ManifestsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        manifests = list(args["manifests"])
        refuse_conflicts(manifests)
        names = [identity(manifest) for manifest in manifests]
        super().__init__("sovereign:index:Manifests", name, {"objects": names}, opts)

        child = pulumi.ResourceOptions(parent=self)
        for manifest, title in zip(manifests, names, strict=True):
            Object(f"{name}-{_logical(title)}", manifest, child)

        self.objects = pulumi.Output.from_input(names)
        self.register_outputs({"objects": self.objects})


def _logical(title: str) -> str:
    """`HTTPRoute shop/api` -> `http-route-shop-api`."""
    kind, _, place = title.partition(" ")
    return f"{_WORD_ENDS.sub('-', kind).lower()}-{place.replace('/', '-')}"
