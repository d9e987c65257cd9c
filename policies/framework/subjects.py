"""The resources that rules look at, ours and those of any other Pulumi program."""

import re

from .rule import Props, Subject
from .values import at, text

SOVEREIGN = Subject(("sovereign:index:Sovereign",))
CLUSTER_NETWORK = Subject(("sovereign:index:Network",))
NODE_GROUP = Subject(("sovereign:index:ControlPlane", "sovereign:index:WorkerPool"))
CONTROL_PLANE = Subject(("sovereign:index:ControlPlane",))
K3S_JOIN = Subject(("sovereign:index:K3sJoin",))

NETWORK = Subject(("hcloud:index/network:Network",))
SUBNET = Subject(("hcloud:index/networkSubnet:NetworkSubnet",))
SERVER = Subject(("hcloud:index/server:Server",))
SERVER_NETWORK = Subject(("hcloud:index/serverNetwork:ServerNetwork",))
FIREWALL = Subject(("hcloud:index/firewall:Firewall",))
FIREWALL_ATTACHMENT = Subject(("hcloud:index/firewallAttachment:FirewallAttachment",))
LOAD_BALANCER = Subject(("hcloud:index/loadBalancer:LoadBalancer",))
LOAD_BALANCER_NETWORK = Subject(("hcloud:index/loadBalancerNetwork:LoadBalancerNetwork",))
LOAD_BALANCER_TARGET = Subject(("hcloud:index/loadBalancerTarget:LoadBalancerTarget",))
LOAD_BALANCER_SERVICE = Subject(("hcloud:index/loadBalancerService:LoadBalancerService",))
PLACEMENT_GROUP = Subject(("hcloud:index/placementGroup:PlacementGroup",))
PRIMARY_IP = Subject(("hcloud:index/primaryIp:PrimaryIp",))
FLOATING_IP = Subject(("hcloud:index/floatingIp:FloatingIp",))
VOLUME = Subject(("hcloud:index/volume:Volume",))
LABELED = Subject(("hcloud:index/*",), lambda props: "labels" in props)
COMMAND = Subject(("command:remote:Command", "command:local:Command"))

SECRET_MATERIAL = Subject(("tls:index/privateKey:PrivateKey", "random:index/random*:Random*"))
CLAIM = Subject(("kubernetes:core/v1:PersistentVolumeClaim",))
GATEWAY = Subject(("kubernetes:gateway.networking.k8s.io/*:Gateway",))
HTTP_ROUTE = Subject(("kubernetes:gateway.networking.k8s.io/*:HTTPRoute",))
DEFINITION = Subject(("kubernetes:apiextensions.k8s.io/*:CustomResourceDefinition",))
NAMESPACE = Subject(("kubernetes:core/v1:Namespace",))
SERVICE = Subject(("kubernetes:core/v1:Service",))
WORKLOAD = Subject(
    (
        "kubernetes:core/v1:Pod",
        *(
            f"kubernetes:apps/*:{kind}"
            for kind in ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet")
        ),
        "kubernetes:batch/*:Job",
        "kubernetes:batch/*:CronJob",
    )
)
KUBERNETES_POLICY = Subject(("kubernetes:networking.k8s.io/*:NetworkPolicy",))
CILIUM_POLICY = Subject(("kubernetes:cilium.io/*:CiliumNetworkPolicy",))
CLUSTERWIDE_POLICY = Subject(("kubernetes:cilium.io/*:CiliumClusterwideNetworkPolicy",))
ENVOY_CONFIG = Subject(
    (
        "kubernetes:cilium.io/*:CiliumEnvoyConfig",
        "kubernetes:cilium.io/*:CiliumClusterwideEnvoyConfig",
    )
)
INSTRUMENTATION = Subject(("kubernetes:opentelemetry.io/*:Instrumentation",))

_HELM = ("kubernetes:helm.sh/*:Release", "kubernetes:helm.sh/*:Chart")
CHART = Subject(_HELM)
"""A Chart registers no inputs: what it holds is seen only in the resources that it renders."""


def chart_name(props: Props) -> str:
    """Return `cilium` for `cilium`, `oci://host/cilium` and `./cilium-1.20.2.tgz`."""
    last = text(at(props, "chart")).rstrip("/").rsplit("/", 1)[-1]
    return re.sub(r"-v?\d[^/]*$", "", last.removesuffix(".tgz"))


def _is(chart: str) -> Subject:
    return Subject(_HELM, lambda props: chart in (chart_name(props), at(props, "name")))


CILIUM_RELEASE = _is("cilium")
CLOUD_CONTROLLER_RELEASE = _is("hcloud-cloud-controller-manager")
AUTOSCALER_RELEASE = _is("cluster-autoscaler")


CILIUM = Subject(("sovereign:index:Cilium",), also=CILIUM_RELEASE)
"""Our component, or any program's release of the chart."""
CLOUD_CONTROLLER = Subject(("sovereign:index:CloudController",), also=CLOUD_CONTROLLER_RELEASE)
