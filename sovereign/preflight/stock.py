"""Whether server types can be ordered, and what could stand in for them. Pure."""

from collections.abc import Iterator
from typing import Final

from sovereign.preflight.finding import Finding
from sovereign.preflight.project import Existing, Offer, Project
from sovereign.preflight.wanted import Group, Wanted

ALTERNATIVES: Final = 3


def own(wanted: Wanted, project: Project) -> list[Existing]:
    """What bears this environment's labels."""
    marks = wanted.labels.items()
    return [one for one in project.existing if marks <= dict(one.labels).items()]


def missing(group: Group, wanted: Wanted, project: Project) -> int:
    """How many servers of a group are not there yet, so have to be ordered."""
    there = {one.name for one in own(wanted, project) if one.kind == "servers"}
    return sum(node.name not in there for node in group.nodes)


def judge(group: Group, wanted: Wanted, project: Project) -> Iterator[Finding]:
    """The type itself, and each of its fallback types, whether it is needed or not."""
    yield _type(group, wanted, project)
    if group.fallback_types:
        yield _fallbacks(group, project)


def _type(group: Group, wanted: Wanted, project: Project) -> Finding:
    subject = f"{group.path}: {group.server_type} in {group.location}"
    orders = missing(group, wanted, project)
    offer = project.offer(group.server_type, group.location)
    if offer is None or not offer.available:
        said = "is not sold there" if offer is None else "is sold out there now"
        if not orders:
            return Finding("note", "type", subject, f"{said}, but all its servers are there")
        return Finding("error", "type", subject, said, _instead(group, project))
    if offer.unavailable_after:
        said = f"can be ordered until {offer.unavailable_after}, it is deprecated"
        return Finding("note", "type", subject, said, _instead(group, project))
    said = f"can be ordered ({orders} to order, {len(group.nodes) - orders} there)"
    return Finding("ok", "type", subject, said)


def _fallbacks(group: Group, project: Project) -> Finding:
    """In the operator's order, each with its state."""
    states = {name: _state(project.offer(name, group.location)) for name in group.fallback_types}
    subject = f"{group.path}: fallbackTypes in {group.location}"
    said = ", ".join(f"{name} {state or 'can be ordered'}" for name, state in states.items())
    useless = [name for name, state in states.items() if state]
    if not useless:
        return Finding("ok", "type", subject, said)
    fix = f"put others in the place of {', '.join(useless)}, while there is a choice"
    return Finding("note", "type", subject, said, fix)


def _state(offer: Offer | None) -> str:
    """What speaks against ordering it; nothing where nothing does."""
    if offer is None:
        return "is not sold there"
    if not offer.available:
        return "is sold out"
    if offer.unavailable_after:
        return f"is deprecated, can be ordered until {offer.unavailable_after}"
    return ""


def _instead(group: Group, project: Project) -> str:
    """The first fallback type that can be ordered and stays so, else what is like the type."""
    good = [
        name for name in group.fallback_types if not _state(project.offer(name, group.location))
    ]
    if good:
        more = f" (then: {', '.join(good[1:])})" if good[1:] else ""
        return (
            f"set {group.path}.serverType to {good[0]}, "
            f"the first of its fallbackTypes to be had{more}"
        )
    tried = ", ".join(group.fallback_types)
    none = f"none of its fallbackTypes ({tried}) can be ordered there for long; " if tried else ""
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
        and not _state(offer)
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
