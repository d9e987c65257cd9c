"""`review`: from facts to the one object that comment and JSON answer are drawn from. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Literal

from rehearsal.order import EngineName
from rehearsal.review import acceptance, reasons
from rehearsal.review.additions import additions
from rehearsal.review.changes import Change, changes, counts
from rehearsal.review.exposure import deleted_firewalls, unprotected
from rehearsal.review.facts import Base, Facts, Finding, Setting
from rehearsal.review.hazards import hazards
from rehearsal.review.landscape import Landscape, Rule, landscape
from rehearsal.review.margins import Margin, margins
from rehearsal.review.money import Cost, cost
from rehearsal.review.nodes import Node, nodes
from rehearsal.review.reasons import Reason
from rehearsal.runtime import urn as urns

Verdict = Literal["approve", "look", "refuse"]


@dataclass(frozen=True)
class Opening:
    """A firewall rule that only one side has."""

    firewall: str
    rule: str
    sources: str
    added: bool


@dataclass(frozen=True)
class Review:
    """The whole review. Nothing in it is secret; values of the change stand in it as they are."""

    stack: str
    engine: EngineName
    base: Base
    verdict: Verdict
    reasons: tuple[Reason, ...]
    complete: bool
    counts: dict[str, int]
    nodes: tuple[Node, ...]
    openings: tuple[Opening, ...]
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    """What the change brings; deferred ones apart."""
    known_findings: tuple[Finding, ...]
    """What the base has too."""
    deferred: tuple[Finding, ...]
    rules: int
    evaluated: int
    cost: Cost
    margins: tuple[Margin, ...]
    settings: tuple[Setting, ...]
    set_back: tuple[str, ...]
    notes: tuple[str, ...]
    head: str
    others: tuple[str, ...]
    idle: tuple[str, ...]
    """Rules that found nothing to look at."""
    cluster: str
    location: str
    ranges: dict[str, str]
    anchor: str
    rules_after: tuple[Rule, ...]


def review(facts: Facts) -> Review:
    """Judge the facts."""
    before, after = _sides(facts)
    listed = changes(facts)
    found = nodes(before, after, listed)
    stated = [*reasons.stated(facts), *hazards(before, after, found, listed)]
    said = reasons.ordered(stated, facts.accepted)
    same = sum(
        one.action == "same" and not urns.is_default_provider(one.urn) for one in facts.operations
    )
    spoken = [one for one in facts.findings if one.level in ("mandatory", "advisory")]
    known = set(facts.known_findings)
    anchor = after.anchor
    return Review(
        stack=facts.stack,
        engine=facts.engine,
        base=facts.base,
        verdict=reasons.verdict(said),
        reasons=said,
        complete=facts.complete,
        counts=counts(listed, same),
        nodes=found,
        openings=_openings(before, after),
        changes=listed,
        findings=tuple(one for one in spoken if one not in known),
        known_findings=tuple(one for one in spoken if one in known),
        deferred=tuple(one for one in facts.findings if one.level == "deferred"),
        rules=facts.rules,
        evaluated=facts.evaluated,
        cost=cost(facts.before, facts.after, facts.prices),
        margins=margins(after, additions(facts.after)),
        settings=tuple(facts.settings),
        set_back=tuple(facts.set_back),
        notes=(*facts.notes, *acceptance.unused(facts.accepted, [one.id for one in said])),
        head=facts.head,
        others=tuple(facts.others),
        idle=tuple(facts.idle),
        cluster=after.name or before.name,
        location=after.location or before.location,
        ranges=dict(after.ranges or before.ranges),
        anchor=anchor.name if anchor else "",
        rules_after=after.rules,
    )


def without(found: Review, mask: Callable[[str], str]) -> Review:
    """The same with every text in it masked."""
    masked: Review = _masked(found, mask)
    return masked


def _masked(value: Any, mask: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return mask(value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {each.name: _masked(getattr(value, each.name), mask) for each in fields(value)}
        return replace(value, **changed)
    if isinstance(value, tuple):
        return tuple(_masked(item, mask) for item in value)
    if isinstance(value, dict):
        return {mask(key): _masked(item, mask) for key, item in value.items()}
    return value


def _sides(facts: Facts) -> tuple[Landscape, Landscape]:
    """Before and after, each with the servers that no firewall protects."""
    old, new = facts.before, facts.after
    gone = deleted_firewalls(old, new)
    return (
        replace(landscape(old), exposed=frozenset(unprotected(old))),
        replace(landscape(new), exposed=frozenset(unprotected(new, gone))),
    )


def _openings(before: Landscape, after: Landscape) -> tuple[Opening, ...]:
    """Rules and servers without a firewall that only one side has."""
    old, new = _spelled(before), _spelled(after)
    kept = {one.urn for one in before.servers} & {one.urn for one in after.servers}
    for land, rows in ((before, old), (after, new)):
        rows |= {
            (one.name, "every port", "everyone: no firewall")
            for one in land.servers
            if one.urn in land.exposed and (land is after or one.urn in kept)
        }
    return tuple(
        Opening(firewall, rule, source, added=(firewall, rule, source) in new)
        for firewall, rule, source in sorted(old ^ new)
    )


def _spelled(land: Landscape) -> set[tuple[str, str, str]]:
    return {
        (one.firewall, f"{one.protocol} {one.port}", source)
        for one in land.rules
        for source in one.sources
    }
