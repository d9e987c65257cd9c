"""The page as text: one HTML file with its style and its drawings inside, nothing to load.

Values come from configurations and runs, so the template escapes everything; only the drawings,
made by this package and escaped there, are taken as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from rehearsal.picture import gantt, topology
from rehearsal.timeline import Span
from sovereign.plan import SovereignPlan

WIDE = 1128
NARROW = 400
"""Pixels that a drawing has at a desk and on a telephone."""
ATTACHMENT_LIMIT = 100
"""Servers and load balancers on one Hetzner network (Hetzner docs "Networks overview")."""


@dataclass(frozen=True)
class Facts:
    """What is on the page."""

    stack: str
    plan: SovereignPlan
    answer: Mapping[str, Any] | None
    """The last up's answer (docs/rehearsal.schema.json); None: nothing was brought up yet."""
    spans: Sequence[Span]
    """The last up's timeline; empty: none is known."""
    made_at: str
    """When the page was made, as shown."""


@dataclass(frozen=True)
class Unplanned:
    """A node that the last up made and that the stack file does not plan."""

    name: str
    server_type: str
    private_ip: str
    location: str = ""
    placement_group: str = ""


def render(facts: Facts) -> str:
    """The page. Everything on it is plain text but the two drawings."""
    room = files("rehearsal.picture")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = environment.from_string(room.joinpath("page.html.jinja").read_text("utf-8"))
    seen = {node["name"]: node for node in (facts.answer or {}).get("nodes", ())}
    planned = {node.name for node in facts.plan.nodes}
    unplanned = [
        Unplanned(name, node["serverType"], node["privateIp"])
        for name, node in seen.items()
        if name not in planned
    ]
    drawn: list[topology.Drawn] = [*facts.plan.nodes, *unplanned]
    absent = sorted(planned - set(seen)) if seen else []
    return template.render(
        facts=facts,
        plan=facts.plan,
        answer=facts.answer,
        rows=[_row(node, seen.get(node.name)) for node in drawn],
        unplanned=[node.name for node in unplanned],
        absent=absent,
        style=Markup(room.joinpath("page.css").read_text("utf-8")),
        wide=Markup(topology.draw(facts.plan, seen, WIDE, unplanned)),
        narrow=Markup(topology.draw(facts.plan, seen, NARROW, unplanned)),
        bars=gantt.bars(facts.spans),
        length=gantt.length(facts.spans),
        attachment_limit=ATTACHMENT_LIMIT,
    )


def _row(node: topology.Drawn, seen: Mapping[str, Any] | None) -> dict[str, Any]:
    """A line of the table of nodes: planned, and how it was seen last."""
    ready = None if seen is None else seen["ready"]
    return {
        "node": node,
        "state": topology.STATES[ready],
        "word": topology.WORDS[ready],
        "reason": (seen or {}).get("reason", ""),
        "api": (seen or {}).get("apiAddress", ""),
    }
