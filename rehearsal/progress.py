"""Progress while a rehearsal runs: a live tree on a terminal, one line per finished step elsewhere.
On stderr.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from rich.console import Console
from rich.live import Live
from rich.text import Text
from rich.tree import Tree

from rehearsal.runtime import urn as urns
from rehearsal.runtime.events import (
    Event,
    PolicySpoke,
    ResourceEnded,
    ResourceFailed,
    ResourceStarted,
    Said,
)
from rehearsal.runtime.model import Level, Step
from rehearsal.runtime.recovery import KILLED

SIGNS = {
    "same": " ",
    "create": "+",
    "update": "~",
    "delete": "-",
    "replace": "±",
    "create-replacement": "+",
    "delete-replaced": "-",
    "read": ">",
    "refresh": "~",
}
"""What the engine prints before an operation."""
STYLES = {"failed": "bold red", "done": "green", "running": "yellow", "same": "dim"}

Listener = Callable[[Event], None]


@contextmanager
def shown(console: Console, title: str) -> Iterator[Listener]:
    """A listener for a run's events, drawn as the console can."""
    if console.is_terminal:
        tree = LiveTree(title)
        with Live(tree, console=console, refresh_per_second=8, transient=True):
            yield tree.hear
    else:
        console.print(title, highlight=False)
        yield Lines(console).hear


def all_of(*listeners: Listener) -> Listener:
    """One listener that lets each of them hear everything."""

    def hear(event: Event) -> None:
        for listener in listeners:
            listener(event)

    return hear


class Lines:
    """One plain line per step, for logs and pipes."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began: dict[str, float] = {}

    def hear(self, event: Event) -> None:
        """Print what ended, failed or was said by a policy; called by one thread at a time."""
        match event:
            case ResourceStarted(step=step):
                self._began[step.urn] = time.monotonic()
            case ResourceEnded(step=step) if step.found == "delete":
                self._say(step, "is gone")
            case ResourceEnded(step=step) if step.found == "update":
                self._say(step, f"has changed: {', '.join(step.drifted)}")
            case ResourceEnded(step=step) if step.op != "same" and step.found != "same":
                self._say(step, "done")
            case ResourceFailed(step=step, message=message):
                self._say(step, f"failed: {message.strip().splitlines()[-1]}")
            case PolicySpoke(violation=said) if said.level is Level.MANDATORY:
                self._console.print(
                    f" !  {said.pack}/{said.policy}: {said.message}", markup=False, highlight=False
                )
            case Said(diagnostic=said) if KILLED in said.message:
                line = f" !  {urns.name_of(said.urn)}: {said.message}"
                self._console.print(line, markup=False, highlight=False, soft_wrap=True)
            case _:
                pass

    def _say(self, step: Step, how: str) -> None:
        took = time.monotonic() - self._began.get(step.urn, time.monotonic())
        line = f" {SIGNS.get(step.op, ' ')}  {step.type} {step.name} {how} ({took:.1f}s)"
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


class LiveTree:
    """The resources as a tree under their parents, each with what happens to it."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._lock = Lock()
        self._steps: dict[str, tuple[Step, str]] = {}
        self._parents: dict[str, str] = {}
        self._said: list[str] = []

    def hear(self, event: Event) -> None:
        """Remember what changed; drawn at the next refresh."""
        with self._lock:
            match event:
                case ResourceStarted(step=step, parent=parent):
                    self._parents[step.urn] = parent
                    self._steps[step.urn] = (step, "running")
                case ResourceEnded(step=step):
                    self._steps[step.urn] = (step, "same" if step.op == "same" else "done")
                case ResourceFailed(step=step):
                    self._steps[step.urn] = (step, "failed")
                case PolicySpoke(violation=said) if said.level is Level.MANDATORY:
                    self._said.append(f"{said.pack}/{said.policy}: {said.message}")
                case Said(diagnostic=said) if KILLED in said.message:
                    self._said.append(f"{urns.name_of(said.urn)}: {said.message}")
                case _:
                    pass

    def __rich__(self) -> Tree:
        """The tree as it is now."""
        with self._lock:
            root = Tree(Text(self._title, style="bold"))
            branches = {"": root}
            waiting = dict(self._steps)
            while waiting:
                ready = [urn for urn in waiting if self._parents.get(urn, "") in branches]
                for urn in ready or list(waiting):
                    step, state = waiting.pop(urn)
                    branch = branches.get(self._parents.get(urn, ""), root)
                    branches[urn] = branch.add(_line(step, state))
            for sentence in self._said:
                root.add(Text(f"! {sentence}", style="red"))
            return root


def _line(step: Step, state: str) -> Text:
    text = Text(f"{SIGNS.get(step.op, ' ')} ", style=STYLES[state])
    text.append(f"{step.type} ", style="dim")
    text.append(step.name)
    text.append(f"  {step.op} {state}" if state != "same" else "  same", style=STYLES[state])
    return text
