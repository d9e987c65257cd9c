"""All policy packs of a run: they change inputs, judge inputs, and at the end judge the stack."""

import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from pulumi.runtime.proto import analyzer_pb2 as proto

from rehearsal.runtime import urn as urns
from rehearsal.runtime.deployment import Deployment
from rehearsal.runtime.goal import Goal
from rehearsal.runtime.model import Level, PackSummary, Request, Violation
from rehearsal.runtime.policy.config import InvalidPolicyConfig, read
from rehearsal.runtime.policy.messages import (
    analyze_request,
    stack_request,
    stack_resource,
    teller,
    unevaluated,
    violation,
)
from rehearsal.runtime.policy.pack import Pack, PackFailed, config_file, python_of
from rehearsal.runtime.record import Record, provider_urn
from rehearsal.runtime.values import Properties, from_struct

T = TypeVar("T")


class Packs:
    """The packs of one run; none where the run has none."""

    def __init__(self, deployment: Deployment) -> None:
        self._run = deployment
        self._packs: list[Pack] = []
        self._lock = threading.Lock()
        self._evaluated: dict[str, set[str]] = {}
        self._deferred: dict[str, set[str]] = {}

    @staticmethod
    def require(folders: Iterable[Path]) -> None:
        """Check that every pack could start; raises PackFailed."""
        for folder in folders:
            python_of(folder)

    def start(
        self, engine: str, environment: Mapping[str, str], on_line: Callable[[str, str], None]
    ) -> None:
        """Start all packs side by side; raises PackFailed or InvalidPolicyConfig."""
        request = self._run.request
        stack = _stack_message(request, dry_run=self._run.dry_run)
        for folder in request.policy_packs:
            self._packs.append(Pack(folder, engine, environment, on_line))
        for pack in self._packs:
            pack.connect(stack)
            try:
                given = read(config_file(pack.folder, request.stack))
                pack.configure(given)
            except InvalidPolicyConfig as error:
                raise PackFailed(
                    f"the configuration of policy pack {pack.name} is wrong: {error}"
                ) from None
            names = {rule.name for rule in pack.rules}
            for stranger in sorted(set(given) - names - {"all"}):
                on_line("warning", f"policy pack {pack.name} has no rule {stranger!r}: ignored")
            self._evaluated[pack.name] = set()
            self._deferred[pack.name] = set()

    def remediate(
        self,
        goal: Goal,
        urn: str,
        inputs: Properties,
        provider: Record | None,
        *,
        quiet: bool = False,
    ) -> Properties:
        """The inputs as the remediating rules want them."""
        for pack in self._packs:
            active = pack.active(stack=False, level="remediate")
            if not active:
                continue
            response = self._ask(pack.remediate, analyze_request(goal, urn, inputs, provider, True))
            skipped = {one.policy_name for one in response.not_applicable}
            for one in response.remediations:
                if one.diagnostic:
                    skipped.add(one.policyName)
                    found = unevaluated(pack, one.policyName, urn, one.diagnostic)
                else:
                    inputs = from_struct(one.properties)
                    found = Violation(
                        pack.name, one.policyName, Level.REMEDIATED, urn, one.description
                    )
                if not quiet:
                    self._run.journal.violated([found])
            self._note(pack, active - skipped)
        return inputs

    def analyze(
        self, goal: Goal, urn: str, inputs: Properties, provider: Record | None
    ) -> list[Violation]:
        """What mandatory rules object to; everything else is only noted."""
        breaches: list[Violation] = []
        for pack in self._packs:
            active = pack.active(stack=False)
            if not active:
                continue
            request = analyze_request(goal, urn, inputs, provider, False)
            found = self._judge(pack, active, self._ask(pack.analyze, request), urn)
            breaches += [one for one in found if one.level is Level.MANDATORY]
        return breaches

    def analyze_stack(self, records: list[Record]) -> None:
        """Judge everything that is there at the end of a run that went well so far."""
        by_urn = {record.urn: record for record in records}
        stack_urn = next((one.urn for one in records if one.type == urns.STACK_TYPE), "")
        message = stack_request(
            stack_resource(record, by_urn.get(provider_urn(record.provider))) for record in records
        )
        for pack in self._packs:
            active = pack.active(stack=True)
            if active:
                self._judge(pack, active, self._ask(pack.analyze_stack, message), stack_urn)

    def summaries(self) -> tuple[PackSummary, ...]:
        """How much of each pack was at work."""
        found = []
        for pack in self._packs:
            if not pack.config:
                continue
            telling = {teller(pack.name)}
            active = (pack.active(stack=False) | pack.active(stack=True)) - telling
            evaluated = self._evaluated[pack.name] - telling
            found.append(
                PackSummary(
                    name=pack.name,
                    version=pack.version,
                    rules=len(active),
                    evaluated=len(evaluated),
                    deferred=len(self._deferred[pack.name]),
                    idle=tuple(sorted(active - evaluated)),
                )
            )
        return tuple(found)

    def close(self) -> None:
        """End every pack's process."""
        for pack in self._packs:
            pack.close()

    def _judge(
        self, pack: Pack, active: set[str], response: proto.AnalyzeResponse, urn: str
    ) -> list[Violation]:
        found = [violation(pack, one, one.urn or urn) for one in response.diagnostics]
        skipped = {one.policy_name for one in response.not_applicable}
        skipped |= {one.policy for one in found if one.unevaluated}
        self._note(pack, active - skipped)
        with self._lock:
            self._deferred[pack.name] |= {
                one.policy for one in found if one.level is Level.DEFERRED
            }
        self._run.journal.violated(found)
        return found

    def _note(self, pack: Pack, evaluated: set[str]) -> None:
        with self._lock:
            self._evaluated[pack.name] |= evaluated

    def _ask(self, call: Callable[..., T], request: object) -> T:
        try:
            return call(request)
        except PackFailed as error:
            raise self._run.abort("", str(error)) from None


def _stack_message(request: Request, *, dry_run: bool) -> proto.AnalyzerStackConfigureRequest:
    return proto.AnalyzerStackConfigureRequest(
        stack=request.stack,
        project=request.project,
        organization="organization",
        dry_run=dry_run,
        config=dict(request.config),
        config_secret_keys=list(request.secret_keys),
    )
