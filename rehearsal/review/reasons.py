"""Why a change is refused or has to be looked at: one shape for all sources. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Literal

from rehearsal.review.facts import Facts

Weight = Literal["refuse", "look"]
Source = Literal[
    "policy", "configuration", "program", "stack", "node", "quorum", "network", "review"
]
ACCEPTABLE: tuple[Source, ...] = ("node", "quorum", "network")
"""Refusals that a person may accept; what any other source refuses, `pulumi up` refuses as well."""


@dataclass(frozen=True)
class Reason:
    """One reason."""

    weight: Weight
    source: Source
    subject: str
    """Whom it is about: a node, a resource, a setting; empty: the whole stack."""
    what: str
    fix: str = ""
    id: str = ""
    """By which it is accepted: the same for all subjects of one sentence, another with any other
    subject among them. Only of what may be accepted.
    """
    accepted: str = ""
    """Why somebody accepts it."""


def stated(facts: Facts) -> list[Reason]:
    """What configuration, program and policies say themselves, and where the review is blind."""
    found = [
        Reason("refuse", "configuration", one.path, f"found {one.value}; {one.rule}", one.fix)
        for one in facts.problems
    ]
    found += [Reason("refuse", "program", "", sentence) for sentence in facts.errors]
    if facts.orphan:
        what = "the stack's file is deleted, and what the stack has made stays, managed by nobody"
        found.append(Reason("look", "stack", facts.orphan, what, "`pulumi destroy` it first"))
    known = set(facts.known_findings)
    for one in facts.findings:
        if one.level == "mandatory":
            older = " (the base breaks this rule already)" if one in known else ""
            rule = f"{one.pack}/{one.policy}"
            found.append(
                Reason("refuse", "policy", one.resource, f"{rule}: {one.message}{older}", one.fix)
            )
        elif one.level == "advisory" and one not in known:
            rule = f"{one.pack}/{one.policy}"
            found.append(Reason("look", "policy", one.resource, f"{rule}: {one.message}", one.fix))
    found += [Reason("look", "review", "", sentence) for sentence in facts.doubts]
    return found


def ordered(found: Sequence[Reason], accepted: Mapping[str, str]) -> tuple[Reason, ...]:
    """Each once, refusals first, the order of their sources kept; what is accepted is only looked
    at.
    """
    unique = dict.fromkeys(found)
    subjects: dict[tuple[str, ...], list[str]] = {}
    for one in unique:
        subjects.setdefault((one.source, one.what, one.fix), []).append(one.subject)
    decided = []
    for one in unique:
        if one.weight == "refuse" and one.source in ACCEPTABLE:
            among = subjects[one.source, one.what, one.fix]
            one = replace(one, id=_id(one.source, one.what, *sorted(among)))
            if one.id in accepted:
                one = replace(one, weight="look", accepted=accepted[one.id])
        decided.append(one)
    return tuple(sorted(decided, key=lambda one: one.weight != "refuse"))


def _id(source: str, *said: str) -> str:
    return f"{source}-{sha256(json.dumps(said).encode()).hexdigest()[:8]}"


def verdict(found: Sequence[Reason]) -> Literal["approve", "look", "refuse"]:
    """Refuse if anything refuses, look if anything is to be looked at, else approve."""
    weights = {one.weight for one in found}
    if "refuse" in weights:
        return "refuse"
    return "look" if weights else "approve"
