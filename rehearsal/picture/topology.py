"""The topology as SVG: operators, firewalls, the private network, every node, and each node's way
to the API.

Drawn twice, for wide and for narrow screens, because a scaled drawing cannot be read on a
telephone. Boxes stand in rows; the ways to the API run in a lane at the left edge, from each row of
workers up to the control planes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final, Protocol

from sovereign.plan import SovereignPlan

LEAST_BOX: Final = 150
LARGEST_BOX: Final = 330
"""Width of a node, in the drawing's units (pixels, unless the screen is narrower)."""
BOX_HEIGHT: Final = 78
GAP: Final = 14
LANE: Final = 26
"""Room at the left of the workers for their way to the API."""
HEAD: Final = 30
STATES: Final[Mapping[bool | None, str]] = {True: "good", False: "bad", None: "planned"}
WORDS: Final[Mapping[bool | None, str]] = {True: "Ready", False: "NotReady", None: "planned"}


class Drawn(Protocol):
    """What is drawn of a node: one of the plan, or one that was only seen."""

    @property
    def name(self) -> str:
        """Its host name."""
        ...

    @property
    def server_type(self) -> str:
        """Hetzner server type."""
        ...

    @property
    def private_ip(self) -> str:
        """Address in the private network."""
        ...


@dataclass(frozen=True)
class Group:
    """Nodes that are drawn in one frame."""

    title: str
    nodes: Sequence[Drawn]


def draw(
    plan: SovereignPlan,
    seen: Mapping[str, Mapping[str, Any]],
    room: int,
    unplanned: Sequence[Drawn] = (),
) -> str:
    """The SVG text, as many nodes beside each other as `room` pixels take, at least one.

    `seen`: node name -> its line in the last answer; missing ones are planned. `unplanned`: nodes
    that were seen and that the stack file does not plan.
    """
    groups = _groups(plan, unplanned)
    longest = max(len(node.name) for group in groups for node in group.nodes)
    box = min(max(LEAST_BOX, 18 + CHARACTER["name"] * longest), LARGEST_BOX)
    largest = max(len(group.nodes) for group in groups)
    columns = max(1, min(int((room - 2 * LANE - GAP) / (box + GAP)), max(largest, 2)))
    width = LANE + columns * (box + GAP) + GAP + LANE
    drawing = Drawing(plan, seen, columns, box, width)
    drawing.operators()
    drawing.network(groups)
    label = f"Topology of {plan.name}: {len(plan.nodes)} nodes in network {plan.network.cidr}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {drawing.y + GAP}" '
        f'width="{width}" role="img" aria-label="{escape(label)}">{"".join(drawing.parts)}</svg>'
    )


