"""Kubernetes objects as an API server shows them, cut down to what the scripts read."""

from typing import Any

CONTROL_PLANE_TAINT = "node-role.kubernetes.io/control-plane"
UNINITIALIZED = "node.cloudprovider.kubernetes.io/uninitialized"


def node(
    name: str,
    address: str | None = "10.0.1.20",
    ready: str = "True",
    reason: str = "KubeletReady",
    message: str = "kubelet is posting ready status",
    taints: tuple[str, ...] = (),
    provider_id: str = "",
) -> dict[str, Any]:
    """Build a Node; without an address it holds only its host name."""
    addresses = [{"type": "Hostname", "address": name}]
    if address:
        addresses.insert(0, {"type": "InternalIP", "address": address})
    memory = {"type": "MemoryPressure", "status": "False", "reason": "KubeletHasSufficientMemory"}
    condition = {"type": "Ready", "status": ready, "reason": reason, "message": message}
    spec: dict[str, Any] = {"providerID": provider_id} if provider_id else {}
    if taints:
        spec["taints"] = [{"key": key, "value": "true", "effect": "NoSchedule"} for key in taints]
    status = {"addresses": addresses, "conditions": [memory, condition]}
    return {"kind": "Node", "metadata": {"name": name}, "spec": spec, "status": status}


def daemon_set(
    name: str, desired: int, ready: int, updated: int | None = None, observed: int = 1
) -> dict[str, Any]:
    """Build a DaemonSet of kube-system in generation 1."""
    status = {
        "desiredNumberScheduled": desired,
        "numberReady": ready,
        "updatedNumberScheduled": desired if updated is None else updated,
        "observedGeneration": observed,
    }
    metadata = {"namespace": "kube-system", "name": name, "generation": 1}
    return {"kind": "DaemonSet", "metadata": metadata, "spec": {}, "status": status}


def deployment(name: str, desired: int, ready: int) -> dict[str, Any]:
    """Build a Deployment of kube-system, whose status leaves out zeros as the real one does."""
    status = {"observedGeneration": 1, "updatedReplicas": desired}
    if ready:
        status["readyReplicas"] = ready
    metadata = {"namespace": "kube-system", "name": name, "generation": 1}
    return {
        "kind": "Deployment",
        "metadata": metadata,
        "spec": {"replicas": desired},
        "status": status,
    }
