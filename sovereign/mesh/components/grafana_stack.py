"""Installs the Grafana stack: four pinned Helm releases. Optional; nothing of the mesh needs it."""

from typing import TypedDict

import pulumi
from pulumi_kubernetes.helm.v3 import Release, RepositoryOptsArgs

from sovereign.mesh.observability.grafana_stack import ChartRelease

TIMEOUT_S = 900


class GrafanaStackArgs(TypedDict):
    """What is installed."""

    releases: list[ChartRelease]
    """From `grafana_stack(…)`; values may be changed before they come here."""


class GrafanaStack(pulumi.ComponentResource):
    """The releases. Pass the cluster's provider in `opts`; the namespace and its Secrets exist
    before.
    """

    releases: pulumi.Output[list[str]]
    """`name chart version` of each."""

    def __init__(
        self, name: str, args: GrafanaStackArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        chosen = args["releases"]
        titles = [f"{release.name} {release.chart} {release.version}" for release in chosen]
        super().__init__("sovereign:index:GrafanaStack", name, {"releases": titles}, opts)

        for release in chosen:
            Release(
                f"{name}-{release.name}",
                name=release.name,
                namespace=release.namespace,
                chart=release.chart,
                version=release.version,
                repository_opts=RepositoryOptsArgs(repo=release.repository),
                values=release.values,
                timeout=TIMEOUT_S,
                opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
            )

        self.releases = pulumi.Output.from_input(titles)
        self.register_outputs({"releases": self.releases})
