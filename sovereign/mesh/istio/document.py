"""A Kubernetes object of the input, with its account."""

from dataclasses import dataclass
from typing import Any

from sovereign.mesh.istio.field import Field
from sovereign.mesh.istio.ledger import Ledger
from sovereign.mesh.istio.reading import Source

ISTIO_GROUPS = (
    "networking.istio.io",
    "security.istio.io",
    "telemetry.istio.io",
    "extensions.istio.io",
    "install.istio.io",
    "config.istio.io",
    "authentication.istio.io",
    "rbac.istio.io",
)
ROOT_NAMESPACE = "istio-system"
"""Istio's root namespace: what stands there without a selector is for the whole mesh."""


@dataclass(frozen=True)
class Settings:
    """What the input does not say."""

    namespace: str = "default"
    """Of objects that name none."""
    experimental: bool = False
    """The cluster has Gateway API's experimental channel, so HTTPRoute has `retry`."""


class Document:
    """One object, or anything else that stands in a YAML document."""

    def __init__(self, source: Source, settings: Settings) -> None:
        self.source = source
        self.ledger = Ledger(source.value)
        self.root = Field(self.ledger, (), source.value)
        self.kind = self.root["kind"].text or ""
        self.group = (self.root["apiVersion"].text or "").partition("/")[0]
        metadata = self.root["metadata"]
        self.name = metadata["name"].text or ""
        self.namespace = metadata["namespace"].text or settings.namespace

    @property
    def is_istio(self) -> bool:
        """Whether it is one of Istio's own kinds."""
        return self.group in ISTIO_GROUPS

    @property
    def spec(self) -> Field:
        """What is wanted."""
        return self.root["spec"]

    @property
    def value(self) -> dict[str, Any]:
        """The object; empty where the document is no mapping."""
        return self.source.value if isinstance(self.source.value, dict) else {}
