"""The three ways, and what each costs, where it fits, and what happens when something fails.

Facts: hetzner.md §2 and §5 (limits, layer 3), lab.md (PowerDNS).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["hetzner", "dns", "l2"]


@dataclass(frozen=True)
class Option:
    """One way, in words that `sovereign plan` shows."""

    kind: Kind
    title: str
    cost: str
    """What is billed, and per what. Prices are the operator's own, never invented here."""
    regions: str
    failure: str
    """Who notices a dead backend, how fast, and what callers see until then."""
    fits: str
    alternative: str | None
    refused: str | None
    """Why it cannot be chosen on Hetzner Cloud; None where it can."""

    def rows(self) -> list[tuple[str, str]]:
        """Label and text, as a table shows them."""
        rows = [
            ("load balancing", self.title),
            ("cost", self.cost),
            ("regions", self.regions),
            ("on failure", self.failure),
            ("fits", self.fits),
        ]
        if self.alternative is not None:
            rows.append(("alternative", self.alternative))
        if self.refused is not None:
            rows.append(("refused", self.refused))
        return rows


_OPTIONS: Mapping[Kind, Option] = {
    "hetzner": Option(
        kind="hetzner",
        title="Hetzner load balancer (cloud controller manager)",
        cost="one load balancer (lb11: 5 services, 25 targets) per Service of type LoadBalancer "
        "or Gateway, billed monthly; each also takes one of the network's 100 attachments",
        regions="one location, which cannot be changed later; targets in the same network zone",
        failure="the load balancer checks its targets and leaves dead nodes out within its "
        "health-check interval; if its location fails, so does the address",
        fits="production in one region: the default",
        alternative=None,
        refused=None,
    ),
    "dns": Option(
        kind="dns",
        title="DNS: PowerDNS Lua records (ifurlup, pickclosest), written by ExternalDNS",
        cost="no load balancer; two PowerDNS servers of your own (they are the service) and a "
        "public address on the nodes that answer",
        regions="any number of regions and clusters; callers get the nearest one, as near as "
        "their resolver's client subnet says",
        failure="PowerDNS checks the URL of each address every few seconds and leaves dead ones "
        "out of its answers; callers keep the old answer for the record's TTL. With all dead "
        "it still answers with one",
        fits="several regions, or no budget for a load balancer in each",
        alternative="k8gb: an operator in each cluster that answers for the zone itself; takes a "
        "delegated zone and talks to its peers, needs no PowerDNS",
        refused=None,
    ),
    "l2": Option(
        kind="l2",
        title="Cilium L2 announcements (ARP)",
        cost="nothing",
        regions="one Ethernet segment, one subnet",
        failure="one node answers for an address; when its lease runs out another one announces "
        "it. All traffic of a Service goes through that one node",
        fits="a laboratory at home (profile homelab)",
        alternative=None,
        refused="a Hetzner network is layer 3: ARP resolves nothing but the gateway, and only "
        "addresses that the API handed out work, so nobody would reach an announced one",
    ),
}


def options() -> list[Option]:
    """All ways, the default first."""
    return list(_OPTIONS.values())


def describe(kind: Kind) -> Option:
    """The one of that kind."""
    return _OPTIONS[kind]
