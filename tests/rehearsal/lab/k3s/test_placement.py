"""Taints, selectors and affinity of real objects."""

from typing import Any

import pytest

from rehearsal.lab.k3s.controller import placement
from rehearsal.nodes.scheduling import Candidate, Taint

TAINTED = Candidate("tainted", {"zone": "a"}, (Taint("key", "value", "NoSchedule"),))
FREE = Candidate("free", {"zone": "b"}, ())


def required(*expressions: dict[str, Any]) -> dict[str, Any]:
    terms = {"nodeSelectorTerms": [{"matchExpressions": list(expressions)}]}
    return {"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}}}


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ({}, "had untolerated taint {key: value}"),
        ({"tolerations": [{"key": "key", "operator": "Exists"}]}, ""),
        (
            {"tolerations": [{"key": "key", "value": "other"}]},
            "had untolerated taint {key: value}",
        ),
        ({"tolerations": [{"operator": "Exists"}], "nodeSelector": {"zone": "a"}}, ""),
        (
            {"tolerations": [{"operator": "Exists"}], "nodeSelector": {"zone": "b"}},
            "didn't match Pod's node affinity/selector",
        ),
    ],
)
def test_a_node_refuses_what_does_not_tolerate_its_taints(
    spec: dict[str, Any], reason: str
) -> None:
    assert placement.refusal(spec, TAINTED) == reason


@pytest.mark.parametrize(
    ("operator", "values", "taken"),
    [
        ("In", ["b"], True),
        ("In", ["a"], False),
        ("NotIn", ["a"], True),
        ("Exists", None, True),
        ("DoesNotExist", None, False),
        ("Gt", ["1"], False),
    ],
)
def test_node_affinity_is_honored(operator: str, values: list[str] | None, taken: bool) -> None:
    expression = {"key": "zone", "operator": operator, "values": values}
    assert (placement.refusal(required(expression), FREE) == "") is taken


def test_pods_that_must_be_apart_never_share_a_node() -> None:
    rule = {
        "topologyKey": "kubernetes.io/hostname",
        "labelSelector": {"matchLabels": {"app": "operator"}},
    }
    apart = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [rule]}}
    pod = {"metadata": {"namespace": "kube-system"}, "spec": {"affinity": apart}}
    there: dict[str, Any] = {
        "metadata": {"namespace": "kube-system", "labels": {"app": "operator"}},
        "spec": {"nodeName": "free"},
    }
    assert placement.kept_apart(pod, "free", [there]) == "didn't match pod anti-affinity rules"
    assert placement.kept_apart(pod, "tainted", [there]) == ""
    there["metadata"]["labels"] = {"app": "other"}
    assert placement.kept_apart(pod, "free", [there]) == ""
