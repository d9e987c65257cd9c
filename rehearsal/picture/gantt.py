"""The timeline of an up as bars: where each begins and how long it is, as shares of the whole."""

from collections.abc import Sequence
from dataclasses import dataclass

from rehearsal.timeline import Span

LEAST_SHARE = 0.4
"""Percent: a step that took no measurable time is still seen."""
STYLES = {"create": "create", "update": "update", "delete": "delete"}


@dataclass(frozen=True)
class Bar:
    """One step of the run."""

    name: str
    type: str
    """Without package and module, for example `Server`."""
    op: str
    style: str
    left: float
    """Percent of the whole run."""
    width: float
    seconds: float


def length(spans: Sequence[Span]) -> float:
    """Seconds of the whole run; 0 without steps."""
    return max((span.ended_s for span in spans), default=0.0)


def bars(spans: Sequence[Span]) -> list[Bar]:
    """The steps by their beginning; what began together, longest first."""
    whole = length(spans) or 1.0
    ordered = sorted(spans, key=lambda span: (round(span.began_s, 2), -span.ended_s, span.name))
    return [
        Bar(
            name=span.name,
            type=span.type.rsplit(":", 1)[-1],
            op="failed" if span.failed else span.op,
            style="failed" if span.failed else STYLES.get(span.op, "replace"),
            left=round(min(100 * span.began_s / whole, 100 - LEAST_SHARE), 2),
            width=round(max(100 * (span.ended_s - span.began_s) / whole, LEAST_SHARE), 2),
            seconds=round(span.ended_s - span.began_s, 1),
        )
        for span in ordered
    ]
