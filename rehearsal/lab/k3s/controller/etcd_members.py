"""Servers whose Node is deleted: their member leaves etcd first, then the Node goes."""

from rehearsal.lab.k3s import log
from rehearsal.lab.k3s.api import Object
from rehearsal.lab.k3s.controller.view import View, deleting
from rehearsal.lab.k3s.etcd import EtcdApi
from rehearsal.lab.k3s.registration import FINALIZER, MEMBER


async def reconcile(view: View, etcd: EtcdApi, own: str) -> None:
    """One pass; `own` is the Node of the server that this runs on."""
    for node in view["nodes"]:
        if deleting(node) and FINALIZER in (node["metadata"].get("finalizers") or ()):
            await _leave(view, etcd, node, own)


async def _leave(view: View, etcd: EtcdApi, node: Object, own: str) -> None:
    name = (node["metadata"].get("annotations") or {}).get(MEMBER, "")
    members = await etcd.members()
    member = next((found for found in members if found.name == name), None)
    if node["metadata"]["name"] == own:
        await _release(view, node)  # afterwards this server's etcd answers no more
    if member is not None and len(members) > 1:
        log.info(f"Removing {name} from the etcd cluster, for its node is deleted")
        await etcd.remove(member)
    if node["metadata"]["name"] != own:
        await _release(view, node)


async def _release(view: View, node: Object) -> None:
    left = [name for name in node["metadata"]["finalizers"] if name != FINALIZER]
    await view.patch("nodes", node, {"metadata": {"finalizers": left}})
    view["nodes"].drop(node)
