"""Helm releases as the cluster remembers them. Two charts are interpreted; of the others only the
name is kept, and which definitions they bring."""

import re
from collections.abc import Mapping
from typing import Any

from rehearsal.nodes import cilium
from rehearsal.nodes.cloud_controller import CHART, NAMESPACE, SECRET, CloudController
from rehearsal.nodes.helm_values import HelmValues
from rehearsal.nodes.ports import Release
from rehearsal.nodes.state import Cluster

INTERPRETED = (cilium.CHART, CHART)
BRINGS = {
    "cert-manager": (
        ("crds", "enabled"),
        (
            "certificaterequests.cert-manager.io",
            "certificates.cert-manager.io",
            "clusterissuers.cert-manager.io",
            "issuers.cert-manager.io",
            "challenges.acme.cert-manager.io",
            "orders.acme.cert-manager.io",
        ),
    ),
}
"""Chart -> the value that asks for its definitions, and their names [cert-manager deploy/crds]."""
_ARCHIVE = re.compile(r"(?P<name>.+?)(-v?(?P<version>\d+\.\d+\.\d+\S*?))?(\.tgz)?$")


def record(release: Release) -> dict[str, Any]:
    """What is kept of a release: values only of the interpreted charts, which hold no secret."""
    name, version = chart(release)
    values: Mapping[str, Any] = release.values if name in INTERPRETED else {}
    asked, definitions = BRINGS.get(name, ((), ()))
    found: Any = release.values
    for part in asked:
        found = found.get(part) if isinstance(found, Mapping) else None
    return {
        "chart": name,
        "version": version,
        "values": dict(values),
        "definitions": list(definitions) if found is True else [],
    }


def chart(release: Release) -> tuple[str, str]:
    """Name and version of the chart, whether it is named, an archive or a directory."""
    match = _ARCHIVE.fullmatch(release.chart.rstrip("/").rpartition("/")[2])
    assert match is not None
    return match["name"], release.version or match["version"] or ""


def key(name: str, namespace: str) -> str:
    """How the cluster files a release."""
    return f"{namespace}/{name}"


def cilium_values(cluster: Cluster) -> HelmValues | None:
    """The values of the Cilium release, if there is one."""
    found = _by_chart(cluster, cilium.CHART)
    return HelmValues(found["values"]) if found else None


def cloud_controller(cluster: Cluster) -> CloudController | None:
    """The installed cloud controller, if there is one."""
    found = _by_chart(cluster, CHART)
    if found is None:
        return None
    secret = cluster.objects.get(f"Secret/{NAMESPACE}/{SECRET}")
    return CloudController(
        found["version"], HelmValues(found["values"]), secret["digests"] if secret else None
    )


def others(cluster: Cluster) -> dict[str, dict[str, Any]]:
    """The releases that nothing here interprets."""
    return {k: r for k, r in cluster.releases.items() if r["chart"] not in INTERPRETED}


def definitions(cluster: Cluster) -> set[str]:
    """Names of the custom resource definitions that releases brought."""
    return {name for r in cluster.releases.values() for name in r.get("definitions", ())}


def _by_chart(cluster: Cluster, name: str) -> dict[str, Any] | None:
    return next((r for r in cluster.releases.values() if r["chart"] == name), None)
