"""The way in for `sovereign report`: a stack on one page."""

import json
from datetime import datetime
from pathlib import Path

from rehearsal import timeline
from rehearsal.picture import page
from rehearsal.workspace import workspace_of
from sovereign.plan import SovereignPlan


def report(plan: SovereignPlan, stack: str, event_log: Path | None, output: Path) -> None:
    """Write the page of a stack: its plan, and the last rehearsed up or the log of a real one.

    Raises ValueError where the log is no event log.
    """
    workspace = workspace_of(Path.cwd(), stack)
    answer = None
    if workspace.last_up.is_file():
        answer = json.loads(workspace.last_up.read_text(encoding="utf-8"))
    spans = timeline.from_event_log(event_log) if event_log else timeline.load(workspace.timeline)
    now = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z")
    facts = page.Facts(stack, plan, answer, spans, made_at=now)
    output.write_text(page.render(facts), encoding="utf-8")
