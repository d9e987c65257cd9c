"""Istio's other kinds: what to do about each, since none of them is converted."""

from sovereign.mesh.istio.document import Document

KINDS = {
    "Gateway": "a Gateway of Gateway API takes its place: `sovereign mesh emit gateway`, with the "
    "same name and namespace, so that the routes find it",
    "ServiceEntry": "Cilium needs no entry for outside hosts; name them in an egress policy "
    "(toFQDNs)",
    "Sidecar": "there is no sidecar; egress is limited by a CiliumNetworkPolicy",
    "EnvoyFilter": "written for the sidecar's Envoy: a CiliumEnvoyConfig by hand, if at all",
    "WorkloadEntry": "a machine outside the cluster: address it by CIDR in policies",
    "WorkloadGroup": "machines outside the cluster: address them by CIDR in policies",
    "ProxyConfig": "there is no sidecar to configure",
    "WasmPlugin": "Cilium's Envoy takes no plug-ins",
    "RequestAuthentication": "Cilium checks no JWT: do it in the application, or in a gateway "
    "before it",
    "Telemetry": "the sidecar's metrics, logs and spans end with it: Hubble has the network's "
    "metrics, OpenTelemetry in the applications goes on",
    "IstioOperator": "Istio's installation, removed last: `istioctl uninstall --purge`",
}


def unconverted(document: Document) -> None:
    """Account for an object of a kind that is not converted."""
    why = KINDS.get(document.kind, "a kind that this converter does not know")
    document.root.lost(why)
