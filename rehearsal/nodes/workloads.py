"""The workloads of a cluster at rest: what k3s, Cilium, the cloud controller and people brought,
and how each fares."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.nodes import api_path, cilium
from rehearsal.nodes.bring_up import BringUp
from rehearsal.nodes.dialing import timed_out
from rehearsal.nodes.releases import others
from rehearsal.nodes.scheduling import (
    CONTROL_PLANE,
    Placement,
    Workload,
    exists,
    place,
    tolerations,
)

KUBE_SYSTEM = "kube-system"
KINDS = ("Deployment", "DaemonSet", "StatefulSet")
_K3S_TOLERATIONS = (*exists("CriticalAddonsOnly"), *exists(CONTROL_PLANE, effect="NoSchedule"))
_K3S_ADDONS = {
    "coredns": "coredns",
    "metrics-server": "metrics-server",
    "local-storage": "local-path-provisioner",
}
"""Item of `disable` -> Deployment [k3s `manifests/`]."""
NO_CERTIFICATES = (
    'MountVolume.SetUp failed for volume "tls": secret "hubble-relay-client-certs" not found'
)


@dataclass(frozen=True)
class WorkloadState:
    """How a workload fares."""

    reference: str
    """`kind/namespace/name`."""
    desired: int
    ready: int
    reason: str
    """Why it is not all ready, or empty."""

    @property
    def is_ready(self) -> bool:
        """Whether all of its pods are, and there is one."""
        return not self.reason and 0 < self.desired <= self.ready


def workloads(rest: BringUp) -> tuple[WorkloadState, ...]:
    """Every workload of the cluster."""
    return (*_of_cilium(rest), *_of_cloud_controller(rest), *_of_k3s(rest), *_of_people(rest))


def _of_cilium(rest: BringUp) -> Iterator[WorkloadState]:
    values = rest.cilium
    if values is None:
        return
    failures = {facts.name: rest.agent_failure(facts) for facts in rest.facts}
    yield _state(cilium.agent(), place(cilium.agent(), rest.candidates), failures)
    operator = rest.stage.operator or place(cilium.operator(values), rest.candidates)
    heard = {f.name: f.silence or f.agent_failure for f in rest.facts}
    yield _state(cilium.operator(values), operator, heard)
    if values.on("envoy.enabled", default=True):
        without = {
            name: "cilium-agent does not run there" if why else "" for name, why in failures.items()
        }
        yield _state(cilium.envoy(), place(cilium.envoy(), rest.candidates), without)
    certificates = ""
    if cilium.makes_certificates_in_cluster(values):
        job = place(cilium.certificate_job(values), rest.candidates)
        certificates = f"{NO_CERTIFICATES} (job: {job.pending})" if job.pending else ""
    for workload in cilium.hubble(values):
        relay = workload.name == "hubble-relay"
        yield _on_pod_network(rest, workload, certificates if relay else "")


def _of_cloud_controller(rest: BringUp) -> Iterator[WorkloadState]:
    if rest.controller is None:
        return
    workload = rest.controller.workload()
    placement = rest.stage.controller or place(workload, rest.candidates)
    failure = rest.controller.start_failure(rest.world.networks)
    failures = {f.name: failure or _service_failure(rest, f.name) for f in rest.facts}
    yield _state(workload, placement, failures)


def _of_k3s(rest: BringUp) -> Iterator[WorkloadState]:
    disabled = rest.cluster.k3s.items("disable")
    for item, name in _K3S_ADDONS.items():
        if item not in disabled:
            workload = Workload("deployment", KUBE_SYSTEM, name, tolerations=_K3S_TOLERATIONS)
            yield _on_pod_network(rest, workload)
    if "traefik" not in disabled and not rest.cluster.k3s.flag("disable-helm-controller"):
        yield _on_pod_network(
            rest, Workload("deployment", KUBE_SYSTEM, "traefik", tolerations=_K3S_TOLERATIONS)
        )


def _of_people(rest: BringUp) -> Iterator[WorkloadState]:
    for stored in rest.cluster.objects.values():
        if stored["kind"] in KINDS:
            yield _on_pod_network(rest, _workload(stored))
    for key in others(rest.cluster):
        namespace, _, name = key.partition("/")
        yield _on_pod_network(rest, Workload("release", namespace, name))


def _workload(stored: Mapping[str, Any]) -> Workload:
    pod = stored["pod"]
    return Workload(
        kind=stored["kind"].lower(),
        namespace=stored["namespace"],
        name=stored["name"],
        replicas=int(stored["replicas"]),
        tolerations=tolerations(pod.get("tolerations") or ()),
        node_selector=tuple(sorted((pod.get("nodeSelector") or {}).items())),
    )


def _on_pod_network(rest: BringUp, workload: Workload, failure: str = "") -> WorkloadState:
    """A workload whose pods live on the pod network and need Service addresses."""
    failures = {f.name: failure or _service_failure(rest, f.name) for f in rest.facts}
    return _state(workload, place(workload, rest.candidates), failures)


def _service_failure(rest: BringUp, node: str) -> str:
    if rest.serves_services(node):
        return ""
    return timed_out(api_path.service_address(rest.cluster), api_path.SERVICE_PORT)


def _state(workload: Workload, placement: Placement, failures: Mapping[str, str]) -> WorkloadState:
    failing = [f"{node}: {failures[node]}" for node in placement.nodes if failures.get(node)]
    reasons = [*failing, *([placement.pending] if placement.pending else [])]
    if not placement.desired:
        reasons.append("no node takes it")
    return WorkloadState(
        reference=workload.reference,
        desired=placement.desired,
        ready=len(placement.nodes) - len(failing),
        reason="; ".join(reasons),
    )
