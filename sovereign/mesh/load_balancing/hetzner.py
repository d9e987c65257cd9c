"""Annotations that tell Hetzner's cloud controller manager how to make a Service's load balancer.

Source: hccm docs "load balancers" and "private networks". They also stand in a Gateway's
`spec.infrastructure.annotations`.
"""

from typing import Literal

PREFIX = "load-balancer.hetzner.cloud"
Location = Literal["nbg1", "fsn1", "hel1", "ash", "hil", "sin"]
Type = Literal["lb11", "lb21", "lb31"]


def annotations(
    *, location: Location, name: str | None = None, type: Type = "lb11"
) -> dict[str, str]:
    """Annotations of a Service of type LoadBalancer. `name`: None takes a generated one.

    The load balancer reaches the nodes by the private network, and its own private address serves
    nobody: with kube-proxy replacement that address would answer itself (disable-private-ingress).
    """
    wanted = {
        f"{PREFIX}/location": location,
        f"{PREFIX}/type": type,
        f"{PREFIX}/use-private-ip": "true",
        f"{PREFIX}/disable-private-ingress": "true",
    }
    return {**wanted, f"{PREFIX}/name": name} if name else wanted
