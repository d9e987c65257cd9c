"""Why a change is refused or has to be looked at: one shape for all sources. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rehearsal.review.facts import Facts

Weight = Literal["refuse", "look"]
Source = Literal["policy", "configuration", "program", "node", "quorum", "network", "review"]


@dataclass(frozen=True)
class Reason:
    """One reason."""

    weight: Weight
    source: Source
    subject: str
    """Whom it is about: a node, a resource, a setting; empty: the whole stack."""
    what: str
    fix: str = ""


def stated(facts: Facts) -> list[Reason]:
    """What configuration, program and policies say themselves, and where the review is blind."""
    found = [
        Reason("refuse", "configuration", one.path, f"found {one.value}; {one.rule}", one.fix)
        for one in facts.problems
    ]
    found += [Reason("refuse", "program", "", sentence) for sentence in facts.errors]
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


def ordered(found: Sequence[Reason]) -> tuple[Reason, ...]:
    """Each once, refusals first, the order of their sources kept."""
    unique = list(dict.fromkeys(found))
    return tuple(sorted(unique, key=lambda one: one.weight != "refuse"))


def verdict(found: Sequence[Reason]) -> Literal["approve", "look", "refuse"]:
    """Refuse if anything refuses, look if anything is to be looked at, else approve."""
    weights = {one.weight for one in found}
    if "refuse" in weights:
        return "refuse"
    return "look" if weights else "approve"
