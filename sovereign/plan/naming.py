"""Every name and label of a Sovereign, in one place. A name is a function of the cluster's name and
a stable id.
"""

CONTROL_PLANE = "control-plane"
DEPLOY_KEY = "deploy"
"""Name of the program's own SSH key, behind the cluster's name."""
RESERVED_POOLS = (
    CONTROL_PLANE,
    "workers",
    "nodes",
    DEPLOY_KEY,
    "network",
    "join",
    "cilium",
    "ready",
)
"""Pool names that would make a worker's or group's name collide with another resource's."""
HOST_NAME_LIMIT = 63
"""Characters of one host name label (RFC 1123)."""
PLACEMENT_GROUP_SIZE = 10
"""Servers that one Hetzner spread group takes."""


def node_name(cluster: str, pool: str, node_id: int) -> str:
    """`dev-default-1`: server, host and Kubernetes node name."""
    return f"{cluster}-{pool}-{node_id}"


def placement_group(cluster: str, pool: str, node_id: int) -> str:
    """The spread group of a node: its slot is (id - 1) // 10 within its pool, whoever else is
    there.
    """
    return f"{cluster}-{pool}-{(node_id - 1) // PLACEMENT_GROUP_SIZE}"


def labels(cluster: str) -> dict[str, str]:
    """Hetzner labels of every resource."""
    return {"cluster": cluster, "managed-by": "sovereign"}


def node_labels(cluster: str, role: str, pool: str) -> dict[str, str]:
    """Hetzner labels of a server."""
    return {**labels(cluster), "role": role, "pool": pool}
