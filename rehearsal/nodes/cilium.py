"""What a Cilium release asks for, read from its Helm values with the chart's defaults (lines 1.19
and 1.20)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from rehearsal.nodes.helm_values import HelmValues
from rehearsal.nodes.scheduling import (
    AGENT_NOT_READY,
    CONTROL_PLANE,
    EVERYTHING,
    NOT_READY,
    UNINITIALIZED,
    Workload,
    exists,
    tolerations,
)

CHART = "cilium"
NAMESPACE = "kube-system"
KERNEL_FLOOR = (5, 10)
OLD_KERNELS = {"ubuntu-20.04": "5.4", "rocky-8": "4.18", "alma-8": "4.18"}
"""Images whose kernel is below the floor; the others of Hetzner are not."""
ENCRYPTIONS = ("wireguard", "ipsec", "ztunnel")
DEFAULT_POOL = "10.0.0.0/8"
_OPERATOR = exists(
    CONTROL_PLANE, "node-role.kubernetes.io/master", NOT_READY, UNINITIALIZED, AGENT_NOT_READY
)
_REMOVED = ("tunnel", "encryption.keyFile")


def replaces_kube_proxy(values: HelmValues) -> bool:
    """Whether agents serve Service addresses."""
    return values.on("kubeProxyReplacement")


def api_addresses(values: HelmValues) -> tuple[tuple[str, int], ...]:
    """Where agent and operator look for the API: the URLs win over the host; empty: the Service
    address."""
    urls = [urlsplit(url) for url in str(values.get("k8s.apiServerURLs", "")).split()]
    if urls:
        return tuple((url.hostname or "", url.port or 443) for url in urls)
    host = str(values.get("k8sServiceHost", ""))
    return ((host, int(values.get("k8sServicePort") or 443)),) if host else ()


def has_gateway_class(values: HelmValues) -> bool:
    """Whether the release holds a GatewayClass, which the API must know."""
    return values.on("gatewayAPI.enabled") and values.on("gatewayAPI.gatewayClass.create")


def render_failure(values: HelmValues) -> str:
    """Why Helm would not render the chart, or empty [facts: run on 1.20.2]."""
    if str(values.get("kubeProxyReplacement", "false")).lower() not in ("true", "false"):
        return (
            "kubeProxyReplacement must be explicitly set to a valid value (true or false) "
            "to continue."
        )
    if values.get("k8sServiceHost") == "auto":
        return "k8sServiceHost=auto: ConfigMap kube-public/cluster-info not found"
    if values.get("k8s.apiServerURLs") is not None and not isinstance(
        values.get("k8s.apiServerURLs"), str
    ):
        return (
            "values don't meet the specifications of the schema(s): k8s.apiServerURLs: Invalid type"
        )
    if values.on("hubble.ui.enabled") and not values.on("hubble.relay.enabled"):
        return "Hubble UI requires .Values.hubble.relay.enabled=true"
    for path in _REMOVED:
        if values.get(path) is not None:
            return f"value {path} was removed"
    return ""


def agent() -> Workload:
    """The agent: on every node, whatever its taints."""
    return Workload("daemonset", NAMESPACE, "cilium", tolerations=EVERYTHING)


def envoy() -> Workload:
    """The L7 proxy beside each agent."""
    return Workload("daemonset", NAMESPACE, "cilium-envoy", tolerations=EVERYTHING)


def operator(values: HelmValues) -> Workload:
    """The operator: two by default, never two on one node."""
    own = values.get("operator.tolerations")
    return Workload(
        "deployment",
        NAMESPACE,
        "cilium-operator",
        replicas=int(values.get("operator.replicas", 2)),
        tolerations=_OPERATOR if own is None else (*tolerations(own), *exists(AGENT_NOT_READY)),
        apart=True,
    )


def certificate_job(values: HelmValues) -> Workload:
    """The job that makes Hubble's certificates, with `hubble.tls.auto.method: cronJob`."""
    return Workload(
        "job",
        NAMESPACE,
        "hubble-generate-certs",
        tolerations=tolerations(values.get("certgen.tolerations", ())),
        node_selector=_selector(values.get("certgen.nodeSelector", {})),
    )


def hubble(values: HelmValues) -> tuple[Workload, ...]:
    """Relay and UI: without tolerations in the chart, so they need an untainted node."""
    if not values.on("hubble.enabled", default=True):
        return ()
    return tuple(
        Workload(
            "deployment",
            NAMESPACE,
            f"hubble-{part}",
            replicas=int(values.get(f"hubble.{part}.replicas", 1)),
            tolerations=tolerations(values.get(f"hubble.{part}.tolerations", ())),
        )
        for part in ("relay", "ui")
        if values.on(f"hubble.{part}.enabled")
    )


def makes_certificates_in_cluster(values: HelmValues) -> bool:
    """Whether Hubble's certificates come from a job instead of the rendering."""
    return (
        values.on("hubble.enabled", default=True)
        and values.on("hubble.relay.enabled")
        and values.get("hubble.tls.auto.method", "helm") == "cronJob"
    )


def old_kernel(image: str) -> str:
    """What the agent says on an image with too old a kernel, or empty."""
    kernel = OLD_KERNELS.get(image)
    floor = ".".join(map(str, KERNEL_FLOOR))
    return (
        f"Minimal supported kernel version is {floor}.0; kernel version that is running is: "
        f"{kernel}"
        if kernel
        else ""
    )


def _selector(entries: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((str(key), str(value)) for key, value in entries.items()))
