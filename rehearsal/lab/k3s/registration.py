"""What a server says of its own Node beyond what a kubelet may say: its role, its etcd member."""

from rehearsal.lab.k3s.api import MERGE, Api, Object
from rehearsal.nodes.scheduling import CONTROL_PLANE

ETCD_ROLE = "node-role.kubernetes.io/etcd"
MEMBER = "etcd.k3s.cattle.io/node-name"
"""Annotation: the member's name in etcd."""
FINALIZER = "wrangler.cattle.io/managed-etcd-controller"
"""Keeps a server's Node until its member is out of etcd."""


async def mark_server(admin: Api, node: str, member: str) -> None:
    """Write them.

    Raises:
        Refused, OSError, TimeoutError: the API server does not take it.
    """
    path = f"/api/v1/nodes/{node}"
    known: Object = await admin.call("GET", path)
    metadata = {
        "labels": {CONTROL_PLANE: "true", ETCD_ROLE: "true"},
        "annotations": {MEMBER: member},
        "finalizers": sorted({*known["metadata"].get("finalizers", ()), FINALIZER}),
    }
    await admin.call("PATCH", path, {"metadata": metadata}, content=MERGE)
