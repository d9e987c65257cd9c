"""The lab's status in the words of the node model: verdicts from the API, reasons from the hosts.

`tests/rehearsal/lab` compares both on every break.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rehearsal.lab.survey import Found
from rehearsal.lab.view import CILIUM, CILIUM_OPERATOR, NodeView, Silence, View, WorkloadView
from rehearsal.nodes.k3s_words import NO_CNI, SILENT
from rehearsal.nodes.project import Machine
from rehearsal.nodes.status import (
    BRING_UP_TAINTS,
    CLUSTER_LOST,
    NOT_JOINED,
    ApiPath,
    CloudInit,
    ClusterStatus,
    ComponentStatus,
    NodeStatus,
)

AGENT = "cilium-agent"
"""Under which name the stand-in of Cilium's agent says on its host how it fares."""
STAND_INS = {CILIUM: AGENT, f"{CILIUM}-envoy": "cilium-envoy", CILIUM_OPERATOR: "cilium-operator"}
"""Workload -> under which name its pods do."""
NO_LEADER = "the API does not answer: etcdserver: no leader"


@dataclass(frozen=True)
class Lab:
    """One moment of the lab."""

    machines: tuple[Machine, ...]
    found: Mapping[int, Found]
    """Server id -> what that host says."""
    view: View | Silence
    noted: Mapping[str, str]
    """Public address -> why nobody got in by SSH at the last attempt."""
    failures: Mapping[int, str]
    """Server id -> what could not be done to its host."""
    api_addresses: Mapping[str, str]
    """Node name -> `host:port` at which its Cilium looks for the API, or would."""


def status(lab: Lab, properties: Iterable[ComponentStatus]) -> ClusterStatus:
    """Nodes and components."""
    ordered = sorted(lab.machines, key=lambda m: (m.role != "control-plane", m.name))
    return ClusterStatus(
        nodes=tuple(_node(lab, machine) for machine in ordered),
        components=(*_components(lab), *properties),
    )


def _components(lab: Lab) -> tuple[ComponentStatus, ...]:
    if isinstance(lab.view, Silence):
        return ()
    said = {machine.name: lab.found.get(machine.id, Found()) for machine in lab.machines}
    found = [(one, _reason(one, said)) for one in lab.view.workloads]
    return tuple(
        ComponentStatus(one.reference, not reason and 0 < one.desired <= one.ready, reason)
        for one, reason in found
    )


def _reason(workload: WorkloadView, said: Mapping[str, Found]) -> str:
    """Why it is not ready, by what its stand-in says on the very host where it says anything: a
    kubelet that is cut off from the API can tell it nothing.
    """
    failing = dict(workload.failing)
    for node in workload.nodes:
        own = said.get(node, Found()).agents.get(STAND_INS.get(workload.reference, ""), {})
        if own.get("reason") and (node in failing or workload.ready < workload.desired):
            failing[node] = own["reason"]
    reasons = [f"{node}: {failing[node]}" for node in workload.nodes if node in failing]
    reasons += workload.pending
    if not workload.desired:
        reasons.append("no node takes it")
    elif workload.ready < workload.desired and not reasons:
        reasons.append(f"{workload.ready} of {workload.desired} pods are ready")
    return "; ".join(reasons)


def _node(lab: Lab, machine: Machine) -> NodeStatus:
    found = lab.found.get(machine.id, Found())
    ready, reason = _verdict(lab, machine, found)
    has_cilium = isinstance(lab.view, View) and lab.view.has(CILIUM)
    path = found.api_path
    return NodeStatus(
        name=machine.name,
        role=machine.role,
        server_type=machine.server_type,
        private_ip=machine.private_ip,
        ready=ready,
        reason=reason,
        api_address=lab.api_addresses[machine.name] if has_cilium else "",
        cloud_init=CloudInit(found.cloud_init_status, found.cloud_init_errors)
        if found.cloud_init_status
        else None,
        api_path=ApiPath(path["address"], path["connected"], path["error"]) if path else None,
    )


def _verdict(lab: Lab, machine: Machine, found: Found) -> tuple[bool | None, str]:
    nodes = lab.view.nodes if isinstance(lab.view, View) else ()
    node = next((one for one in nodes if one.name == machine.name), None)
    if node is not None:
        reason = _node_reason(lab, machine, found, node)
        return not reason, reason
    if not machine.running:
        return False, f"its server is {machine.status}"
    refused = lab.noted.get(machine.public_ipv4 or "", "")
    if found.joined:
        return False, _why_silent(lab)
    failure = lab.failures.get(machine.id, "") or found.failure or refused
    return (False, failure) if failure else (None, NOT_JOINED)


def _node_reason(lab: Lab, machine: Machine, found: Found, node: NodeView) -> str:
    """Why a Node is not ready for pods, or empty."""
    if node.ready == "True":
        taints = [taint for taint in node.taints if taint.partition(":")[0] in BRING_UP_TAINTS]
        return f"Ready, but tainted: {' '.join(taints)}" if taints else ""
    if not machine.running:
        return f"{SILENT} Its server is {machine.status}."
    if not found.joined:
        why = lab.failures.get(machine.id) or found.failure or "it is a new server"
        return f"{SILENT} Its k3s does not run: {why}"
    if isinstance(lab.view, View) and lab.view.has(CILIUM):
        own = found.agents.get(AGENT, {}).get("reason")
        if reason := own or lab.view.agents.get(node.name):
            return str(reason)
    if node.ready == "Unknown":
        why = found.api_path["error"] if found.api_path else ""
        return f"{SILENT} {why}".strip()
    return NO_CNI if node.message.endswith(NO_CNI) else node.message


def _why_silent(lab: Lab) -> str:
    """Why a running k3s is in no cluster that answers."""
    if isinstance(lab.view, View):
        return "belongs to another cluster: more than one server initialized one (cluster-init)"
    servers = _servers(lab.machines)
    kept = any(lab.found[server.id].datastore for server in servers if server.id in lab.found)
    return NO_LEADER if kept else CLUSTER_LOST


def _servers(machines: Sequence[Machine]) -> list[Machine]:
    return [machine for machine in machines if machine.role == "control-plane"]
