"""What no workload shows: whether pods reach each other at full size, in cipher text, and whether
Hetzner's cloud controller knows every node. The first two are proved with packets.
"""

from collections.abc import Iterable, Iterator

from rehearsal.lab import pod_network
from rehearsal.lab.status import Lab
from rehearsal.lab.survey import Found, Inside
from rehearsal.lab.view import CILIUM, CLOUD_CONTROLLER, NodeView, View
from rehearsal.nodes.scheduling import UNINITIALIZED
from rehearsal.nodes.status import ComponentStatus

CONTROLLER = "hcloud-cloud-controller-manager"
"""Under which name the stand-in of the cloud controller says on its host how it fares."""
HETZNER, K3S = "hcloud://", "k3s://"


def proven(lab: Lab, hosts: Inside) -> tuple[ComponentStatus, ...]:
    """`pod-network`, `encryption` and `provider-ids`, where the cluster has what they are about."""
    return tuple(
        ComponentStatus(name, not reason, reason) for name, reason in _properties(lab, hosts)
    )


def _properties(lab: Lab, hosts: Inside) -> Iterator[tuple[str, str]]:
    view = lab.view
    if not isinstance(view, View):
        return
    if view.has(CILIUM):
        members = {node.name for node in view.nodes}
        servers = [m.id for m in lab.machines if m.name in members and m.running]
        proof = pod_network.prove(hosts, servers)
        if len(members) > 1:
            yield "pod-network", proof.pod_network
        if view.encryption:
            yield "encryption", proof.encryption
    yield "provider-ids", next(filter(None, (_provider_id(lab, node) for node in view.nodes)), "")


def _provider_id(lab: Lab, node: NodeView) -> str:
    """Why a node is not known to Hetzner's cloud controller, or empty."""
    if node.provider_id.startswith(HETZNER):
        return ""
    name = node.name
    if node.provider_id.startswith(K3S):
        return f"{name} has the providerID {node.provider_id} of k3s' own cloud controller"
    if not any(taint.startswith(f"{UNINITIALIZED}:") for taint in node.taints):
        return f"{name} has no providerID: its kubelet runs without cloud-provider=external"
    if isinstance(lab.view, View) and not lab.view.has(CLOUD_CONTROLLER):
        return f"{name} has no providerID: no cloud controller is installed"
    return _said(lab.found.values(), name) or (
        f"{name} has no providerID: the cloud controller does not run"
    )


def _said(hosts: Iterable[Found], node: str) -> str:
    """What the cloud controller says of a node, on whatever host it runs."""
    for found in hosts:
        said = found.agents.get(CONTROLLER, {}).get("nodes", {}).get(node)
        if said:
            return str(said)
    return ""
