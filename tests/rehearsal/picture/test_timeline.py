"""When steps began and ended: recorded from events, kept, and read from the engine's log."""

import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from rehearsal.picture import gantt
from rehearsal.runtime.events import ResourceEnded, ResourceFailed, ResourceStarted
from rehearsal.runtime.model import Step
from rehearsal.timeline import Recorder, Span, from_event_log, load, save


def step(name: str, op: Any = "create") -> Step:
    return Step(urn=f"urn::{name}", op=op, type="hcloud:index/server:Server", name=name)


def test_a_step_is_as_long_as_from_its_start_to_its_end() -> None:
    """Seconds count from the first step's start; a failed step is marked."""
    ticks = count(10, 2)
    recorder = Recorder(clock=lambda: float(next(ticks)))
    recorder.hear(ResourceStarted(step("one"), ""))
    recorder.hear(ResourceStarted(step("two"), ""))
    recorder.hear(ResourceEnded(step("one")))
    recorder.hear(ResourceFailed(step("two"), "no"))
    assert [(s.name, s.began_s, s.ended_s, s.failed) for s in recorder.spans] == [
        ("one", 0, 4, False),
        ("two", 2, 6, True),
    ]


def test_what_did_nothing_is_not_on_the_timeline() -> None:
    """A resource that stays the same took no time."""
    recorder = Recorder(clock=lambda: 1.0)
    recorder.hear(ResourceStarted(step("one", "same"), ""))
    recorder.hear(ResourceEnded(step("one", "same")))
    assert recorder.spans == []


def test_a_timeline_is_kept_and_found_again(tmp_path: Path) -> None:
    """Where none was kept there is none."""
    spans = [Span("u", "t", "n", "create", 0.5, 2.0, failed=True)]
    save(spans, tmp_path / "timeline.json")
    assert load(tmp_path / "timeline.json") == spans
    assert load(tmp_path / "other.json") == []


def event(sequence: int, timestamp: int, **body: object) -> str:
    return json.dumps({"sequence": sequence, "timestamp": timestamp, **body})


def test_the_engines_log_gives_the_same_spans(tmp_path: Path) -> None:
    """Pre-events begin a step, outputs end it, a failure marks it; default providers are left
    out.
    """
    urn = "urn:pulumi:dev::sovereign::hcloud:index/server:Server::dev-default-1"
    server = {"urn": urn, "op": "create", "type": "hcloud:index/server:Server"}
    provider = {**server, "urn": "urn:pulumi:dev::sovereign::pulumi:providers:hcloud::default_1"}
    log = tmp_path / "up.json"
    lines = [
        event(0, 100, preludeEvent={}),
        event(1, 100, resourcePreEvent={"metadata": provider}),
        event(2, 101, resOutputsEvent={"metadata": provider}),
        event(3, 102, resourcePreEvent={"metadata": server}),
        event(4, 109, resOpFailedEvent={"metadata": server}),
    ]
    log.write_text("\n".join(lines), encoding="utf-8")
    (span,) = from_event_log(log)
    assert (span.name, span.began_s, span.ended_s, span.failed) == ("dev-default-1", 2, 9, True)


@pytest.mark.parametrize("text", ["[1]", '{"other": 1}', "no json"])
def test_another_file_is_no_event_log(tmp_path: Path, text: str) -> None:
    """ValueError, which the command turns into one sentence."""
    (tmp_path / "other").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError):
        from_event_log(tmp_path / "other")


def test_bars_stay_inside_the_whole_and_are_always_seen() -> None:
    """A step without length has the least width and does not leave the track."""
    spans = [
        Span("a", "x:y:Server", "a", "create", 0, 10),
        Span("b", "x:y:Key", "b", "create-replacement", 10, 10),
    ]
    first, last = gantt.bars(spans)
    assert (first.left, first.width, first.type) == (0, 100, "Server")
    assert last.left + last.width <= 100
    assert (last.width, last.style) == (gantt.LEAST_SHARE, "replace")
    assert gantt.bars([]) == []
