"""What a look at the project means for a plan: pure, every finding at once.

Limits are Hetzner's (docs "Networks overview", "Placement groups", "Firewalls FAQ"); quotas of an
account cannot be read by API (KH#760, hetznercloud/hcloud-go#302), and a finding says so.
"""

from collections.abc import Iterator
from typing import Final

from sovereign.preflight.finding import Finding
from sovereign.preflight.project import Existing, Offer, Project
from sovereign.preflight.wanted import Group, Wanted

PROJECT_LIMITS: Final = {"firewalls": 50, "placement_groups": 50}
"""Per project."""
ATTACHMENT_LIMIT: Final = 100
CALLS_PER_SERVER: Final = 15
"""API requests for one new server with the polls of its actions: a generous estimate."""
CALLS_PER_UP: Final = 60
"""Requests of an up besides its servers', estimated as well."""
ALTERNATIVES: Final = 3


def judge(wanted: Wanted, project: Project) -> list[Finding]:
    """Every finding, in the order of the checks: token, budget, types, names, limits."""
    return [
        _token(project),
        _budget(wanted, project),
        *(finding for group in wanted.groups for finding in _type(group, wanted, project)),
        *_names(wanted, project),
        *_keys(wanted, project),
        *_limits(wanted, project),
    ]


def missing(group: Group, wanted: Wanted, project: Project) -> int:
    """How many servers of a group are not there yet, so have to be ordered."""
    there = {one.name for one in _own(wanted, project) if one.kind == "servers"}
    return sum(node.name not in there for node in group.nodes)


def _own(wanted: Wanted, project: Project) -> list[Existing]:
    marks = wanted.labels.items()
    return [one for one in project.existing if marks <= dict(one.labels).items()]


def _token(project: Project) -> Finding:
    if project.writable:
        return Finding("ok", "token", "HCLOUD_TOKEN", "works and may create resources")
    if project.writable is None:
        said = "works; whether it may create resources could not be found out"
        return Finding("note", "token", "HCLOUD_TOKEN", said)
    fix = "enough for preflight; `pulumi up` needs one with read and write permission"
    return Finding("note", "token", "HCLOUD_TOKEN", "works and may only read", fix)


def _budget(wanted: Wanted, project: Project) -> Finding:
    orders = sum(missing(group, wanted, project) for group in wanted.groups)
    need = CALLS_PER_UP + CALLS_PER_SERVER * orders
    subject = "API requests"
    if project.budget is None:
        return Finding("note", "budget", subject, "the API does not say how many are left")
    said = f"{project.budget} left of this hour's, an up takes about {need}"
    if project.budget >= need:
        return Finding("ok", "budget", subject, said)
    wait = need - project.budget
    fix = f"wait about {wait} s (one comes back per second), or stop what else uses the project"
    return Finding("note", "budget", subject, said, fix)


def _type(group: Group, wanted: Wanted, project: Project) -> Iterator[Finding]:
    subject = f"{group.path}: {group.server_type} in {group.location}"
    orders = missing(group, wanted, project)
    offer = project.offer(group.server_type, group.location)
    if offer is None or not offer.available:
        said = "is not sold there" if offer is None else "is sold out there now"
        if not orders:
            yield Finding("note", "type", subject, f"{said}, but all its servers are there")
            return
        yield Finding("error", "type", subject, said, _instead(group, project))
        return
    if offer.unavailable_after:
        said = f"can be ordered until {offer.unavailable_after}, it is deprecated"
        yield Finding("note", "type", subject, said, _instead(group, project))
    else:
        said = f"can be ordered ({orders} to order, {len(group.nodes) - orders} there)"
        yield Finding("ok", "type", subject, said)


def _instead(group: Group, project: Project) -> str:
    """The first fallback type that can be ordered, else what is like the type and can be."""
    for name in group.fallback_types:
        offer = project.offer(name, group.location)
        if offer and offer.available:
            return (
                f"set {group.path}.serverType to {name}, the first of its fallbackTypes to be had"
            )
    tried = ", ".join(group.fallback_types)
    none = f"none of its fallbackTypes ({tried}) can be ordered there; " if tried else ""
    like = alternatives(group, project)
    if like:
        names = ", ".join(f"{o.name} ({_price(o, project)})" for o in like)
        return f"{none}at least as large and orderable there: {names}"
    return f"{none}nothing as large can be ordered there: try another location"


def alternatives(group: Group, project: Project) -> list[Offer]:
    """Types of the same processor, at least as large, orderable in the location; cheapest first."""
    sold = [o for o in project.offers if o.name == group.server_type]
    if not sold:
        return []
    like = [
        offer
        for offer in project.offers
        if offer.location == group.location
        and offer.available
        and offer.unavailable_after is None
        and offer.name != group.server_type
        and offer.architecture == sold[0].architecture
        and offer.cores >= sold[0].cores
        and offer.memory >= sold[0].memory
    ]
    return sorted(like, key=lambda o: (o.monthly is None, o.monthly, o.name))[:ALTERNATIVES]


def _price(offer: Offer, project: Project) -> str:
    if offer.monthly is None:
        return "price unknown"
    return f"{offer.monthly:.2f} {project.currency} a month"


def _names(wanted: Wanted, project: Project) -> Iterator[Finding]:
    own = _own(wanted, project)
    strangers = [
        one for one in project.existing if one.name in wanted.names[one.kind] and one not in own
    ]
    for one in strangers:
        said = f"the name is taken by id {one.id}, which is not labelled as this environment's"
        fix = "use a project per environment, rename the cluster, or remove it there"
        yield Finding("error", "name", f"{_noun(one)} {one.name}", said, fix)
    if own:
        said = f"{len(own)} resources with the labels of {wanted.cluster} are in the project"
        fix = "fine for an environment that is up; after a killed run see `sovereign recover`"
        yield Finding("note", "name", f"cluster {wanted.cluster}", said, fix)
    if not strangers:
        count = sum(map(len, wanted.names.values()))
        yield Finding("ok", "name", f"{count} names", "none is taken by anything else")


def _keys(wanted: Wanted, project: Project) -> Iterator[Finding]:
    """Hetzner takes a public key once per project, whatever its name."""
    for name, key in wanted.extra_keys.items():
        for one in project.existing:
            if one.kind == "ssh_keys" and one.public_key == key and one.name != name:
                said = f"the project holds this key as {one.name} already"
                fix = "remove it there: Hetzner takes a public key once per project"
                yield Finding("error", "name", f"ssh key {name}", said, fix)


def _limits(wanted: Wanted, project: Project) -> Iterator[Finding]:
    for kind, limit in PROJECT_LIMITS.items():
        there = {one.name for one in project.existing if one.kind == kind}
        new = set(wanted.names[kind]) - there
        total = len(there) + len(new)
        subject = f"{kind.replace('_', ' ')} of the project"
        said = f"{len(there)} there + {len(new)} new = {total} of {limit}"
        if total > limit:
            yield Finding("error", "limit", subject, said, "use another project, or denser ids")
        else:
            yield Finding("ok", "limit", subject, f"{said}, {limit - total} left")
    servers = len(wanted.names["servers"])
    said = f"{servers} of {ATTACHMENT_LIMIT}, {ATTACHMENT_LIMIT - servers} left for load balancers"
    yield Finding("ok", "limit", "attachments of the network", said)
    said = "quotas (servers, IPv4 addresses) are not in the API; the console shows them"
    yield Finding("note", "limit", "the account", said)


def _noun(one: Existing) -> str:
    return one.kind.replace("_", " ").removesuffix("s")
