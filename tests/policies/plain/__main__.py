# mypy: ignore-errors
"""A cluster by somebody who knows nothing of Sovereign: servers, k3s by its installer, Helm charts.

`plain:faults` names what is done wrong; without any, there is nothing to find.
"""

import pulumi
import pulumi_hcloud as hcloud
import pulumi_kubernetes as kubernetes

faults = (pulumi.Config("plain").get("faults") or "").split()
VERSION = "" if "newest-k3s" in faults else "INSTALL_K3S_VERSION=v1.36.4+k3s1 "
OPTIONS = [
    "" if "flannel" in faults else "--flannel-backend=none",
    "--disable-network-policy --disable-kube-proxy",
    "" if "clear-secrets" in faults else "--secrets-encryption",
]
CURL = f"#!/bin/sh\ncurl -sfL https://get.k3s.io | {VERSION}"
SERVER = f"{CURL}sh -s - server {' '.join(OPTIONS)}\n"
AGENT = f"{CURL}K3S_URL=https://10.0.1.2:6443 sh -s - agent\n"
if "two-servers" in faults:
    AGENT = SERVER
if "no-roles" in faults:
    SERVER = AGENT = "#!/bin/sh\n/opt/bring-up\n"
TAG = "" if "floating-image" in faults else ":1.29.1"
if "moving-image" in faults:
    TAG = ":stable-alpine"
LABELS = {} if "no-owner" in faults else {"managed-by": "pulumi"}

network = hcloud.Network("net", name="net", ip_range="10.0.0.0/16", labels=LABELS)
subnet = hcloud.NetworkSubnet(
    "nodes",
    network_id=network.id.apply(int),
    type="cloud",
    network_zone="eu-central",
    ip_range="10.0.1.0/24",
)
firewall = hcloud.Firewall(
    "fw",
    name="fw",
    rules=[
        hcloud.FirewallRuleArgs(
            direction="in",
            protocol="tcp",
            port="22",
            source_ips=["0.0.0.0/0"]
            if "open-ssh" in faults
            else ["0.0.0.0/2" if "wide-ssh" in faults else "203.0.113.0/24"],
        )
    ],
)
group = hcloud.PlacementGroup("spread", name="spread", type="spread", labels=LABELS)
faults_of_firewalls = {"no-firewall", "firewall-of-others", "firewall-apart"}


def server(name: str, address: str, install: str) -> hcloud.Server:
    """A server attached by a resource of its own, as the provider's examples do it."""
    made = hcloud.Server(
        name,
        name=name,
        server_type="cx22" if "retired-type" in faults else "cpx32",
        image="ubuntu-24.04",
        location="nbg1",
        firewall_ids=None if faults_of_firewalls & set(faults) else [firewall.id.apply(int)],
        placement_group_id=group.id.apply(int),
        user_data=install,
        labels=LABELS,
    )
    if "no-network" not in faults:
        hcloud.ServerNetwork(
            name,
            hcloud.ServerNetworkInitArgs(
                server_id=made.id.apply(int), subnet_id=subnet.id, ip=address
            ),
        )
    return made


servers = [server("one", "10.0.1.2", SERVER), server("two", "10.0.1.3", AGENT)]
if "firewall-apart" in faults:
    hcloud.FirewallAttachment(
        "fw",
        firewall_id=firewall.id.apply(int),
        server_ids=[each.id.apply(int) for each in servers],
    )
if "firewall-of-others" in faults:
    hcloud.FirewallAttachment(
        "fw", firewall_id=firewall.id.apply(int), label_selectors=["managed-by=others"]
    )
kubeconfig = servers[0].ipv4_address.apply(lambda address: f"clusters: [] # {address}")
cluster = kubernetes.Provider("cluster", kubeconfig=kubeconfig, cluster_identifier="plain")
on_cluster = pulumi.ResourceOptions(provider=cluster, depends_on=servers)

VALUES = {
    "k8sServiceHost": "127.0.0.1" if "loopback" in faults else "10.0.1.2",
    "k8sServicePort": 6443,
    "kubeProxyReplacement": True,
    "ipam": {"operator": {"clusterPoolIPv4PodCIDRList": ["10.42.0.0/16"]}},
    "MTU": 1450,
    "encryption": {"enabled": "clear" not in faults, "type": "wireguard"},
}
if "charts" in faults:
    kubernetes.helm.v3.Chart(
        "cilium",
        kubernetes.helm.v3.ChartOpts(
            chart="cilium",
            version="1.20.2",
            namespace="kube-system",
            values=VALUES,
            fetch_opts=kubernetes.helm.v3.FetchOpts(repo="https://helm.cilium.io"),
        ),
        opts=on_cluster,
    )
    kubernetes.helm.v4.Chart(
        "node-problem-detector",
        chart="node-problem-detector",
        version="2.3.22",
        namespace="kube-system",
        opts=on_cluster,
    )
else:
    kubernetes.helm.v3.Release(
        "cilium",
        name="cilium",
        namespace="kube-system",
        chart="cilium",
        version="1.20.2",
        repository_opts={"repo": "https://helm.cilium.io"},
        skip_await=True,
        values=VALUES,
        opts=on_cluster,
    )
if "old-controller" in faults:
    kubernetes.apps.v1.Deployment(
        "controller",
        metadata={"name": "controller", "namespace": "kube-system"},
        spec={
            "selector": {"match_labels": {"app": "hccm"}},
            "template": {
                "metadata": {"labels": {"app": "hccm"}},
                "spec": {
                    "containers": [
                        {
                            "name": "hccm",
                            "image": "hetznercloud/hcloud-cloud-controller-manager:v1.20.0",
                        }
                    ]
                },
            },
        },
        opts=on_cluster,
    )
kubernetes.helm.v3.Release(
    "metrics",
    name="metrics-server",
    namespace="kube-system",
    chart="metrics-server",
    version=None if "floating-chart" in faults else "3.13.0",
    repository_opts={"repo": "https://kubernetes-sigs.github.io/metrics-server"},
    skip_await=True,
    opts=on_cluster,
)
shop = kubernetes.core.v1.Namespace("shop", metadata={"name": "shop"}, opts=on_cluster)
if "open-namespace" not in faults:
    kubernetes.networking.v1.NetworkPolicy(
        "closed",
        metadata={"name": "closed", "namespace": "shop"},
        spec={
            "pod_selector": {},
            "policy_types": ["Ingress", "Egress"],
            **({"egress": [{"to": []}]} if "open-policy" in faults else {}),
        },
        opts=on_cluster,
    )
kubernetes.apps.v1.Deployment(
    "web",
    metadata={"name": "web", "namespace": "shop"},
    spec={
        "selector": {"match_labels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {
                "containers": [
                    {
                        "name": "web",
                        "image": f"nginx{TAG}",
                    }
                ]
            },
        },
    },
    opts=on_cluster,
)
kubernetes.core.v1.Service(
    "web",
    metadata={"name": "web", "namespace": "shop"},
    spec={"type": "LoadBalancer", "selector": {"app": "web"}, "ports": [{"port": 443}]},
    opts=on_cluster,
)
