"""When each step of a run began and ended: recorded from the embedded runtime's events, or read
from the real engine's event log.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rehearsal.runtime.events import Event, ResourceEnded, ResourceFailed, ResourceStarted

MADE_BY_THE_ENGINE = "::default_"
"""In the URN of a provider that no program registered."""
UNTOUCHED = ("same", "read")


@dataclass(frozen=True)
class Span:
    """One step of a run that did something."""

    urn: str
    type: str
    name: str
    op: str
    began_s: float
    """Seconds after the run's first step began."""
    ended_s: float
    failed: bool = False


class Recorder:
    """A listener that notes the time of what it hears."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._first: float | None = None
        self._began: dict[str, float] = {}
        self.spans: list[Span] = []

    def hear(self, event: Event) -> None:
        """Note it; called by one thread at a time."""
        now = self._clock()
        match event:
            case ResourceStarted(step=step):
                self._first = now if self._first is None else self._first
                self._began[step.urn] = now
            case ResourceEnded(step=step) | ResourceFailed(step=step):
                began = self._began.pop(step.urn, now)
                if step.op not in UNTOUCHED:
                    zero = self._first or now
                    failed = isinstance(event, ResourceFailed)
                    span = (step.urn, step.type, step.name, step.op, began - zero, now - zero)
                    self.spans.append(Span(*span, failed))
            case _:
                pass


def save(spans: Sequence[Span], file: Path) -> None:
    """Keep a timeline beside the state of its run."""
    file.write_text(json.dumps([asdict(span) for span in spans]), encoding="utf-8")


def load(file: Path) -> list[Span]:
    """A kept timeline; nothing where none is."""
    if not file.is_file():
        return []
    return [Span(**span) for span in json.loads(file.read_text(encoding="utf-8"))]


def from_event_log(file: Path) -> list[Span]:
    """The timeline of a real `pulumi up --event-log FILE`; its clock counts whole seconds.

    Raises ValueError where the file is no event log.
    """
    began: dict[str, float] = {}
    spans: list[Span] = []
    zero: float | None = None
    for line in file.read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        if not isinstance(event, Mapping) or "sequence" not in event:
            raise ValueError("a line of it is no engine event")
        now = float(event.get("timestamp", 0))
        if "resourcePreEvent" in event:
            zero = now if zero is None else zero
            began[event["resourcePreEvent"]["metadata"]["urn"]] = now
        for kind in ("resOutputsEvent", "resOpFailedEvent"):
            if kind in event:
                span = _span(event[kind]["metadata"], began, now, zero or now)
                if span is not None:
                    spans.append(Span(**{**asdict(span), "failed": kind == "resOpFailedEvent"}))
    return spans


def _span(
    step: Mapping[str, Any], began: Mapping[str, float], now: float, zero: float
) -> Span | None:
    urn, op = step["urn"], step["op"]
    if op in UNTOUCHED or MADE_BY_THE_ENGINE in urn:
        return None
    start = began.get(urn, now)
    return Span(urn, step["type"], urn.rsplit("::", 1)[-1], op, start - zero, now - zero)
