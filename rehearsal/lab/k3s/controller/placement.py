"""Which nodes take a pod: the rules and words of the node model, asked with real objects."""

from collections.abc import Iterable, Mapping
from typing import Any

from rehearsal.lab.k3s.api import Object
from rehearsal.nodes.scheduling import Candidate, Taint, Workload, obstacle, tolerations

_HOSTNAME = "kubernetes.io/hostname"
_APART = "didn't match pod anti-affinity rules"
_AFFINITY = "didn't match Pod's node affinity/selector"


def candidates(nodes: Iterable[Object]) -> list[Candidate]:
    """Nodes as the scheduler sees them, the earliest registered first."""
    ordered = sorted(
        nodes, key=lambda n: (n["metadata"]["creationTimestamp"], n["metadata"]["name"])
    )
    return [
        Candidate(
            node["metadata"]["name"],
            node["metadata"].get("labels") or {},
            tuple(
                Taint(t["key"], t.get("value", ""), t["effect"])
                for t in node["spec"].get("taints") or ()
            ),
        )
        for node in ordered
    ]


def refusal(spec: Mapping[str, Any], candidate: Candidate, more: Iterable[Object] = ()) -> str:
    """Why a node does not take a pod, or empty; `more` are tolerations beside its own."""
    workload = Workload(
        kind="pod",
        namespace="",
        name="",
        tolerations=tolerations([*(spec.get("tolerations") or ()), *more]),
        node_selector=tuple((spec.get("nodeSelector") or {}).items()),
    )
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    if required and not any(_matches(term, candidate) for term in required["nodeSelectorTerms"]):
        return _AFFINITY
    return obstacle(workload, candidate)


def kept_apart(pod: Object, node: str, pods: Iterable[Object]) -> str:
    """Why pods that are on a node keep this one away, or empty."""
    affinity = (pod["spec"].get("affinity") or {}).get("podAntiAffinity") or {}
    for term in affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or ():
        labels = (term.get("labelSelector") or {}).get("matchLabels") or {}
        expressions = (term.get("labelSelector") or {}).get("matchExpressions") or ()
        if term.get("topologyKey") != _HOSTNAME:
            continue
        for other in pods:
            held = other["metadata"].get("labels") or {}
            same = other["spec"].get("nodeName") == node and (
                other["metadata"]["namespace"] == pod["metadata"]["namespace"]
            )
            if same and labels.items() <= held.items() and _all(expressions, held):
                return _APART
    return ""


def _matches(term: Mapping[str, Any], candidate: Candidate) -> bool:
    fields = {"metadata.name": candidate.name}
    return _all(term.get("matchExpressions") or (), candidate.labels) and _all(
        term.get("matchFields") or (), fields
    )


def _all(expressions: Iterable[Mapping[str, Any]], labels: Mapping[str, str]) -> bool:
    return all(_holds(expression, labels) for expression in expressions)


def _holds(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    value = labels.get(expression["key"])
    values = expression.get("values") or ()
    answers = {
        "In": value in values,
        "NotIn": value not in values,
        "Exists": value is not None,
        "DoesNotExist": value is None,
    }
    return answers.get(expression["operator"], False)
