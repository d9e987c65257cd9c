"""Values of Hetzner's cloud controller manager: part of the default, for it clears the
uninitialized taint and sets the provider id.

Routes are off: Cilium tunnels, and a route per node would count against the network's 100. The
token is read from a Secret.
"""

from typing import Any

from sovereign.plan.model import ComponentPlan

NAME = "hcloud-cloud-controller-manager"
NAMESPACE = "kube-system"


def values(pod_cidr: str, location: str) -> dict[str, Any]:
    """All values of the chart that differ from its defaults."""
    return {
        "networking": {"enabled": True, "clusterCIDR": pod_cidr},
        # Two cannot share a node's ports: the old one goes first, or one node never updates.
        "strategy": {"type": "Recreate"},
        "env": {
            "HCLOUD_NETWORK_ROUTES_ENABLED": {"value": "false"},
            "HCLOUD_LOAD_BALANCERS_LOCATION": {"value": location},
            "HCLOUD_LOAD_BALANCERS_USE_PRIVATE_IP": {"value": "true"},
            "HCLOUD_LOAD_BALANCERS_DISABLE_PRIVATE_INGRESS": {"value": "true"},
        },
    }


def component() -> ComponentPlan:
    """The controller's Deployment."""
    return ComponentPlan("Cloud controller manager", "deployment", NAMESPACE, NAME)
