"""The pod range of each Node: the next free /24 of `cluster-cidr`, as k3s' controller gives it; and
k3s' own cloud controller, where it is on."""

from ipaddress import ip_network

from rehearsal.lab.k3s.controller.view import View
from rehearsal.nodes.k3s import K3s
from rehearsal.nodes.scheduling import UNINITIALIZED

_PREFIX = 24


async def reconcile(view: View, k3s: K3s) -> None:
    """One pass."""
    nodes = sorted(
        view["nodes"], key=lambda n: (n["metadata"]["creationTimestamp"], n["metadata"]["name"])
    )
    taken = {node["spec"].get("podCIDR") for node in nodes}
    pods = ip_network(k3s.text("cluster-cidr", "10.42.0.0/16"))
    free = (str(block) for block in pods.subnets(new_prefix=max(_PREFIX, pods.prefixlen)))
    for node in nodes:
        if node["spec"].get("podCIDR"):
            continue
        block = next((one for one in free if one not in taken), None)
        if block is not None:
            await view.patch("nodes", node, {"spec": {"podCIDR": block, "podCIDRs": [block]}})
    if not k3s.flag("disable-cloud-controller"):
        await _initialize(view)


async def _initialize(view: View) -> None:
    for node in view["nodes"]:
        taints = node["spec"].get("taints") or []
        kept = [taint for taint in taints if taint["key"] != UNINITIALIZED]
        if not node["spec"].get("providerID"):
            identity = f"k3s://{node['metadata']['name']}"
            await view.patch("nodes", node, {"spec": {"providerID": identity, "taints": kept}})
