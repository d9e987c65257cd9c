"""The sets of definitions that clusters of this project have."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.mesh.definitions import Definitions

CILIUM = ("1.19.6", "1.20.2")
CHANNELS = ("standard", "experimental")


@cache
def cluster(reference: Path, cilium: str, channel: str) -> Definitions:
    """A cluster with that Cilium, that channel of Gateway API, both operators and ExternalDNS."""
    return Definitions(
        reference / f"cilium-{cilium}" / "crds",
        reference / "gateway-api-1.6.1" / channel,
        reference / "opentelemetry",
        reference / "prometheus-operator",
        reference / "external-dns",
    )


Accepts = Callable[[list[dict[str, Any]]], None]


def acceptance(reference: Path, channels: tuple[str, ...] = CHANNELS) -> Accepts:
    """Asserts that every cluster of these channels takes all the manifests."""

    def accepts(manifests: list[dict[str, Any]]) -> None:
        assert manifests, "nothing was made"
        for cilium in CILIUM:
            for channel in channels:
                definitions = cluster(reference, cilium, channel)
                for manifest in manifests:
                    if found := definitions.errors(manifest):
                        pytest.fail(f"Cilium {cilium}, {channel}: {found}")

    return accepts
