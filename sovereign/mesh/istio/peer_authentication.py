"""PeerAuthentication to CiliumNetworkPolicy.

STRICT refused callers without a certificate of the mesh. Cilium knows every pod of the cluster by
its identity and encrypts between nodes; so STRICT becomes: nobody from outside the cluster.
"""

from sovereign.mesh.istio import shapes
from sovereign.mesh.istio.document import ROOT_NAMESPACE, Document
from sovereign.mesh.istio.field import Field
from sovereign.mesh.istio.outside import closed_to_outside
from sovereign.mesh.istio.selectors import labels_of
from sovereign.mesh.manifest import Manifest
from sovereign.mesh.policies.rules import PORTS_LIMIT

STRICT = "STRICT"
NOTES = {
    STRICT: "callers from outside the cluster are refused (by UDP too); inside, WireGuard encrypts "
    "between nodes and identities name callers: there is no certificate of the workload",
    "PERMISSIVE": "nothing to write: every caller gets in, and WireGuard encrypts between nodes",
    "DISABLE": "nothing to write: WireGuard encrypts between nodes and cannot be off for a pod",
    "UNSET": "nothing to write: the namespace's or mesh's own mode holds",
}
NOT_LIFTED = (
    "a STRICT policy for the whole namespace now reaches these pods too: its denial cannot be "
    "lifted for some of them"
)
MESH_WIDE = (
    f"for the whole mesh, as it stands in {ROOT_NAMESPACE} without a selector: write it for each "
    "namespace, for a policy for all pods would reach kube-system too"
)


def peer_authentication(document: Document) -> list[Manifest]:
    """The manifests that come of it."""
    spec = document.spec
    modes: dict[str, str] = {}
    spec.visit(
        {
            "selector": lambda _: True,
            "mtls": lambda f: _mtls(f, modes, ""),
            "portLevelMtls": lambda f: _ports(f, modes),
        }
    )
    labels = labels_of(spec["selector"])
    named = shapes.object_name(document.name) and shapes.label(document.namespace)
    if labels is None or not named:
        spec.lost("the workloads are not named in a form that a policy takes")
        return []
    if document.namespace == ROOT_NAMESPACE and not labels:
        spec.lost(MESH_WIDE)
        return []
    spec.converted_if_empty("nothing to write")
    whole = modes.pop("", "UNSET")
    if labels and {whole, *modes.values()} & {"PERMISSIVE", "DISABLE"}:
        spec.aside(NOT_LIFTED)
    strict = sorted(int(port) for port, mode in modes.items() if mode == STRICT)
    open_ports = sorted(int(port) for port in modes if int(port) not in strict)
    name = f"{document.name}-peer-authentication"
    if max(len(strict), len(open_ports)) >= PORTS_LIMIT:
        spec["portLevelMtls"].lost(f"a policy takes fewer than {PORTS_LIMIT} ports")
        return []
    if whole == STRICT:
        return [closed_to_outside(name, document.namespace, labels, but=open_ports)]
    if strict:
        return [closed_to_outside(name, document.namespace, labels, only=strict)]
    return []


def _mode(field: Field, modes: dict[str, str], port: str) -> bool:
    mode = field.text
    if mode not in NOTES:
        return field.lost(f"must be one of {', '.join(NOTES)}")
    modes[port] = mode
    return field.differs(NOTES[mode], "ingressDeny" if mode == STRICT else "")


def _ports(field: Field, modes: dict[str, str]) -> bool:
    for port, below in field.entries():
        number = int(port) if port.isdecimal() and port.isascii() and len(port) <= 5 else None
        if not shapes.port(number):
            below.lost("must be a port")
            continue
        _mtls(below, modes, port)
    return True


def _mtls(field: Field, modes: dict[str, str], port: str) -> bool:
    if field.value in ({}, None):
        return field.differs(NOTES["UNSET"])
    return field.visit({"mode": lambda mode: _mode(mode, modes, port)})
