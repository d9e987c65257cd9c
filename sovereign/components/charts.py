"""What the program's Helm releases have in common, and the check of a pinned chart that lies on
this machine.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pulumi
from pulumi_kubernetes.helm.v3 import Release

RELEASE_TIMEOUT_S = 900
"""Seconds for hooks; workloads are waited for by the ready gate, which can say what is wrong."""


def release(
    logical_name: str,
    *,
    release_name: str,
    namespace: str,
    chart: str,
    version: str,
    sha256: str | None,
    values: Mapping[str, Any],
    parent: pulumi.Resource,
    depends_on: Sequence[pulumi.Resource],
    deleted_with: pulumi.Resource,
) -> Release:
    """A pinned release of exactly one owner. `v4.Chart` must render in a first preview and cannot
    (pulumi-kubernetes#3027).

    It is not awaited: an awaited one ends with "failed to become available" and no reason. It goes
    with the network, for deleting it then could reach nobody (pulumi-kubernetes#2675), and not with
    a server: engines from 3.260 on replace what is deleted with something that they replace.
    """
    verify(chart, sha256)
    return Release(
        logical_name,
        name=release_name,
        namespace=namespace,
        chart=chart,
        version=version,
        values=dict(values),
        skip_await=True,
        timeout=RELEASE_TIMEOUT_S,
        opts=pulumi.ResourceOptions(
            parent=parent,
            depends_on=list(depends_on),
            deleted_with=deleted_with,
            delete_before_replace=True,
        ),
    )


def verify(chart: str, sha256: str | None) -> None:
    """RunError where a chart on this machine is missing, or is a pinned archive of another
    checksum. Charts behind a URL are fetched by Helm.
    """
    if "://" in chart:
        return
    path = Path(chart)
    if not path.exists():
        raise pulumi.RunError(
            f"{chart} is not there: artifacts.yaml names it as a chart, which is the path of a "
            "directory or an archive, or a URL (https://, oci://)"
        )
    if sha256 is None or not path.is_file():
        return
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != sha256:
        raise pulumi.RunError(
            f"{chart} has the checksum {found}, artifacts.yaml pins {sha256}; fetch it again"
        )
