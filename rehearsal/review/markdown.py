"""The review as one Markdown comment for GitHub, Forgejo, Gitea and GitLab. Pure."""

from dataclasses import replace

from rehearsal.review import tables
from rehearsal.review.escape import code, prose
from rehearsal.review.fitting import GITHUB, Section, fit
from rehearsal.review.reasons import Reason
from rehearsal.review.review import Review
from rehearsal.review.topology import topology
from rehearsal.review.unjudged import unjudged

MARKER = "<!-- sovereign-review stack={stack} -->"
"""First line of a comment, by which a workflow finds the one to update."""
HEADLINES = {
    "approve": "✅ Approve",
    "look": "👀 Look before merging",
    "refuse": "⛔ Refuse",
}
SOURCES = {
    "policy": "policy",
    "configuration": "configuration",
    "program": "program",
    "node": "node at risk",
    "quorum": "quorum at risk",
    "network": "network",
    "stack": "stack",
    "review": "not seen",
}
MOST_SUBJECTS = 5
MERMAID_CHARACTERS = 50_000
"""Longer texts Mermaid refuses by default (`maxTextSize`)."""


def marker(stack: str) -> str:
    """The marker of a stack's comment; nothing of the stack's name can end it early."""
    return MARKER.format(stack="".join(c if c.isalnum() or c in "._" else "-" for c in stack))


def comment(review: Review, limit: int = GITHUB) -> str:
    """The whole comment, at most `limit` bytes."""
    return fit([(rank, section) for rank, section in _sections(review) if section], limit)


def _sections(review: Review) -> list[tuple[int, Section | None]]:
    """The parts in the order of reading, each with its rank: the highest is cut first."""
    return [
        (0, _headline(review)),
        (2, _reasons(review)),
        (3, tables.nodes(review)),
        (3, tables.openings(review)),
        (1, tables.findings(review)),
        (0, tables.cost(review)),
        (6, _picture(review)),
        (4, tables.settings(review)),
        (4, tables.margins(review)),
        (8, tables.changes(review)),
        (7, unjudged(review)),
        (7, tables.known(review)),
        (0, _footer(review)),
    ]


def _headline(review: Review) -> Section:
    refusing = [one for one in review.reasons if one.weight == "refuse"]
    looking = [one for one in review.reasons if one.weight == "look"]
    because = {
        "refuse": _counted(len(refusing), "reason against it", "reasons against it"),
        "look": _counted(len(looking), "thing to look at", "things to look at"),
        "approve": "no rule is broken and no node is at risk",
    }[review.verdict]
    done = [f"{count} {kind}" for kind, count in review.counts.items() if count]
    summary = f"**{because[0].upper()}{because[1:]}.** Resources: {', '.join(done) or 'none'}."
    lines = [
        marker(review.stack),
        f"## {HEADLINES[review.verdict]}: stack {code(review.stack)}",
        "",
        f"{summary} {tables.cost_line(review.cost)}",
        "",
        _compared(review),
    ]
    if review.others:
        files = ", ".join(code(one, 80) for one in review.others)
        lines += ["", f"{files} changes, too, and is not in this comment: `--stack` reviews it."]
    if not review.complete:
        lines += [
            "",
            "**The preview stopped before its end:** what follows is not everything.",
        ]
    if review.set_back:
        paths = ", ".join(code(path) for path in review.set_back)
        said = f"**Refused and put back** to see the rest: {paths}."
        lines += ["", f"{said} What follows is previewed with the old value there."]
    return Section("", (*lines, ""))


def _compared(review: Review) -> str:
    base, head = review.base, f"Commit {code(review.head)}. " if review.head else ""
    if base.origin == "stack":
        return (
            f"{head}Compared with the state of stack {code(base.revision)} (real engine, nothing "
            "done)."
        )
    if base.origin == "revision":
        return (
            f"{head}Compared with {code(base.revision)}, brought up on the embedded engine with "
            "placeholder secrets."
        )
    return f"{head}Compared with nothing: {prose(base.reason)}. Everything counts as new."


def _reasons(review: Review) -> Section | None:
    if not review.reasons:
        return None
    grouped: dict[Reason, list[str]] = {}
    for one in review.reasons:
        grouped.setdefault(replace(one, subject=""), []).append(one.subject)
    items = [_reason(one, names) for one, names in grouped.items()]
    return Section("reasons", ("### Why", ""), tuple(items))


def _reason(one: Reason, names: list[str]) -> str:
    sign = "☑️" if one.accepted else "⛔" if one.weight == "refuse" else "👀"
    subjects = [code(name, 80) for name in dict.fromkeys(names) if name]
    more = f" and {len(subjects) - MOST_SUBJECTS} more" if len(subjects) > MOST_SUBJECTS else ""
    who = f" {', '.join(subjects[:MOST_SUBJECTS])}{more}:" if subjects else ":"
    fix = f" **Fix:** {prose(one.fix)}" if one.fix else ""
    end = "" if one.what.endswith((".", "!", "?")) else "."
    said = f"- {sign} **{SOURCES[one.source]}**{who} {prose(one.what)}{end}{fix}"
    if one.accepted:
        return f"{said} **Accepted** in the stack file ({code(one.id)}): {prose(one.accepted)}"
    return f"{said} _Meant? Accept {code(one.id)} (docs/reviews.md)._" if one.id else said


def _picture(review: Review) -> Section | None:
    graph = topology(review)
    if not graph:
        return None
    if len(graph) > MERMAID_CHARACTERS:
        return Section("", ("The topology of the result is too large to draw.", ""))
    opening = ("<details><summary>Topology of the result</summary>", "", "```mermaid")
    return Section("topology", opening, (graph,), ("```", "", "</details>"), whole=True)


def _footer(review: Review) -> Section:
    engine = (
        "Made by `sovereign review` on the **embedded** engine: the program is real, providers and "
        "cluster are modelled; no account, no passphrase, no cluster was used."
        if review.engine == "embedded"
        else "Made by `sovereign review --live`: the real engine's preview against the stack's "
        "state; nothing was changed."
    )
    judged = f"{review.evaluated} of {review.rules} policy rules evaluated"
    if not review.rules:
        judged = "Every policy pack beside the program judged it"
    if review.deferred:
        waiting = _counted(len(review.deferred), "finding waits", "findings wait")
        judged += f"; {waiting} for values that only `up` knows"
    notes = [f"- {prose(note)}" for note in review.notes]
    trust = (
        "The program of the change ran to make this; on a change from a fork, trust this comment "
        "as far as you trust the change."
    )
    lines = ["<details><summary>How to read this</summary>", ""]
    lines += [f"- {engine}", f"- {judged}.", f"- {trust}", *notes, "", "</details>", ""]
    return Section("", tuple(lines))


def _counted(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"
