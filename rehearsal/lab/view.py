"""What the cluster's API holds, as `kubectl get -o json` shows it to a control plane of the lab."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rehearsal.lab.machine import last_line
from rehearsal.lab.survey import Inside
from rehearsal.nodes.project import Machine

KINDS = "nodes,pods,daemonsets,deployments,statefulsets"
GET = ("/usr/local/bin/k3s", "kubectl", "get", KINDS, "--all-namespaces", "--output=json")
LIMIT = "--request-timeout=10s"
CILIUM = "daemonset/kube-system/cilium"
CILIUM_OPERATOR = "deployment/kube-system/cilium-operator"
CLOUD_CONTROLLER = "deployment/kube-system/hcloud-cloud-controller-manager"
BATCH = ("Job",)


@dataclass(frozen=True)
class NodeView:
    """A Node."""

    name: str
    ready: str
    """True, False or Unknown."""
    message: str
    """Of its Ready condition."""
    taints: tuple[str, ...]
    """`key:effect`."""
    provider_id: str


@dataclass(frozen=True)
class WorkloadView:
    """A DaemonSet, Deployment or StatefulSet, and what keeps its pods from being ready."""

    reference: str
    """`kind/namespace/name`."""
    desired: int
    ready: int
    failing: tuple[tuple[str, str], ...]
    """(node, why) of every pod that is on a node and not ready, nodes in the order of
    registration.
    """
    pending: tuple[str, ...]
    """The scheduler's words for pods that are on none."""
    nodes: tuple[str, ...] = ()
    """Where its pods are."""


@dataclass(frozen=True)
class View:
    """Everything that the status needs."""

    nodes: tuple[NodeView, ...]
    """In the order of registration."""
    workloads: tuple[WorkloadView, ...]
    api_address: str = ""
    """`host:port` in the rendered Cilium DaemonSet; empty without one."""
    encryption: bool = False
    """Whether that DaemonSet asks for WireGuard."""
    agents: Mapping[str, str] = field(default_factory=dict)
    """Node name -> what its Cilium agent ended with, by what the kubelet reported."""

    def has(self, reference: str) -> bool:
        """Whether there is a workload of that reference."""
        return any(one.reference == reference for one in self.workloads)


@dataclass(frozen=True)
class Silence:
    """No control plane showed anything."""

    said: str
    """The last line of the last one that was asked."""


def look(hosts: Inside, servers: Iterable[Machine]) -> View | Silence:
    """Ask the control planes one after the other until one answers."""
    said = "no control plane runs"
    for server in servers:
        done = hosts.run_inside(server.id, (*GET, LIMIT))
        if done.returncode == 0:
            return read(json.loads(done.stdout)["items"])
        said = last_line(done.stderr)
    return Silence(said)


def read(items: Sequence[Mapping[str, Any]]) -> View:
    """The objects in one view."""
    of_kind: dict[str, list[Mapping[str, Any]]] = {}
    for item in items:
        of_kind.setdefault(item["kind"], []).append(item)
    nodes = sorted(of_kind.get("Node", []), key=_age)
    order = [node["metadata"]["name"] for node in nodes]
    pods = of_kind.get("Pod", [])
    workloads = [
        _workload(item, _pods_of(item, pods), order)
        for kind in ("DaemonSet", "Deployment", "StatefulSet")
        for item in of_kind.get(kind, [])
    ]
    cilium = next((x for x in of_kind.get("DaemonSet", []) if _reference(x) == CILIUM), None)
    if cilium is None:
        return View(tuple(map(_node, nodes)), tuple(workloads))
    environment = _environment(cilium)
    return View(
        tuple(map(_node, nodes)),
        tuple(workloads),
        api_address=_api_address(environment),
        encryption=environment.get("CILIUM_ENABLE_WIREGUARD") == "true",
        agents={
            pod["spec"]["nodeName"]: why
            for pod in _pods_of(cilium, pods)
            if pod["spec"].get("nodeName") and (why := _ended(pod))
        },
    )


