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
LOAD_BALANCER = Subject(("hcloud:index/loadBalancer:LoadBalancer",))
LOAD_BALANCER_NETWORK = Subject(("hcloud:index/loadBalancerNetwork:LoadBalancerNetwork",))

GATEWAY = Subject(("kubernetes:gateway.networking.k8s.io/*:Gateway",))

_HELM = ("kubernetes:helm.sh/*:Release", "kubernetes:helm.sh/*:Chart")


def chart_name(props: Props) -> str:
    """Return `cilium` for `cilium`, `oci://host/cilium` and `./cilium-1.20.2.tgz`."""
    last = text(at(props, "chart")).rstrip("/").rsplit("/", 1)[-1]
    return re.sub(r"-v?\d[^/]*$", "", last.removesuffix(".tgz"))


def _is(chart: str) -> Subject:
    return Subject(_HELM, lambda props: chart in (chart_name(props), at(props, "name")))


CILIUM_RELEASE = _is("cilium")
CLOUD_CONTROLLER_RELEASE = _is("hcloud-cloud-controller-manager")


def _component_or(component: str, release: Subject) -> Subject:
    """Our component, which holds no chart, or any program's release of the chart."""
    return Subject(
        (component, *release.types), lambda props: "chart" not in props or release.where(props)
    )


CILIUM = _component_or("sovereign:index:Cilium", CILIUM_RELEASE)
CLOUD_CONTROLLER = _component_or("sovereign:index:CloudController", CLOUD_CONTROLLER_RELEASE)
