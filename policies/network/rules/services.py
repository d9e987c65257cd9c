"""What the cloud controller makes a Hetzner load balancer for."""

from collections.abc import Sequence

from .framework.rule import Resource
from .framework.subjects import CILIUM, GATEWAY, SERVICE
from .framework.values import at

CILIUM_CLASS = "cilium"


def balanced(resources: Sequence[Resource]) -> list[Resource]:
    """Return Services of type LoadBalancer, and Cilium's Gateways, each of which makes one."""
    services = [
        each
        for each in SERVICE.among(resources)
        if at(each.props, "spec", "type") == "LoadBalancer"
    ]
    on_nodes = any(
        at(each.props, "values", "gatewayAPI", "hostNetwork", "enabled") is True
        for each in CILIUM.among(resources)
    )
    gateways = [
        each
        for each in GATEWAY.among(resources)
        if at(each.props, "spec", "gatewayClassName") == CILIUM_CLASS and not on_nodes
    ]
    return [*services, *gateways]
