"""The tables of the comment. Pure."""

from collections import Counter

from rehearsal.review.changes import COMPONENT, SECRET, Change, Property
from rehearsal.review.escape import cell, code, prose
from rehearsal.review.fitting import Section
from rehearsal.review.margins import Margin
from rehearsal.review.money import Cost
from rehearsal.review.nodes import Node
from rehearsal.review.review import Review
from sovereign.plan.cost import NOT_INCLUDED

FATES = {
    "new": "new",
    "gone": "**removed**",
    "replaced": "**replaced**",
    "powered-off": "⚠️ **powered off**",
    "reattached": "⚠️ **network off and on**",
    "changed": "changed",
}
SIGNS = {"create": "+", "update": "~", "replace": "±", "delete": "-"}


def nodes(review: Review) -> Section | None:
    """The nodes that do not stay as they are, by name."""
    touched = [node for node in review.nodes if node.fate != "same"]
    if not touched:
        return None
    unchanged = len(review.nodes) - len(touched)
    opening = (
        f"### Nodes ({len(touched)} of {len(review.nodes)} touched)",
        "",
        "| node | what happens | type | private address | because of |",
        "|---|---|---|---|---|",
    )
    stay = "1 node stays as it is." if unchanged == 1 else f"{unchanged} nodes stay as they are."
    closing = ("", stay) if unchanged else ()
    return Section("nodes", opening, tuple(_node(node) for node in touched), closing)


def _node(node: Node) -> str:
    kind = cell(node.type_after or node.type_before, 40)
    if node.type_before and node.type_after and node.type_before != node.type_after:
        kind = f"{cell(node.type_before, 40)} → {cell(node.type_after, 40)}"
    because = prose(node.why, in_table=True) if node.why else "—"
    address = cell(node.private_ip, 40)
    return f"| {cell(node.name, 80)} | {FATES[node.fate]} | {kind} | {address} | {because} |"


def openings(review: Review) -> Section | None:
    """Who may come in that could not, and the other way round."""
    if not review.openings:
        return None
    opening = ("### Firewalls", "", "| firewall | | port | sources |", "|---|---|---|---|")
    items = []
    for one in review.openings:
        verb = "🔓 **opened**" if one.added else "🔒 closed"
        items.append(
            f"| {cell(one.firewall, 80)} | {verb} | {cell(one.rule)} | {cell(one.sources)} |"
        )
    return Section("firewalls", opening, tuple(items))


def findings(review: Review) -> Section | None:
    """What the change breaks, counted by rule; each is a reason above."""
    if not review.findings:
        return None
    counted = Counter((one.level, f"{one.pack}/{one.policy}") for one in review.findings)
    opening = ("### Policies", "", "| rule | level | findings |", "|---|---|---|")
    items = (f"| {cell(rule, 90)} | {level} | {n} |" for (level, rule), n in counted.items())
    return Section("policies", opening, tuple(items))


def known(review: Review) -> Section | None:
    """What the base breaks as well."""
    if not review.known_findings:
        return None
    count = len(review.known_findings)
    opening = (f"<details><summary>Findings that the base has too ({count})</summary>", "")
    items = tuple(
        f"- {code(f'{one.pack}/{one.policy}', 90)} ({one.level}): {prose(one.message)}"
        for one in review.known_findings
    )
    return Section("findings of the base", opening, items, ("", "</details>"))