class Drawing:
    """Parts of the picture, from top to bottom; `y` is where the next one goes."""

    def __init__(
        self,
        plan: SovereignPlan,
        seen: Mapping[str, Mapping[str, Any]],
        columns: int,
        box: float,
        width: float,
    ) -> None:
        self._plan, self._seen = plan, seen
        self._columns, self._box, self._width = columns, box, width
        self.parts: list[str] = []
        self.y = GAP

    def operators(self) -> None:
        """Who may come in from outside, or that nobody may."""
        who = ", ".join(self._plan.operator_cidrs) or "nobody: no firewall opens a port"
        self._frame("outside", self._width - 2 * GAP, GAP, HEAD + 12)
        self._text(GAP + 10, self.y + 26, f"operators: {who}", "title", self._width - 4 * GAP)
        self.y += HEAD + 12
        if self._plan.operator_cidrs:
            middle = self._width / 2
            self._arrow(f"M {middle} {self.y} v {GAP * 2 - 4}")
        self.y += GAP * 2

    def network(self, groups: Sequence[Group]) -> None:
        """The private network with all groups in it."""
        start = len(self.parts)
        top, plan = self.y, self._plan
        self.y += HEAD
        api_y = self._group(groups[0])
        ends = [self._group(group) for group in groups[1:]]
        if ends:
            self._way_to_the_api(api_y, ends)
        height = self.y - top + GAP
        title = f"network {plan.network.cidr}, nodes {plan.network.node_cidr}"
        frame = (
            f'<rect class="network" x="{GAP / 2}" y="{top}" width="{self._width - GAP}" '
            f'height="{height}" rx="8"/>'
        )
        head = [frame, _text(GAP + 4, top + 20, title, "title", self._width - 4 * GAP)]
        self.parts[start:start] = head
        self.y = top + height

    def _group(self, group: Group) -> float:
        """Draw one; returns the height of its left edge's middle."""
        rows = -(-len(group.nodes) // self._columns)
        height = HEAD + rows * (BOX_HEIGHT + GAP) + 4
        left, width = LANE + GAP / 2, self._width - LANE * 2
        self._frame("firewall", width, left, height)
        room = width - 20
        self._text(left + 10, self.y + 20, group.title, "firewall-title", room)
        for index, node in enumerate(group.nodes):
            column, row = index % self._columns, index // self._columns
            x = left + GAP / 2 + column * (self._box + GAP)
            self._node(node, x, self.y + HEAD + row * (BOX_HEIGHT + GAP))
        middle = self.y + height / 2
        self.y += height + GAP
        return middle

    def _node(self, node: Drawn, x: float, y: float) -> None:
        seen = self._seen.get(node.name)
        ready = seen["ready"] if seen else None
        state, word = STATES[ready], WORDS[ready]
        room = self._box - 14
        self.parts.append(
            f'<g class="node {state}"><title>{escape(node.name)}: {word}</title>'
            f'<rect x="{x}" y="{y}" width="{self._box}" height="{BOX_HEIGHT}" rx="6"/>'
            + _text(x + 8, y + 19, node.name, "name", room)
            + _text(x + 8, y + 37, f"{node.private_ip} · {node.server_type}", "small", room)
            + _text(x + 8, y + 53, f"API {self._api(seen)}", "small", room)
            + f'<circle cx="{x + 13}" cy="{y + 65}" r="4"/>'
            + _text(x + 22, y + 69, word, "small", room - 14)
            + "</g>"
        )

    def _api(self, seen: Mapping[str, Any] | None) -> str:
        """How Cilium on a node reaches the API, as seen, else as planned."""
        if seen and seen.get("apiAddress"):
            return str(seen["apiAddress"])
        if self._plan.api_server_address == "node-local":
            return "127.0.0.1:6444"
        return f"{self._plan.control_planes[0].private_ip}:6443"

    def _way_to_the_api(self, api_y: float, ends: Sequence[float]) -> None:
        """One lane from every pool to the control planes."""
        lane, edge = GAP + 2, LANE + GAP / 2
        for end in ends:
            self.parts.append(f'<path class="way" d="M {edge} {end} H {lane} V {api_y}"/>')
        self._arrow(f"M {lane} {api_y} H {edge - 2}")

    def _frame(self, style: str, width: float, left: float, height: float) -> None:
        self.parts.append(
            f'<rect class="{style}" x="{left}" y="{self.y}" width="{width}" '
            f'height="{height}" rx="6"/>'
        )

    def _text(self, x: float, y: float, text: str, style: str, room: float) -> None:
        self.parts.append(_text(x, y, text, style, room))

    def _arrow(self, path: str) -> None:
        self.parts.append(f'<path class="way arrow" d="{path}" marker-end="url(#head)"/>')


def _groups(plan: SovereignPlan, unplanned: Sequence[Drawn]) -> list[Group]:
    """The control plane first, then the pools, then what the stack file does not plan."""
    ports = {
        role: f"{firewall.name}: "
        + (", ".join(f"tcp {rule.port}" for rule in firewall.rules) or "closed")
        for role, firewall in plan.firewalls.items()
    }
    first = f"control plane ({len(plan.control_planes)}) behind {ports['control-plane']}"
    pools = [
        Group(f"pool {pool.name} ({len(pool.nodes)}) behind {ports['worker']}", pool.nodes)
        for pool in plan.pools
        if pool.nodes
    ]
    others = [Group(f"not in the stack file ({len(unplanned)})", unplanned)] if unplanned else []
    return [Group(first, plan.control_planes), *pools, *others]


CHARACTER: Final = {"title": 7.4, "name": 7.4, "firewall-title": 6.8, "small": 6.8}
"""Width of a character, in the drawing's units, so that text that does not fit is shortened."""


def _text(x: float, y: float, text: str, style: str, room: float) -> str:
    most = int(room / CHARACTER[style])
    if len(text) <= most:
        return f'<text class="{style}" x="{x}" y="{y}">{escape(text)}</text>'
    shown = text[: max(most - 1, 1)] + "…"
    whole = f"<title>{escape(text)}</title>"
    return f'<text class="{style}" x="{x}" y="{y}">{escape(shown)}{whole}</text>'
