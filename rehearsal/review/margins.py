"""How far the result stays below the limits of Hetzner and of this program. Pure.

Sources: facts hetzner §1; docs/limits.md.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network

from rehearsal.review.additions import TYPES, Additions
from rehearsal.review.landscape import Landscape

NOTHING = Additions()
TIGHT = 0.8
"""From this share on a limit is marked."""
ATTACHMENTS, SUBNETS, GROUPS, GROUP_SERVERS = 100, 50, 50, 10
FIREWALLS, FIREWALL_RULES, RULE_SOURCES = 50, 50, 100
USER_DATA_BYTES, NAME_CHARACTERS = 32 * 1024, 63
CONTROL_PLANES, WORKERS = 9, 230
NODE_POD_PREFIX = 24


@dataclass(frozen=True)
class Margin:
    """One limit and how much of it is used."""

    what: str
    used: int
    limit: int
    where: str = ""
    """The fullest one, where there are several."""

    @property
    def left(self) -> int:
        """What remains; negative where it is exceeded."""
        return self.limit - self.used

    @property
    def tight(self) -> bool:
        """Whether it is nearly used up."""
        return self.used >= TIGHT * self.limit


def margins(land: Landscape, more: Additions = NOTHING) -> tuple[Margin, ...]:
    """Every limit that the resources come near to in any way; `more` is what the cluster may order
    by itself.
    """
    return tuple(one for one in (*_all(land, more), *_behind(more)) if one.used)


def _behind(more: Additions) -> Iterator[Margin]:
    """What the fullest load balancer of each type has behind it."""
    for kind, (targets, services) in TYPES.items():
        mine = [one for one in more.balancers if one.type == kind]
        behind = Counter({one.name: one.targets for one in mine})
        yield _fullest(f"targets of a load balancer {kind}", behind, targets)
        served = Counter({one.name: one.services for one in mine})
        yield _fullest(f"services of a load balancer {kind}", served, services)


def _all(land: Landscape, more: Additions) -> Iterator[Margin]:
    attached = land.attachments + more.autoscaled + more.balanced
    parts = (("nodes of the autoscaler", more.autoscaled), ("Services and Gateways", more.balanced))
    where = ", ".join(f"{count} for {what}" for what, count in parts if count)
    yield Margin("servers and load balancers on the network", attached, ATTACHMENTS, where)
    grouped = _counted(one.group for one in land.servers)
    yield _fullest("servers in a placement group", grouped, GROUP_SERVERS)
    yield Margin("placement groups of the project", len(land.groups), GROUPS)
    yield Margin("firewalls of the project", len(land.firewalls), FIREWALLS)
    per_firewall = _counted(rule.firewall for rule in land.rules)
    yield _fullest("rules of a firewall", per_firewall, FIREWALL_RULES)
    sources = Counter({f"{r.firewall} {r.port}": len(r.sources) for r in land.rules})
    yield _fullest("CIDR blocks of a firewall rule", sources, RULE_SOURCES)
    sizes = Counter({one.name: one.user_data_bytes for one in land.servers})
    yield _fullest("bytes of user_data", sizes, USER_DATA_BYTES)
    names = Counter({one.name: len(one.name) for one in land.servers})
    yield _fullest("characters of a server's name", names, NAME_CHARACTERS)
    yield Margin("subnets of the network", land.subnets, SUBNETS)
    yield Margin("addresses of control planes", len(land.of("control-plane")), CONTROL_PLANES)
    yield Margin("addresses of workers", len(land.of("worker")), WORKERS)
    pods = land.ranges.get("network.podCidr", "")
    yield Margin(f"nodes' pod ranges in {pods}", len(land.servers) if pods else 0, _room(pods))


def _room(cidr: str) -> int:
    """Node ranges in a pod range; none in what is no range."""
    try:
        return int(2 ** (NODE_POD_PREFIX - IPv4Network(cidr, strict=False).prefixlen))
    except ValueError:
        return 0


def _counted(names: Iterator[str]) -> Counter[str]:
    return Counter(name for name in names if name)


def _fullest(what: str, counted: Counter[str], limit: int) -> Margin:
    name, used = max(counted.items(), key=lambda item: (item[1], item[0]), default=("", 0))
    return Margin(what, used, limit, name)