def cost(review: Review) -> Section | None:
    """What everything that is billed costs per month, before and after."""
    money = review.cost
    if not money.rows:
        return None
    origin = "sample prices" if money.sample else "prices"
    lines = [
        "### Cost per month",
        "",
        f"| billed | {prose(money.currency)} each | before | after | difference |",
        "|---|---:|---:|---:|---:|",
    ]
    for row in money.rows:
        difference = "unknown" if row.difference is None else f"{row.difference:+.2f}"
        shown = "—" if row.difference == 0 else difference
        counts = f"{row.before:g} | {row.after:g}"
        lines.append(f"| {cell(row.label, 60)} | {_each(row.price)} | {counts} | {shown} |")
    change = "unknown" if money.difference is None else f"{money.difference:+.2f}"
    change = "—" if money.difference == 0 else change
    lines.append(
        f"| **total** | | {_amount(money.before)} | {_amount(money.after)} | **{change}** |"
    )
    said = f"Net {origin} of {prose(money.date)}, {prose(money.currency)}."
    if money.unpriced:
        said += f" Without a price: {', '.join(code(one, 80) for one in money.unpriced[:10])}."
    return Section("", (*lines, "", f"{said} Not included: {NOT_INCLUDED}.", ""))


def cost_line(money: Cost) -> str:
    """The change in one sentence."""
    if not money.rows:
        return ""
    if money.difference is None:
        return "Cost per month: **unknown**."
    if not money.difference:
        stays = "" if money.after is None else f"**{money.after:.2f} {prose(money.currency)}**, "
        return f"Cost per month: {stays}unchanged."
    return (
        f"Cost per month: **{money.difference:+.2f} {prose(money.currency)}** "
        f"({_amount(money.before)} → {_amount(money.after)})."
    )


def _each(price: float | None) -> str:
    """Finer than a cent where a cent would be nothing."""
    return f"{price:.4f}" if price and price < 0.1 else _amount(price)


def _amount(amount: float | None) -> str:
    return "unknown" if amount is None else f"{amount:.2f}"


def settings(review: Review) -> Section | None:
    """What changes in the stack file."""
    if not review.settings:
        return None
    count = len(review.settings)
    opening = (
        f"<details><summary>Settings that change ({count})</summary>",
        "",
        "| setting | before | after |",
        "|---|---|---|",
    )
    items = tuple(
        f"| {cell(one.path)} | {cell(one.before)} | {cell(one.after)} |" for one in review.settings
    )
    return Section("settings", opening, items, ("", "</details>"))


def margins(review: Review) -> Section | None:
    """How far the result is from each limit."""
    if not review.margins:
        return None
    tight = [one for one in review.margins if one.tight]
    warning = f", {len(tight)} nearly used up" if tight else ""
    opening = (
        f"<details><summary>Limits and what is left of them{warning}</summary>",
        "",
        "| limit | used | of | left | fullest |",
        "|---|---:|---:|---:|---|",
    )
    items = tuple(_margin(one) for one in review.margins)
    return Section("limits", opening, items, ("", "</details>"))


def _margin(one: Margin) -> str:
    sign = "⚠️ " if one.tight else ""
    where = cell(one.where, 80) if one.where else ""
    what = prose(one.what, in_table=True)
    return f"| {sign}{what} | {one.used} | {one.limit} | {one.left} | {where} |"


def changes(review: Review) -> Section | None:
    """Every resource that does not stay, with the properties that differ; components, which only
    hold others, apart.
    """
    listed = [one for one in review.changes if not one.type.startswith(COMPONENT)]
    if not listed:
        return None
    opening = (
        f"<details><summary>All changed resources ({len(listed)}, components apart)</summary>",
        "",
        "| | resource | name | what differs |",
        "|---|---|---|---|",
    )
    return Section(
        "changed resources",
        opening,
        tuple(_change(one) for one in listed),
        ("", "</details>"),
    )


def _change(one: Change) -> str:
    places = [_place(each) for each in one.properties]
    if one.more:
        places.append(f"and {one.more} more")
    why = [prose(one.reason, in_table=True)] if one.reason else []
    cells = (prose(one.noun, in_table=True), cell(one.name, 80), "<br>".join([*why, *places]))
    return f"| `{SIGNS[one.action]}` | {' | '.join(cells)} |"


def _place(one: Property) -> str:
    if one.before == one.after == SECRET:
        return f"{cell(one.path, 80)}: secret, changed"
    return f"{cell(one.path, 80)}: {cell(one.before)} → {cell(one.after)}"
