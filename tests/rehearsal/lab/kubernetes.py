"""Objects as `kubectl get -o json` shows them, with what the tests are about filled in."""

from typing import Any

KUBE_SYSTEM = "kube-system"


def node(name: str, number: int = 0, ready: str = "True", **more: Any) -> dict[str, Any]:
    """A Node, the `number`-th to register."""
    condition = {"type": "Ready", "status": ready, "message": more.pop("message", "")}
    return {
        "kind": "Node",
        "metadata": {"name": name, "creationTimestamp": f"2026-11-22T10:00:{number:02}Z"},
        "spec": more,
        "status": {"conditions": [condition]},
    }


def daemon_set(name: str, desired: int, ready: int, **environment: str) -> dict[str, Any]:
    """A DaemonSet of one container."""
    env = [{"name": key, "value": value} for key, value in environment.items()]
    return {
        "kind": "DaemonSet",
        "metadata": {"name": name, "namespace": KUBE_SYSTEM},
        "spec": {
            "selector": {"matchLabels": {"app": name}},
            "template": {"spec": {"containers": [{"name": name, "env": env}]}},
        },
        "status": {"desiredNumberScheduled": desired, "numberReady": ready},
    }


def deployment(name: str, replicas: int, ready: int) -> dict[str, Any]:
    """A Deployment."""
    return {
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": KUBE_SYSTEM},
        "spec": {"selector": {"matchLabels": {"app": name}}, "replicas": replicas},
        "status": {"readyReplicas": ready},
    }


def pod(app: str, on: str = "", ended: str = "", pending: str = "") -> dict[str, Any]:
    """A pod of that workload: on a node and ready, or with why its container ended; or pending."""
    container: dict[str, Any] = {"name": app, "ready": not ended}
    if ended:
        container["state"] = {"waiting": {"message": "back-off 2s restarting failed container"}}
        container["lastState"] = {"terminated": {"message": ended}}
    scheduled = {"type": "PodScheduled", "status": "False", "message": pending}
    return {
        "kind": "Pod",
        "metadata": {"name": f"{app}-1", "namespace": KUBE_SYSTEM, "labels": {"app": app}},
        "spec": {"nodeName": on} if on else {},
        "status": {"conditions": [scheduled]} if pending else {"containerStatuses": [container]},
    }
