"""Namespaces: what each is given, and the emptying of one that is deleted."""

from collections.abc import AsyncIterator

from rehearsal.lab.k3s.api import Api, Object, Refused
from rehearsal.lab.k3s.controller.view import View, deleting

_ROOT_CA = "kube-root-ca.crt"
_DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


async def reconcile(view: View, server_ca: str) -> None:
    """One pass."""
    for namespace in view["namespaces"]:
        if deleting(namespace):
            await _empty(view, namespace)
        else:
            await _furnish(view, namespace["metadata"]["name"], server_ca)


async def _furnish(view: View, name: str, server_ca: str) -> None:
    """The default service account, and the authority that pods verify the API with."""
    if view["serviceaccounts"].get("default", name) is None:
        account = {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "default", "namespace": name},
        }
        await view.create("serviceaccounts", account)
    if view["configmaps"].get(_ROOT_CA, name) is None:
        authority = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": _ROOT_CA, "namespace": name},
            "data": {"ca.crt": server_ca},
        }
        await view.create("configmaps", authority)


async def _empty(view: View, namespace: Object) -> None:
    """Delete everything within; the namespace goes once nothing is left."""
    name = namespace["metadata"]["name"]
    left = 0
    async for base in _collections(view.api):
        path = base.format(namespace=name)
        try:
            found = (await view.api.call("GET", path)).get("items", ())
            if found:
                await view.api.call("DELETE", path)
                left += len(found)
        except Refused as problem:
            if problem.code not in (404, 405):
                raise
    if left:
        view.dirty.set()
        return
    finished = {**namespace, "spec": {"finalizers": []}}
    await view.api.call("PUT", f"/api/v1/namespaces/{name}/finalize", finished)
    view["namespaces"].drop(namespace)


async def _collections(api: Api) -> AsyncIterator[str]:
    """Paths of all kinds that live in a namespace and can be deleted together."""
    for root in ("/api", "/apis"):
        found = await api.call("GET", root, headers={"Accept": _DISCOVERY})
        for group in found["items"]:
            version = group["versions"][0]
            prefix = "/".join(
                filter(None, (root, group["metadata"].get("name"), version["version"]))
            )
            for kind in version.get("resources", ()):
                if kind["scope"] == "Namespaced" and {"list", "deletecollection"} <= {
                    *kind["verbs"]
                }:
                    yield f"{prefix}/namespaces/{{namespace}}/{kind['resource']}"
