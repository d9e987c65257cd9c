"""TLS towards a Service: what becomes of each mode."""

from sovereign.mesh.istio.field import Field

MUTUAL_NOTE = (
    "WireGuard encrypts between nodes and Cilium knows callers by identity: there is no "
    "certificate of the workload, and traffic inside one node is plain"
)


def tls(field: Field) -> bool:
    """Account for `tls`; True if callers from outside the cluster are to be kept out."""
    mode = field["mode"].text
    if mode == "DISABLE":
        field.visit({"mode": lambda f: f.differs("plain to the Service; WireGuard still encrypts")})
    elif mode == "ISTIO_MUTUAL":
        field.visit({"mode": lambda f: f.differs(MUTUAL_NOTE, "CiliumNetworkPolicy")})
        return True
    elif mode == "SIMPLE":
        field.lost(
            "TLS to a Service: Cilium's gateway does it by a BackendTLSPolicy with the "
            "authority's certificates in a ConfigMap; the sidecar's files are gone"
        )
    elif mode == "MUTUAL":
        field.lost("a client certificate was a file or Secret of the sidecar, which is gone")
    else:
        field.lost("must have a mode: DISABLE, SIMPLE, MUTUAL or ISTIO_MUTUAL")
    return False
