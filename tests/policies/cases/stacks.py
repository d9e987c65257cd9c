"""Small stacks for stack rules: pairs of type and properties."""

from typing import Any

from tests.policies.registrations import UNKNOWN

Typed = tuple[str, dict[str, Any]]


def server(ip: Any, role: str | None = None) -> Typed:
    """Return a server with one pinned address."""
    labels = {"labels": {"role": role}} if role else {}
    return "hcloud:index/server:Server", {"networks": [{"ip": ip, "aliasIps": []}], **labels}


def release(**values: Any) -> Typed:
    """Return a release of Cilium."""
    return "kubernetes:helm.sh/v3:Release", {"chart": "cilium", "values": values}


def k8s_service(host: Any, port: Any = 6443.0, **more: Any) -> Typed:
    """Return a release of Cilium that reaches the API there."""
    return release(k8sServiceHost=host, k8sServicePort=port, **more)


def facts(kind: str, **given: Any) -> Typed:
    """Return one of our components."""
    return f"sovereign:index:{kind}", given


def ranges(network: Any = "10.0.0.0/16", subnet: Any = "10.0.1.0/24") -> list[Typed]:
    """Return a network and its subnet."""
    return [
        ("hcloud:index/network:Network", {"ipRange": network}),
        ("hcloud:index/networkSubnet:NetworkSubnet", {"ipRange": subnet, "networkId": UNKNOWN}),
    ]


CP, WORKER = server("10.0.1.2", "control-plane"), server("10.0.1.20", "worker")
BALANCER = ("hcloud:index/loadBalancerNetwork:LoadBalancerNetwork", {"ip": "10.0.1.250"})
