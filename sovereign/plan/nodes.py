"""From the configured ids to planned nodes: name, address, slot, k3s options, user_data of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

from sovereign.catalog import Catalog
from sovereign.config import ClusterConfig, ControlPlaneConfig, PoolConfig, Settings
from sovereign.plan import addressing, artifacts, k3s, naming, user_data
from sovereign.plan.model import NodePlan, PoolPlan, Role


@dataclass(frozen=True)
class _Context:
    settings: Settings
    catalog: Catalog
    node_cidr: IPv4Network
    has_workers: bool

    @property
    def cluster(self) -> ClusterConfig:
        return self.settings.cluster


def ids(group: ControlPlaneConfig | PoolConfig) -> tuple[int, ...]:
    """The stable ids of a group, ascending: `ids`, or `count` ids from `firstId` on; (1,) where
    nothing is said of a control plane.
    """
    if group.ids is not None:
        return tuple(sorted(group.ids))
    if group.count is not None and group.first_id is not None:
        return tuple(range(group.first_id, group.first_id + group.count))
    return (1,) if isinstance(group, ControlPlaneConfig) and group.count is None else ()


def architecture(server_types: Mapping[str, Sequence[str]], server_type: str) -> str:
    """`arm64` for Hetzner's Ampere types, `amd64` for all others."""
    return "arm64" if server_type in server_types["arm64"] else "amd64"


def plan_nodes(
    settings: Settings, catalog: Catalog, node_cidr: IPv4Network
) -> tuple[tuple[NodePlan, ...], tuple[PoolPlan, ...]]:
    """All control planes and all pools, in the order of names and ids, whatever the order of the
    configuration.
    """
    cluster = settings.cluster
    has_workers = any(ids(pool) for pool in cluster.pools.values())
    context = _Context(settings, catalog, node_cidr, has_workers)
    servers = tuple(
        _node(context, "control-plane", naming.CONTROL_PLANE, cluster.control_plane, node_id)
        for node_id in ids(cluster.control_plane)
    )
    pools = tuple(
        PoolPlan(
            name,
            pool.location or cluster.location,
            tuple(_node(context, "worker", name, pool, node_id) for node_id in ids(pool)),
        )
        for name, pool in sorted(cluster.pools.items())
    )
    return servers, pools


def _node(
    context: _Context,
    role: Role,
    pool: str,
    group: ControlPlaneConfig | PoolConfig,
    node_id: int,
) -> NodePlan:
    cluster, catalog = context.cluster, context.catalog
    generation = group.generations.get(node_id, 1)
    control_plane = role == "control-plane"
    locate = addressing.control_plane_ip if control_plane else addressing.worker_ip
    address = locate(context.node_cidr, node_id)
    name = naming.node_name(cluster.name, pool, node_id)
    binary = artifacts.resolve(
        catalog.artifacts,
        f"k3s-{architecture(catalog.server_types, group.server_type)}",
        cluster.k3s.version,
        context.settings.artifact_mirror,
    )
    through = _joins_through(context, role, node_id)
    taints = _taints(group, control_plane and context.has_workers)
    if control_plane:
        config = k3s.server_config(
            address=address,
            pod_cidr=cluster.network.pod_cidr,
            service_cidr=cluster.network.service_cidr,
            taints=taints,
            labels=group.labels,
            hardening=cluster.hardening,
            initialises=through is None,
        )
    else:
        config = k3s.agent_config(
            address=address, taints=taints, labels=group.labels, hardening=cluster.hardening
        )
    return NodePlan(
        name=name,
        role=role,
        pool=pool,
        id=node_id,
        generation=generation,
        private_ip=address,
        server_type=group.server_type,
        image=group.image,
        location=(group.location if isinstance(group, PoolConfig) else None) or cluster.location,
        placement_group=naming.placement_group(cluster.name, pool, node_id),
        hcloud_labels=naming.node_labels(cluster.name, role, pool),
        k3s_config=config,
        cloud_config=user_data.cloud_config(
            catalog.scripts,
            host_name=name,
            role=role,
            address=address,
            address_limit_s=cluster.gates.address_s,
            ssh_port=cluster.ssh.port,
            hardening=cluster.hardening,
            binary=binary,
        ),
        binary=binary,
        joins_through=through,
    )


def _joins_through(context: _Context, role: Role, node_id: int) -> str | None:
    """Everybody joins the control plane of the lowest generation and id, which joins nobody: it
    goes on from its own disk, finds a cluster at its peers, or creates one.
    """
    group = context.cluster.control_plane
    first = min(ids(group), key=lambda one: (group.generations.get(one, 1), one))
    if role == "control-plane" and node_id == first:
        return None
    return addressing.control_plane_ip(context.node_cidr, first)


def _taints(group: ControlPlaneConfig | PoolConfig, tainted_by_default: bool) -> list[str]:
    if group.taints is None:
        return [k3s.CONTROL_PLANE_TAINT] if tainted_by_default else []
    return [f"{taint.key}={taint.value}:{taint.effect}" for taint in group.taints]
