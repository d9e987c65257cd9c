"""`build`: settings and tables in, the whole plan out, or every problem of the configuration at
once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sovereign.catalog import Catalog
from sovereign.config import Settings
from sovereign.mesh.policies.host_firewall import host_firewall
from sovereign.mesh.policies.metadata_service import block_metadata
from sovereign.plan import addressing, artifacts, cilium, cloud_controller, cost, firewall
from sovereign.plan.checks import check
from sovereign.plan.model import (
    ArtifactPlan,
    CiliumPlan,
    CloudControllerPlan,
    ComponentPlan,
    NetworkPlan,
    NodePlan,
    SovereignPlan,
)
from sovereign.plan.nodes import plan_nodes
from sovereign.problems import ConfigError, Problem

K3S_COMPONENTS = (
    ComponentPlan("CoreDNS", "deployment", "kube-system", "coredns"),
    ComponentPlan("Metrics server", "deployment", "kube-system", "metrics-server"),
)
"""What k3s itself installs and the ready gate waits for."""


def build(settings: Settings, catalog: Catalog, found: Sequence[Problem] = ()) -> SovereignPlan:
    """The plan; raises ConfigError with `found` and every broken rule of `checks`."""
    problems = [*found, *check(settings, catalog)]
    if problems:
        raise ConfigError(problems)
    cluster = settings.cluster
    node_cidr = addressing.parse_range(cluster.network.node_cidr)
    assert node_cidr is not None
    control_planes, pools = plan_nodes(settings, catalog, node_cidr)
    nodes = [*control_planes, *(node for pool in pools for node in pool.nodes)]
    mesh = _cilium(settings, catalog, len(nodes))
    controller = _cloud_controller(settings, catalog)
    operators = settings.operator_cidrs
    prices = cluster.prices
    book = cost.price_book(
        prices.model_dump(by_alias=True) if prices else catalog.prices, sample=prices is None
    )
    return SovereignPlan(
        name=cluster.name,
        location=cluster.location,
        network=NetworkPlan(
            name=cluster.name,
            cidr=cluster.network.cidr,
            node_cidr=cluster.network.node_cidr,
            pod_cidr=cluster.network.pod_cidr,
            service_cidr=cluster.network.service_cidr,
            zone=addressing.NETWORK_ZONES[cluster.location],
            load_balancer_addresses=addressing.load_balancer_addresses(node_cidr),
        ),
        firewalls={
            "control-plane": firewall.control_planes(cluster.name, operators, cluster.ssh.port),
            "worker": firewall.workers(cluster.name, operators, cluster.ssh.port),
        },
        placement_groups=tuple(dict.fromkeys(node.placement_group for node in nodes)),
        control_planes=control_planes,
        pools=pools,
        api_server_address=cluster.api_server_address,
        k3s_version=cluster.k3s.version,
        cilium=mesh,
        cloud_controller=controller,
        load_balancer=cluster.load_balancer.kind,
        policies=_policies(settings),
        components=(
            *cilium.components(cluster.cilium),
            cloud_controller.component(),
            *K3S_COMPONENTS,
        ),
        artifacts=_artifacts(settings, catalog, nodes, mesh),
        operator_cidrs=operators,
        ssh_port=cluster.ssh.port,
        extra_ssh_keys=dict(sorted(cluster.ssh.extra_keys.items())),
        dial_error_limit=cluster.ssh.dial_error_limit,
        join_limit_s=cluster.gates.join_s,
        api_limit_s=cluster.gates.api_s,
        ready_limit_s=cluster.gates.ready_s,
        protect=cluster.protect,
        cost=cost.price(
            [each for node in nodes for each in cost.server(node.server_type, node.location)],
            book,
        ),
    )


def _policies(settings: Settings) -> tuple[Mapping[str, Any], ...]:
    """Cluster-wide policies, applied when everything is Ready."""
    cluster = settings.cluster
    metadata = block_metadata() if cluster.cilium.block_metadata else []
    nodes = (
        host_firewall(
            node_cidr=cluster.network.node_cidr,
            operators=settings.operator_cidrs,
            ssh_port=cluster.ssh.port,
        )
        if cluster.cilium.host_firewall
        else []
    )
    return (*metadata, *nodes)


def _cilium(settings: Settings, catalog: Catalog, nodes: int) -> CiliumPlan:
    cluster = settings.cluster
    config = cluster.cilium
    release = catalog.versions["cilium"][cilium.line(config.version)]["gatewayApi"]
    mirror = settings.artifact_mirror
    chart = artifacts.resolve(catalog.artifacts, "cilium", config.version, mirror)
    return CiliumPlan(
        version=config.version,
        chart=config.chart or artifacts.local_path(chart.url),
        chart_sha256=None if config.chart else chart.sha256,
        values=cilium.values(
            config,
            cluster=cluster.name,
            pod_cidr=cluster.network.pod_cidr,
            nodes=nodes,
            mode=cluster.api_server_address,
        ),
        pod_route_mtu=cilium.pod_route_mtu(config.mtu),
        api_server_address=cluster.api_server_address,
        manifests=artifacts.manifests(catalog.artifacts, release, mirror)
        if config.gateway_api.enabled
        else (),
    )


def _cloud_controller(settings: Settings, catalog: Catalog) -> CloudControllerPlan:
    cluster = settings.cluster
    version = cluster.cloud_controller.version
    chart = artifacts.resolve(
        catalog.artifacts, cloud_controller.NAME, version, settings.artifact_mirror
    )
    return CloudControllerPlan(
        version=version,
        chart=artifacts.local_path(chart.url),
        chart_sha256=chart.sha256,
        values=cloud_controller.values(cluster.network.pod_cidr, cluster.location),
    )


def _artifacts(
    settings: Settings, catalog: Catalog, nodes: Sequence[NodePlan], mesh: CiliumPlan
) -> tuple[ArtifactPlan, ...]:
    """Everything this Sovereign downloads, each once."""
    mirror = settings.artifact_mirror
    cluster = settings.cluster
    charts = (
        artifacts.resolve(catalog.artifacts, "cilium", cluster.cilium.version, mirror),
        artifacts.resolve(
            catalog.artifacts, cloud_controller.NAME, cluster.cloud_controller.version, mirror
        ),
    )
    binaries = {node.binary.name: node.binary for node in nodes}
    return (
        *(binaries[name] for name in sorted(binaries)),
        *(_unverified(chart) for chart in charts),
        *mesh.manifests,
    )


def _unverified(chart: ArtifactPlan) -> ArtifactPlan:
    """A chart as it counts: Helm fetches it from its URL and compares no checksum."""
    return chart if chart.url.startswith("file://") else replace(chart, sha256=None)