def _age(item: Mapping[str, Any]) -> tuple[str, str]:
    meta = item["metadata"]
    return meta["creationTimestamp"], meta["name"]


def _node(item: Mapping[str, Any]) -> NodeView:
    conditions = {c["type"]: c for c in item.get("status", {}).get("conditions", [])}
    ready = conditions.get("Ready", {})
    spec = item.get("spec", {})
    return NodeView(
        name=item["metadata"]["name"],
        ready=ready.get("status", "Unknown"),
        message=ready.get("message", ""),
        taints=tuple(f"{taint['key']}:{taint['effect']}" for taint in spec.get("taints") or []),
        provider_id=spec.get("providerID", ""),
    )


def _pods_of(
    workload: Mapping[str, Any], pods: Iterable[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """Pods in its namespace that its selector takes, but those of jobs."""
    wanted = workload["spec"]["selector"]["matchLabels"].items()
    space = workload["metadata"]["namespace"]
    return [
        pod
        for pod in pods
        if pod["metadata"]["namespace"] == space
        and wanted <= (pod["metadata"].get("labels") or {}).items()
        and not any(o["kind"] in BATCH for o in pod["metadata"].get("ownerReferences") or [])
    ]


def _workload(
    item: Mapping[str, Any], pods: Sequence[Mapping[str, Any]], order: Sequence[str]
) -> WorkloadView:
    status = item.get("status", {})
    daemon = item["kind"] == "DaemonSet"
    desired = status.get("desiredNumberScheduled", 0) if daemon else item["spec"]["replicas"]
    ready = status.get("numberReady" if daemon else "readyReplicas", 0)
    bound = [pod for pod in pods if pod["spec"].get("nodeName")]
    bound.sort(key=lambda pod: _place(pod["spec"]["nodeName"], order))
    return WorkloadView(
        _reference(item),
        desired,
        ready,
        tuple((pod["spec"]["nodeName"], why) for pod in bound if (why := _failure(pod))),
        tuple(sorted({message for pod in pods if (message := _unscheduled(pod))})),
        tuple(pod["spec"]["nodeName"] for pod in bound),
    )


def _reference(item: Mapping[str, Any]) -> str:
    meta = item["metadata"]
    return f"{item['kind'].lower()}/{meta['namespace']}/{meta['name']}"


def _place(node: str, order: Sequence[str]) -> int:
    return order.index(node) if node in order else len(order)


def _failure(pod: Mapping[str, Any]) -> str:
    """Why a pod on a node is not ready: what its container said last, or what it waits for."""
    for container in pod.get("status", {}).get("containerStatuses") or []:
        if not container.get("ready"):
            return next(_said(container), "not ready yet")
    return "" if pod.get("status", {}).get("containerStatuses") else "not started yet"


def _ended(pod: Mapping[str, Any]) -> str:
    """What its container ended with, or empty."""
    statuses = pod.get("status", {}).get("containerStatuses") or []
    return next((said for status in statuses for said in _said(status)), "")


def _said(container: Mapping[str, Any]) -> Iterator[str]:
    states = (container.get("lastState") or {}), (container.get("state") or {})
    for name in ("terminated", "waiting"):
        for state in states:
            if message := (state.get(name) or {}).get("message"):
                yield message


def _unscheduled(pod: Mapping[str, Any]) -> str:
    for condition in pod.get("status", {}).get("conditions") or []:
        if condition["type"] == "PodScheduled" and condition["status"] != "True":
            return str(condition.get("message", ""))
    return ""


def _environment(daemon_set: Mapping[str, Any]) -> dict[str, str]:
    containers = daemon_set["spec"]["template"]["spec"]["containers"]
    return {one["name"]: one.get("value", "") for one in containers[0].get("env") or []}


def _api_address(environment: Mapping[str, str]) -> str:
    host, port = (environment.get(f"KUBERNETES_SERVICE_{part}", "") for part in ("HOST", "PORT"))
    return f"{host}:{port or 443}" if host else ""
