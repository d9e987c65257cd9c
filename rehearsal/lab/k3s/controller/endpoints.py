"""The endpoints of the `kubernetes` Service: every server that is heard, on its 6443."""

from rehearsal.lab.k3s.api import Object, Refused
from rehearsal.lab.k3s.controller.lifecycle import Lifecycle
from rehearsal.lab.k3s.controller.view import View, deleting
from rehearsal.nodes.scheduling import CONTROL_PLANE

_NAME = "kubernetes"
_ENDPOINTS = "/api/v1/namespaces/default/endpoints"


async def reconcile(view: View, lifecycle: Lifecycle, port: int) -> None:
    """One pass."""
    wanted = sorted(
        address
        for node in view["nodes"]
        if CONTROL_PLANE in (node["metadata"].get("labels") or {})
        and not deleting(node)
        and lifecycle.is_heard(node["metadata"]["name"])
        for address in [_address(node)]
        if address
    )
    known = view["endpointslices"].get(_NAME, "default")
    if not wanted or (known is not None and _addresses(known) == wanted):
        return
    ports = [{"name": "https", "port": port, "protocol": "TCP"}]
    body = {
        "endpoints": [{"addresses": [one], "conditions": {"ready": True}} for one in wanted],
        "ports": ports,
    }
    if known is None:
        identity = {
            "name": _NAME,
            "namespace": "default",
            "labels": {"kubernetes.io/service-name": _NAME},
        }
        kind = {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice"}
        await view.create(
            "endpointslices", {**kind, "metadata": identity, "addressType": "IPv4", **body}
        )
    else:
        await view.patch("endpointslices", known, body)
    await _endpoints(view, [{"addresses": [{"ip": one} for one in wanted], "ports": ports}])


async def _endpoints(view: View, subsets: list[Object]) -> None:
    """The older form of the same, which some clients still read."""
    thing = {
        "apiVersion": "v1",
        "kind": "Endpoints",
        "metadata": {
            "name": _NAME,
            "namespace": "default",
            "labels": {"endpointslice.kubernetes.io/skip-mirror": "true"},
        },
        "subsets": subsets,
    }
    try:
        await view.api.call("PUT", f"{_ENDPOINTS}/{_NAME}", thing)
    except Refused as problem:
        if problem.code != 404:
            raise
        await view.api.call("POST", _ENDPOINTS, thing)


def _address(node: Object) -> str:
    found = node.get("status", {}).get("addresses") or ()
    return next((str(a["address"]) for a in found if a["type"] == "InternalIP"), "")


def _addresses(known: Object) -> list[str]:
    return sorted(one for e in known.get("endpoints") or () for one in e["addresses"])
