"""The Hetzner load balancer in front of a Gateway. Cilium copies `spec.infrastructure.annotations`
to the Service that the cloud controller turns into a load balancer.
"""

from dataclasses import dataclass
from typing import get_args

from sovereign.mesh.checks import Checks
from sovereign.mesh.load_balancing import hetzner


@dataclass(frozen=True)
class HetznerLoadBalancer:
    """Where and what the load balancer is."""

    location: hetzner.Location = "nbg1"
    """Without one the cloud controller creates nothing. A later change has no effect."""
    type: hetzner.Type = "lb11"
    name: str | None = None
    """Default: the cloud controller's own choice."""

    def check(self, checks: Checks) -> None:
        """Add what is wrong."""
        checks.one_of("load_balancer.location", self.location, get_args(hetzner.Location))
        checks.one_of("load_balancer.type", self.type, get_args(hetzner.Type))
        if self.name is not None:
            checks.name("load_balancer.name", self.name)

    def annotations(self) -> dict[str, str]:
        """As they stand in `spec.infrastructure`."""
        return hetzner.annotations(location=self.location, type=self.type, name=self.name)


HETZNER = HetznerLoadBalancer()
"""The smallest load balancer, in nbg1."""
