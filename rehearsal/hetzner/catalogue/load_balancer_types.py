"""Load balancer types (facts/hetzner.md §5); prices are **sample values**, EUR per month, net."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LoadBalancerType:
    """Limits per load balancer of this type."""

    id: int
    name: str
    max_services: int
    max_targets: int
    max_assigned_certificates: int
    max_connections: int
    price: float


LOAD_BALANCER_TYPES = (
    LoadBalancerType(1, "lb11", 5, 25, 10, 10_000, 5.39),
    LoadBalancerType(2, "lb21", 15, 75, 25, 20_000, 16.40),
    LoadBalancerType(3, "lb31", 30, 150, 50, 40_000, 32.90),
)

LOAD_BALANCER_TYPE = {balancer_type.name: balancer_type for balancer_type in LOAD_BALANCER_TYPES}
