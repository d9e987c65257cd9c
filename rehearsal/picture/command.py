"""The way in for `sovereign report`: a stack on one page."""

import json
from datetime import datetime
from pathlib import Path

from rehearsal import timeline
from rehearsal.picture import page
from rehearsal.program import ConfiguredProgram
from rehearsal.workspace import name_of, workspace_of
from sovereign.plan import SovereignPlan


def report(
    plan: SovereignPlan,
    stack: str,
    cluster: ConfiguredProgram,
    *,
    lab: bool,
    event_log: Path | None,
    output: Path,
) -> None:
    """Write the page of a stack: its plan, and the last rehearsed up, in the lab or not. With the
    log of a real up its timeline is shown, and no node's state: a log does not know them.

    Raises ValueError where the log is no event log.
    """
    workspace = workspace_of(Path.cwd(), name_of(stack, cluster.project), lab=lab)
    answer = None
    if event_log:
        spans = timeline.from_event_log(event_log)
    else:
        spans = timeline.load(workspace.timeline)
        if workspace.last_up.is_file():
            answer = json.loads(workspace.last_up.read_text(encoding="utf-8"))
    now = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z")
    facts = page.Facts(stack, plan, answer, spans, made_at=now)
    output.write_text(page.render(facts), encoding="utf-8")
