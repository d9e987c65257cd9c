"""What every namespace of a Sovereign may use: volumes of Hetzner Cloud, and certificates.

A stack of its own, between the cluster and the apps: the cluster is read from its stack, and apps
need nothing of this one but the names of its storage classes and issuers.
"""

import pulumi
import pulumi_kubernetes as kubernetes

from sovereign import Reference, mesh
from sovereign.mesh.components.manifests import Manifests

CSI_VERSION = "2.22.1"
CERT_MANAGER_VERSION = "1.21.2"
CERTIFICATES = "cert-manager"

config = pulumi.Config()
sovereign = Reference(config.require("sovereignStack"))
cluster = kubernetes.Provider(
    "cluster", kubeconfig=sovereign.kubeconfig, cluster_identifier=sovereign.name
)
on_cluster = pulumi.ResourceOptions(providers=[cluster])


def first_location(pools: dict[str, dict[str, str]]) -> str:
    """Where the driver makes volumes; empty without pools: it asks the server that it runs on."""
    return next((pool["location"] for pool in pools.values()), "")


# The driver takes the Hetzner token from the cloud controller's Secret. On the host's network it
# may ask the metadata service which server it is on; the Sovereign keeps all pods off that.
driver = kubernetes.helm.v3.Release(
    "hcloud-csi",
    name="hcloud-csi",
    namespace="kube-system",
    chart=f"https://charts.hetzner.cloud/hcloud-csi-{CSI_VERSION}.tgz",
    version=CSI_VERSION,
    values={
        "controller": {"hcloudVolumeDefaultLocation": sovereign.pools.apply(first_location)},
        "node": {"hostNetwork": True},
        "storageClasses": [],
    },
    timeout=600,
    opts=on_cluster,
)

for name, reclaims, default in (("volumes", "Delete", "true"), ("kept-volumes", "Retain", "false")):
    kubernetes.storage.v1.StorageClass(
        name,
        metadata={
            "name": name,
            "annotations": {"storageclass.kubernetes.io/is-default-class": default},
        },
        provisioner="csi.hetzner.cloud",
        reclaim_policy=reclaims,
        volume_binding_mode="WaitForFirstConsumer",  # a volume is made where its pod stands
        allow_volume_expansion=True,
        opts=pulumi.ResourceOptions(providers=[cluster], depends_on=[driver]),
    )

namespace = kubernetes.core.v1.Namespace(
    CERTIFICATES, metadata={"name": CERTIFICATES}, opts=on_cluster
)
# Closed but for what it needs: it asks the API server, and that asks its webhook.
api_server = {
    "apiVersion": "cilium.io/v2",
    "kind": "CiliumNetworkPolicy",
    "metadata": {"name": "api-server", "namespace": CERTIFICATES},
    "spec": {
        "endpointSelector": {},
        "egress": [{"toEntities": ["kube-apiserver"]}],
        "ingress": [
            {
                "fromEntities": ["kube-apiserver", "host", "remote-node"],
                "toPorts": [{"ports": [{"port": "10250", "protocol": "TCP"}]}],
            }
        ],
    },
}
policies = Manifests(
    CERTIFICATES,
    {
        "manifests": [
            *mesh.default_deny(namespace=CERTIFICATES),
            *mesh.dns_egress(namespace=CERTIFICATES),
            api_server,
        ]
    },
    pulumi.ResourceOptions(providers=[cluster], depends_on=[namespace]),
)
manager = kubernetes.helm.v3.Release(
    CERTIFICATES,
    name=CERTIFICATES,
    namespace=CERTIFICATES,
    chart=f"https://charts.jetstack.io/charts/cert-manager-v{CERT_MANAGER_VERSION}.tgz",
    version=f"v{CERT_MANAGER_VERSION}",
    values={"crds": {"enabled": True, "keep": True}},
    timeout=600,
    opts=pulumi.ResourceOptions(providers=[cluster], depends_on=[policies]),
)


def of_cert_manager(kind: str, name: str, spec: dict[str, object]) -> dict[str, object]:
    """An object of cert-manager; a ClusterIssuer has no namespace."""
    place = {} if kind == "ClusterIssuer" else {"namespace": CERTIFICATES}
    return {
        "apiVersion": "cert-manager.io/v1",
        "kind": kind,
        "metadata": {"name": name, **place},
        "spec": spec,
    }


# An authority of the cluster's own: the root signs itself, everything else is signed by it.
authority = {
    "isCA": True,
    "commonName": "cluster authority",
    "secretName": "cluster-authority",
    "privateKey": {"algorithm": "ECDSA", "size": 256},
    "issuerRef": {"name": "self-signed", "kind": "ClusterIssuer"},
}
Manifests(
    "issuers",
    {
        "manifests": [
            of_cert_manager("ClusterIssuer", "self-signed", {"selfSigned": {}}),
            of_cert_manager("Certificate", "cluster-authority", authority),
            of_cert_manager(
                "ClusterIssuer", "cluster", {"ca": {"secretName": "cluster-authority"}}
            ),
        ]
    },
    pulumi.ResourceOptions(providers=[cluster], depends_on=[manager]),
)

pulumi.export("contractVersion", sovereign.contract_version)
pulumi.export("storageClasses", ["volumes", "kept-volumes"])
pulumi.export("clusterIssuers", ["self-signed", "cluster"])
