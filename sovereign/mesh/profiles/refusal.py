"""Why a profile cannot run in a Hetzner stack. Read from its values, so that it holds for each."""

import ipaddress
from collections.abc import Iterator

from sovereign.catalog import Catalog, load
from sovereign.config import NetworkConfig
from sovereign.mesh.profiles.profile import Profile
from sovereign.problems import Problem

PATH = "cilium.profile"
FIX = "write `profile: sovereign`"


def refuse_on_hetzner(
    profile: Profile, *, network: NetworkConfig | None = None, catalog: Catalog | None = None
) -> list[Problem]:
    """Every reason; a profile that can run has none."""
    reasons = [
        *_layer_3(profile),
        *_chart(profile, catalog or load()),
        *_pods(profile, network or NetworkConfig()),
    ]
    return [Problem(PATH, repr(profile.name), reason, FIX) for reason in reasons]


def _layer_3(profile: Profile) -> Iterator[str]:
    if profile.values.get("l2announcements", {}).get("enabled"):
        yield (
            "it announces addresses by ARP (l2announcements), and a Hetzner network is layer 3: "
            "ARP resolves nothing but the gateway"
        )


def _chart(profile: Profile, catalog: Catalog) -> Iterator[str]:
    lowest = catalog.versions["cilium"][profile.line]["lowest"]
    if _number(profile.chart) < _number(lowest):
        yield (
            f"its chart {profile.chart} is below {lowest}, which sizes WireGuard's overhead wrong "
            "(80 instead of 95 bytes): large packets vanish"
        )


def _pods(profile: Profile, network: NetworkConfig) -> Iterator[str]:
    if profile.values.get("routingMode") != "native":
        return
    pods = ipaddress.IPv4Network(profile.values["ipv4NativeRoutingCIDR"])
    try:
        around = ipaddress.IPv4Network(network.cidr)
    except ValueError:
        return  # refused by the ranges' own rule
    if not pods.subnet_of(around):
        yield (
            f"it routes its pods' range {pods} natively, and that is outside the network "
            f"{network.cidr}: Hetzner's gateway has no route for it"
        )


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
