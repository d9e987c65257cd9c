"""Parts of the mesh that a Hetzner stack cannot have, each refused with its reasons."""

from collections.abc import Iterator

from sovereign.catalog import Catalog
from sovereign.config import Settings
from sovereign.mesh.load_balancing.choice import describe
from sovereign.mesh.profiles.homelab import homelab
from sovereign.mesh.profiles.refusal import refuse_on_hetzner
from sovereign.problems import Problem


def profile(settings: Settings, catalog: Catalog) -> Iterator[Problem]:
    """A Cilium profile that a Hetzner network cannot carry."""
    cluster = settings.cluster
    if cluster.cilium.profile == "homelab":
        yield from refuse_on_hetzner(homelab(), network=cluster.network, catalog=catalog)


def load_balancer(settings: Settings, _: Catalog) -> Iterator[Problem]:
    """A kind of load balancer that has no place here; a DNS zone that is missing or of no use."""
    chosen = settings.cluster.load_balancer
    refused = describe(chosen.kind).refused
    if refused is not None:
        fix = "write `kind: hetzner`, or `kind: dns` for several regions"
        yield Problem("loadBalancer.kind", repr(chosen.kind), refused, fix)
    if chosen.kind == "dns" and chosen.zone is None:
        rule = "the records stand in a zone of your PowerDNS"
        yield Problem("loadBalancer.zone", "nothing", rule, "add `zone: example.org`")
    if chosen.kind != "dns" and chosen.zone is not None:
        rule = f"{chosen.kind} writes no DNS records"
        yield Problem("loadBalancer.zone", repr(chosen.zone), rule, "remove it, or use `kind: dns`")
