"""Taints, tolerations, and where the scheduler puts pods, in the scheduler's own words."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

NO_SCHEDULE = "NoSchedule"
NO_EXECUTE = "NoExecute"
UNINITIALIZED = "node.cloudprovider.kubernetes.io/uninitialized"
AGENT_NOT_READY = "node.cilium.io/agent-not-ready"
NOT_READY = "node.kubernetes.io/not-ready"
NETWORK_UNAVAILABLE = "node.kubernetes.io/network-unavailable"
CONTROL_PLANE = "node-role.kubernetes.io/control-plane"


@dataclass(frozen=True)
class Taint:
    """A mark that keeps pods away unless they tolerate it."""

    key: str
    value: str
    effect: str

    def __str__(self) -> str:
        return f"{self.key}:{self.effect}"


@dataclass(frozen=True)
class Toleration:
    """What a pod puts up with; empty fields match everything they can."""

    key: str = ""
    operator: str = "Equal"
    value: str = ""
    effect: str = ""

    def covers(self, taint: Taint) -> bool:
        """Whether the taint keeps a pod with this toleration away no longer."""
        if self.effect and self.effect != taint.effect:
            return False
        if not self.key:
            return self.operator == "Exists"
        return self.key == taint.key and (self.operator == "Exists" or self.value == taint.value)


@dataclass(frozen=True)
class Workload:
    """What asks for pods. `daemon`: one on every node that takes it; otherwise `replicas` in
    all."""

    kind: str
    """deployment, daemonset, statefulset or job."""
    namespace: str
    name: str
    replicas: int = 1
    tolerations: tuple[Toleration, ...] = ()
    node_selector: tuple[tuple[str, str], ...] = ()
    apart: bool = False
    """Two of its pods never share a node."""

    @property
    def reference(self) -> str:
        """`kind/namespace/name`."""
        return f"{self.kind}/{self.namespace}/{self.name}"


@dataclass(frozen=True)
class Candidate:
    """A node as the scheduler sees it."""

    name: str
    labels: Mapping[str, str]
    taints: tuple[Taint, ...]


@dataclass(frozen=True)
class Placement:
    """Where the pods of a workload are, and why the others are nowhere."""

    nodes: tuple[str, ...]
    desired: int
    pending: str
    """The scheduler's message, or empty."""


def place(workload: Workload, candidates: Sequence[Candidate]) -> Placement:
    """Put the pods on nodes: the earliest registered first, spread as evenly as it goes."""
    obstacles = {candidate.name: obstacle(workload, candidate) for candidate in candidates}
    fitting = [name for name, why in obstacles.items() if not why]
    if workload.kind == "daemonset":
        return Placement(tuple(fitting), len(fitting), "")
    room = min(workload.replicas, len(fitting)) if workload.apart else workload.replicas
    nodes = tuple(fitting[i % len(fitting)] for i in range(room)) if fitting else ()
    if len(nodes) == workload.replicas:
        return Placement(nodes, workload.replicas, "")
    if workload.apart:
        obstacles.update(dict.fromkeys(nodes, "didn't match pod anti-affinity rules"))
    return Placement(nodes, workload.replicas, unavailable(obstacles.values()))


def obstacle(workload: Workload, candidate: Candidate) -> str:
    """Why a node does not take a pod of the workload, or empty."""
    if any(candidate.labels.get(key) != value for key, value in workload.node_selector):
        return "didn't match Pod's node affinity/selector"
    for taint in candidate.taints:
        hard = taint.effect in (NO_SCHEDULE, NO_EXECUTE)
        if hard and not any(toleration.covers(taint) for toleration in workload.tolerations):
            return f"had untolerated taint {{{taint.key}: {taint.value}}}"
    return ""


def unavailable(obstacles: Iterable[str]) -> str:
    """The scheduler's message where no node takes a pod, from each node's reason."""
    counted = Counter(why for why in obstacles if why)
    total = sum(counted.values())
    reasons = ", ".join(
        f"{count} node(s) {obstacle}" for obstacle, count in sorted(counted.items())
    )
    return f"0/{total} nodes are available: {reasons}." if reasons else "no nodes are available"


def parse_taint(text: str) -> Taint:
    """`key=value:effect`, `key:effect` or `key=:effect`."""
    body, _, effect = text.rpartition(":")
    key, _, value = body.partition("=")
    return Taint(key, value, effect)


def tolerations(entries: Iterable[Mapping[str, Any]]) -> tuple[Toleration, ...]:
    """Tolerations as a manifest or Helm values spell them."""
    return tuple(
        Toleration(
            key=str(entry.get("key") or ""),
            operator=str(entry.get("operator") or "Equal"),
            value=str(entry.get("value") or ""),
            effect=str(entry.get("effect") or ""),
        )
        for entry in entries
    )


def exists(*keys: str, effect: str = "") -> tuple[Toleration, ...]:
    """Tolerations of the operator `Exists`."""
    return tuple(Toleration(key, "Exists", effect=effect) for key in keys)


EVERYTHING = (Toleration(operator="Exists"),)
