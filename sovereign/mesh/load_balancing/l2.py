"""Addresses from a pool of one's own, announced by ARP: for one flat subnet, never on Hetzner Cloud
(`choice.describe("l2").refused`).
"""

import ipaddress
from collections.abc import Mapping, Sequence
from typing import Any

from sovereign.mesh.checks import Checks
from sovereign.mesh.manifest import Manifest, manifest


def l2_pool(
    *,
    name: str,
    ranges: Sequence[str],
    services: Mapping[str, str] | None = None,
    interfaces: Sequence[str] = (),
) -> list[Manifest]:
    """The pool and the policy that announces its addresses. Raises ConfigError.

    `ranges`: CIDR blocks, or `192.168.1.240-192.168.1.250`; free addresses of the nodes' subnet.
    `services`: labels of the Services that may have one; none: all. `interfaces`: regular
    expressions of the nodes' interfaces that announce; none: all.
    """
    checks = Checks("l2-pool")
    checks.name("name", name)
    if not ranges:
        checks.add(
            "ranges", ranges, "a pool needs an address", "write for example 192.168.1.240/28"
        )
    blocks = [_block(checks, number, text) for number, text in enumerate(ranges)]
    if services is not None:
        checks.labels("services", services)
    checks.refuse()
    selector = {"serviceSelector": {"matchLabels": dict(services)}} if services else {}
    announced: dict[str, Any] = {**selector, "loadBalancerIPs": True}
    if interfaces:
        announced["interfaces"] = list(interfaces)
    return [
        manifest(
            "cilium.io/v2", "CiliumLoadBalancerIPPool", name, spec={"blocks": blocks, **selector}
        ),
        manifest("cilium.io/v2alpha1", "CiliumL2AnnouncementPolicy", name, spec=announced),
    ]


def _block(checks: Checks, number: int, text: str) -> dict[str, str]:
    start, dash, stop = text.partition("-")
    try:
        if not dash:
            return {"cidr": str(ipaddress.ip_network(text))}
        first, last = ipaddress.ip_address(start.strip()), ipaddress.ip_address(stop.strip())
        if first.version == last.version and int(first) <= int(last):
            return {"start": str(first), "stop": str(last)}
    except ValueError:
        pass
    rule = "must be a CIDR block without host bits, or FIRST-LAST"
    checks.add(f"ranges[{number}]", text, rule, "write for example 192.168.1.240/28")
    return {}
