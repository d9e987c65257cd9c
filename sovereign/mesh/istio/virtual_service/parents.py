"""What a route is attached to: Gateways, and the Services whose callers it is for."""

from dataclasses import dataclass, field
from typing import Any

from sovereign.mesh.istio import shapes
from sovereign.mesh.istio.document import Document
from sovereign.mesh.istio.field import Field
from sovereign.mesh.istio.inventory import MESH, Inventory

PARENTS_LIMIT = 32
HOSTS_LIMIT = 16
Reference = dict[str, Any]


@dataclass
class Parents:
    """Of one VirtualService."""

    gateways: list[Reference] = field(default_factory=list)
    host_names: list[str] = field(default_factory=list)
    """Of the route at the Gateways; [] means all hosts."""
    services: list[Reference] = field(default_factory=list)


def parents(document: Document, inventory: Inventory) -> Parents:
    """The attachments; a list is empty where nothing of it could be written."""
    made = Parents()
    spec = document.spec
    listed = spec["gateways"].each()
    in_mesh = not spec["gateways"].present or spec["gateways"].value in ([], None)
    if in_mesh:
        spec["gateways"].converted("parentRefs (Service)")
    for below in listed:
        if below.text == MESH:
            in_mesh = True
            below.converted("parentRefs (Service)")
        else:
            _gateway(below, document.namespace, made)
    outside = bool(made.gateways)
    every_host = False
    for below in spec["hosts"].each():
        attached = in_mesh and _service(below, document.namespace, inventory, made)
        if outside:
            every_host |= _host_name(below, made)
        elif not attached:
            below.lost(_why_not(below, document.namespace, inventory, in_mesh=in_mesh))
    if every_host:
        made.host_names = []
    elif not made.host_names or len(made.host_names) > HOSTS_LIMIT:
        made.gateways = []
    for listing, refs in (("gateways", made.gateways), ("hosts", made.services)):
        if len(refs) > PARENTS_LIMIT:
            spec[listing].lost(f"a route has at most {PARENTS_LIMIT} parents")
            refs.clear()
    if outside and not made.gateways:
        spec["hosts"].lost(f"a route has 1 to {HOSTS_LIMIT} host names: no route at the gateways")
    return made


def _gateway(below: Field, home: str, made: Parents) -> None:
    namespace, slash, name = (below.text or "").rpartition("/")
    space = namespace if slash else home
    if not shapes.label(space) or not shapes.object_name(name):
        below.lost("must be `namespace/name` or a name")
        return
    reference = {"name": name, "namespace": space}
    if reference not in made.gateways:
        made.gateways.append(reference)
    below.differs(
        f"a Gateway of Gateway API named {space}/{name} must exist; Istio's is another kind",
        "parentRefs",
    )


def _service(below: Field, home: str, inventory: Inventory, made: Parents) -> bool:
    name = inventory.resolve(below.text or "", home)
    if name is None or name.namespace != home:
        return False
    reference = {"group": "", "kind": "Service", "name": name.name}
    if reference not in made.services:
        made.services.append(reference)
    return below.converted("parentRefs (Service)")


def _host_name(below: Field, made: Parents) -> bool:
    """Adds the host; True where it means every host."""
    text = below.text or ""
    if text == "*":
        return below.converted("no hostnames: all")
    if not shapes.host_name(text):
        return below.lost("not a host name that HTTPRoute takes")
    if text not in made.host_names:
        made.host_names.append(text)
    below.converted("hostnames")
    return False


def _why_not(below: Field, home: str, inventory: Inventory, *, in_mesh: bool) -> str:
    name = inventory.resolve(below.text or "", home)
    if name is not None and in_mesh:
        return (
            f"Cilium takes routes of a Service from the Service's own namespace alone: move it to "
            f"{name.namespace}"
        )
    return "no Service of the cluster, so callers inside it cannot be routed by it"
