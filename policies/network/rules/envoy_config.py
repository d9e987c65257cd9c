"""Envoy configuration with an effect: Cilium accepts any, and runs what a listener leads to."""

from collections import Counter
from collections.abc import Sequence

from .framework.rule import Deferred, Outcome, Props, ResourceRule, Settings, Violation
from .framework.subjects import ENVOY_CONFIG
from .framework.values import Unknown, at, entries, shown, text

TYPE = "@type"
LISTENER = "envoy.config.listener.v3.Listener"
CLUSTER = "envoy.config.cluster.v3.Cluster"


def effective(props: Props, _: Settings) -> Sequence[Outcome]:
    """Judge that there is a listener, and that each cluster has a name that the agent knows."""
    listed = at(props, "spec", "resources")
    if isinstance(listed, Unknown):
        return [Deferred(listed.path)]
    kinds = [at(each, TYPE) for each in entries(listed)]
    outcomes: list[Outcome] = [Deferred(each.path) for each in kinds if isinstance(each, Unknown)]
    names = Counter(text(kind).rpartition(".")[2] for kind in kinds if text(kind))
    if not outcomes and not any(text(kind).endswith(LISTENER) for kind in kinds):
        there = ", ".join(f"{count} {name}" for name, count in names.items()) or "nothing"
        outcomes.append(Violation(f"spec.resources holds {there} and no Listener"))
    for index, each in enumerate(entries(listed)):
        if text(at(each, TYPE)).endswith(CLUSTER) and at(each, "type") == "EDS":
            outcomes += _cluster(each, f"spec.resources[{index}]")
    return outcomes


def _cluster(cluster: object, path: str) -> list[Outcome]:
    """The agent publishes endpoints as `namespace/service`; Envoy asks by service name, or name."""
    asked = [
        at(cluster, key, name)
        for key in ("edsClusterConfig", "eds_cluster_config")
        for name in ("serviceName", "service_name")
    ]
    name = next((each for each in asked if each is not None), at(cluster, "name"))
    if isinstance(name, Unknown):
        return [Deferred(name.path)]
    if "/" in text(name):
        return []
    return [Violation(f"{path} asks for endpoints of {shown(name)}, not of `namespace/service`")]


ENVOY_CONFIG_LISTENER = ResourceRule(
    id="envoy-config-listener",
    level="mandatory",
    severity="high",
    prevents="A circuit breaker is one: Cilium accepts an Envoy configuration without a listener, "
    "or with a cluster that it publishes no endpoints for, and nothing happens.",
    learned_from=(
        "cilium pkg/ciliumenvoyconfig/controller.go",
        "cilium examples: envoy-circuit-breaker.yaml",
    ),
    fix="write Listener, RouteConfiguration and an EDS Cluster named `namespace/service`, or use "
    "circuit_breaker of sovereign.mesh, which does",
    tags=("mesh", "nist-800-53:CM-6"),
    subjects=(ENVOY_CONFIG,),
    check=effective,
)
