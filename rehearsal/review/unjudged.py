"""What the rules could not judge: counted and shown, for silence is no verdict. Pure."""

from rehearsal.review.escape import cell, prose
from rehearsal.review.fitting import Section
from rehearsal.review.review import Review

DEFERRED = "deferred: "


def unjudged(review: Review) -> Section | None:
    """The findings that wait for a value, and the rules that found nothing to look at."""
    waiting = [
        f"| {cell(rule, 90)} | {cell(resource, 80)} | {prose(why, in_table=True)} |"
        for rule, resource, why in _waiting(review)
    ]
    idle = [
        f"| {cell(rule, 90)} | — | nothing of its kind is in this stack |" for rule in review.idle
    ]
    if not (waiting or idle):
        return None
    summary = f"Not evaluated: {len(waiting)} waiting for a value, {len(idle)} without a subject"
    opening = (
        f"<details><summary>{summary}</summary>",
        "",
        "| rule | resource | why |",
        "|---|---|---|",
    )
    return Section("what was not evaluated", opening, (*waiting, *idle), ("", "</details>"))


def _waiting(review: Review) -> list[tuple[str, str, str]]:
    """Rule, resource, why; our packs tell all of theirs by one rule `<pack>-deferred`."""
    found = []
    for one in review.deferred:
        rule, colon, why = one.message.removeprefix(DEFERRED).partition(": ")
        told = colon and one.policy == f"{one.pack}-deferred"
        rule = f"{one.pack}/{rule if told else one.policy}"
        found.append((rule, one.resource, why if told else one.message.removeprefix(DEFERRED)))
    return found
