"""What a run has done and said, and whom it tells. One at a time, with secrets masked."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

from rehearsal.runtime import events
from rehearsal.runtime import urn as urns
from rehearsal.runtime.model import COUNTED, Diagnostic, Op, Step, Violation
from rehearsal.runtime.values import MASK, Properties, secret_texts


class Journal:
    """Steps, diagnostics, violations and errors in the order in which they came."""

    def __init__(self, on_event: Callable[[events.Event], None]) -> None:
        self._on_event = on_event
        self._lock = threading.RLock()
        self._secrets: set[str] = set()
        self._steps: list[Step] = []
        self._diagnostics: list[Diagnostic] = []
        self._violations: list[Violation] = []
        self._errors: list[str] = []
        self.refused = False

    def learn(self, *values: object) -> None:
        """From now on mask the secret texts inside these values."""
        found = {text for value in values for text in secret_texts(value)}
        with self._lock:
            self._secrets |= found

    def mask(self, text: str) -> str:
        """The text without any secret this run has met."""
        with self._lock:
            for secret in sorted(self._secrets, key=len, reverse=True):
                if secret in text:
                    text = text.replace(secret, MASK)
        return text

    def started(self, step: Step, parent: str) -> Step:
        """An operation begins."""
        with self._lock:
            self._steps.append(step)
            self._on_event(events.ResourceStarted(step, parent))
        return step

    def ended(self, step: Step) -> None:
        """An operation is done."""
        with self._lock:
            self._on_event(events.ResourceEnded(step))

    def refreshed(self, step: Step, found: Op, drifted: tuple[str, ...] = ()) -> None:
        """An object was compared with what the state says of it."""
        with self._lock:
            compared = replace(step, found=found, drifted=drifted)
            self._steps = [compared if one is step else one for one in self._steps]
            self._on_event(events.ResourceEnded(compared))

    def failed(self, step: Step, message: str) -> None:
        """An operation failed."""
        with self._lock:
            failed = replace(step, failed=True)
            self._steps = [failed if one is step else one for one in self._steps]
            self._on_event(events.ResourceFailed(failed, self.mask(message)))
            self.error(step.urn, message)

    def error(self, urn: str, message: str, *, refused: bool = False) -> None:
        """The run will not succeed: say why."""
        with self._lock:
            self.say("error", urn, message)
            who = f"{urns.type_of(urn)} {urns.name_of(urn)!r}: " if urn else ""
            self._errors.append(who + self.mask(message))
            self.refused = self.refused or refused

    def conclude(self, reason: str) -> None:
        """Why the run did not succeed, where the operator was told already."""
        with self._lock:
            self._errors.append(self.mask(reason))

    def say(self, severity: str, urn: str, message: str) -> None:
        """A message for the operator."""
        with self._lock:
            diagnostic = Diagnostic(severity, urn, self.mask(message))
            self._diagnostics.append(diagnostic)
            self._on_event(events.Said(diagnostic))

    def violated(self, violations: Iterable[Violation]) -> None:
        """A policy pack spoke."""
        with self._lock:
            for one in violations:
                masked = replace(one, message=self.mask(one.message))
                self._violations.append(masked)
                self._on_event(events.PolicySpoke(masked))

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every step so far."""
        with self._lock:
            return tuple(self._steps)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Every message so far."""
        with self._lock:
            return tuple(self._diagnostics)

    @property
    def violations(self) -> tuple[Violation, ...]:
        """Everything the policy packs said so far."""
        with self._lock:
            return tuple(self._violations)

    @property
    def errors(self) -> tuple[str, ...]:
        """Why the run will not succeed; empty while it may."""
        with self._lock:
            return tuple(self._errors)

    def counts(self, *, refreshes: bool = False) -> dict[str, int]:
        """Completed operations by kind, as the engine counts them; of a refresh what it found."""
        done = Counter(
            COUNTED[op]
            for step in self.steps
            if (op := step.found if refreshes else step.op) in COUNTED
            and not step.failed
            and not urns.is_default_provider(step.urn)
        )
        return {kind: done.get(kind, 0) for kind in COUNTED.values()}


def planned(
    urn: str,
    op: Op,
    diff: tuple[str, ...] = (),
    keys: tuple[str, ...] = (),
    inputs: Properties | None = None,
) -> Step:
    """A step about a resource."""
    return Step(urn, op, urns.type_of(urn), urns.name_of(urn), diff, keys, inputs=inputs or {})
