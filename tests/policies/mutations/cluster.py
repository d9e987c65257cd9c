"""k3s, Cilium, the way to the API server and versions, broken."""

from tests.policies.mutations.mutation import (
    CILIUM,
    HELM,
    JOIN,
    RELEASE,
    SOVEREIGN,
    WORKER,
    Edit,
    add,
    mutation,
    put,
)
from tests.policies.registrations import Registrations

CHART = "kubernetes:helm.sh/v4:Chart"
HOST, URLS = "values.k8sServiceHost", "values.k8s.apiServerURLs"
INSTALLER = "#!/bin/sh\ncurl -sfL https://get.k3s.io |"
AGENT = "K3S_URL=https://10.0.1.2:6443"
PINNED = f"{INSTALLER} INSTALL_K3S_VERSION=v1.36.4+k3s1 sh -s - server"
LEFT = "--flannel-backend=none --disable-network-policy --disable-kube-proxy"
CONTROLLER = "docker.io/hetznercloud/hcloud-cloud-controller-manager:v1.20.0"
RENDERED = {
    "enable-wireguard": "true",
    "ipam": "kubernetes",
    "k8s-require-ipv4-pod-cidr": "true",
    "kube-proxy-replacement": "true",
    "mtu": "1450",
}


def rendered(**data: str | None) -> Edit:
    """Return an edit that registers Cilium's own configuration, as a Chart renders it."""
    given = {**RENDERED, **{key.replace("_", "-"): value for key, value in data.items()}}
    inputs = {"metadata": {"name": "cilium-config", "namespace": "kube-system"}, "data": given}
    return add("kubernetes:core/v1:ConfigMap", "kube-system/cilium-config", inputs)


def deployed(image: str) -> Edit:
    """Return an edit that registers a Deployment of the system."""
    template = {"spec": {"containers": [{"name": "main", "image": image}]}}
    inputs = {"metadata": {"namespace": "kube-system"}, "spec": {"template": template}}
    return add("kubernetes:apps/v1:Deployment", "deployed", inputs)


def older_gateway_api(registrations: Registrations) -> None:
    """Definitions of Cilium 1.19 for Cilium 1.20."""
    for artifact in registrations[SOVEREIGN].inputs["artifacts"]:
        if artifact["name"].startswith("gateway-api-"):
            artifact["version"] = "v1.4.1"


CLUSTER = [
    mutation(
        "kube-proxy not replaced",
        "kube-proxy-replaced",
        put(RELEASE, "values.kubeProxyReplacement", False),
    ),
    mutation(
        "kube-proxy in k3s",
        "k3s-network-left-to-cilium",
        put(JOIN, "nodes.0.config.disable-kube-proxy", ...),
    ),
    mutation(
        "Flannel in k3s",
        "k3s-network-left-to-cilium",
        put(JOIN, "nodes.0.config.flannel-backend", "vxlan"),
    ),
    mutation(
        "network policy in k3s",
        "k3s-network-left-to-cilium",
        put(JOIN, "nodes.0.config.disable-network-policy", False),
    ),
    mutation(
        "servers differ",
        "k3s-servers-identical",
        put(JOIN, "nodes.1.config.disable", []),
        control_planes=3,
    ),
    mutation("the incident", "api-server-address", put(RELEASE, HOST, "127.0.0.1")),
    mutation("the incident by name", "api-server-address", put(RELEASE, HOST, "localhost")),
    mutation("a worker's address", "api-server-address", put(RELEASE, HOST, "10.0.1.20")),
    mutation("no address", "api-server-address", put(RELEASE, HOST, ...)),
    mutation(
        "another port",
        "api-server-address",
        put(RELEASE, HOST, "10.0.1.2"),
        put(RELEASE, "values.k8sServicePort", 6444),
    ),
    mutation("an unknown mode", "api-server-address", put(CILIUM, "apiServerAddress", "loopback")),
    mutation(
        "one address for three control planes",
        "api-server-every-control-plane",
        put(RELEASE, URLS, ...),
        control_planes=3,
    ),
    mutation("k3s too new for Cilium", "tested-versions", put(JOIN, "version", "v1.37.1+k3s1")),
    mutation("Gateway API too old for Cilium", "tested-versions", older_gateway_api),
    mutation(
        "an untested line of Cilium",
        "tested-versions wireguard-mtu",
        put(RELEASE, "version", "1.18.4"),
    ),
    mutation("a range of versions", "versions-pinned", put(RELEASE, "version", ">=1.20")),
    mutation("a k3s channel", "versions-pinned", put(JOIN, "version", "stable")),
    mutation(
        "another chart without a version",
        "versions-pinned",
        add(HELM, "loki", {"name": "loki", "chart": "loki", "values": {}}),
    ),
    mutation(
        "whatever k3s is newest",
        "k3s-installer-pinned",
        put(WORKER, "userData", f"{INSTALLER} {AGENT} sh -"),
    ),
    mutation(
        "whatever release is newest",
        "k3s-installer-pinned",
        put(
            WORKER, "userData", "curl -L https://github.com/k3s-io/k3s/releases/latest/download/k3s"
        ),
    ),
    mutation(
        "Flannel by the installer",
        "k3s-network-left-to-cilium",
        put(WORKER, "userData", f"{PINNED} --secrets-encryption --flannel-backend=vxlan"),
    ),
    mutation(
        "secrets in clear by the installer",
        "k3s-secrets-encryption",
        put(WORKER, "userData", f"{PINNED} {LEFT}"),
    ),
    mutation(
        "a careful installer",
        "",
        put(WORKER, "userData", f"{PINNED} {LEFT} --secrets-encryption"),
    ),
    mutation(
        "a channel for the installer",
        "k3s-installer-pinned",
        put("Command dev-default-1-join", "create", f"{INSTALLER} INSTALL_K3S_CHANNEL=latest sh -"),
    ),
    mutation(
        "an old cloud controller",
        "cloud-controller-floor",
        put("Release dev-cloud-controller", "version", "1.29.0"),
    ),
    mutation("an old cloud controller's image", "cloud-controller-floor", deployed(CONTROLLER)),
    mutation("a Chart, which shows nothing", "", add(CHART, "nginx", {})),
    mutation("a careful Cilium by a Chart", "", add(CHART, "cilium", {}), rendered()),
    mutation("a Chart in clear", "wireguard-on", rendered(enable_wireguard="false")),
    mutation("a Chart of the public MTU", "wireguard-mtu", rendered(mtu="1500")),
    mutation(
        "a Chart beside kube-proxy", "kube-proxy-replaced", rendered(kube_proxy_replacement="false")
    ),
    mutation(
        "a Chart of any pod range", "ipam-pod-range", rendered(k8s_require_ipv4_pod_cidr="false")
    ),
]
