"""A registration from the program's request to the answer."""

import json
from dataclasses import replace
from typing import Final

from rehearsal.runtime import aliases, cascade, decide
from rehearsal.runtime import urn as urns
from rehearsal.runtime.decide import Decision, Diff, Kind
from rehearsal.runtime.deployment import (
    Aborted,
    Answer,
    Deployment,
    checked_secrets,
    secret_config,
)
from rehearsal.runtime.drivers.port import CheckFailed, OperationFailed
from rehearsal.runtime.execution import Execution
from rehearsal.runtime.goal import Goal
from rehearsal.runtime.policy.packs import Packs
from rehearsal.runtime.record import Record, provider_urn
from rehearsal.runtime.values import Properties, has_unknown, physical, plain, secrets_like

DISABLED_PROVIDERS: Final = "pulumi:disable-default-providers"


class Registrar:
    """Takes registrations, one after the other or at the same time."""

    def __init__(self, deployment: Deployment, execution: Execution, packs: Packs) -> None:
        self._run = deployment
        self._execution = execution
        self._packs = packs

    def register(self, goal: Goal) -> Answer:
        """Bring one resource about; raises Aborted where the run must stop."""
        run = self._run
        if run.aborted:
            raise Aborted("the run has stopped")
        urn = run.urn_of(goal)
        run.journal.learn(goal.inputs)
        self._claim(urn)
        if urns.is_provider(goal.type) and goal.version:
            goal = replace(goal, inputs={**goal.inputs, "version": goal.version})
        elif goal.custom and not goal.provider and not urns.is_provider(goal.type):
            goal = replace(goal, provider=self.default_provider(goal.type, goal.version, urn))
        if blocked := run.needs_failed(goal):
            names = ", ".join(urns.name_of(one) for one in blocked)
            run.journal.say("warning", urn, f"skipped: it depends on {names}, which failed")
            return run.fail(urn)
        if not run.dry_run and has_unknown(goal.inputs):
            raise run.abort(urn, "an input is not known although everything before it is done")
        old, asked = self._find_old(goal, urn), goal.inputs
        goal, inputs = self._checked(goal, urn, old)
        inputs = self._judged(goal, urn, inputs)
        decision = self._decide(goal, urn, old, inputs)
        if decision.kind is Kind.REPLACE:
            goal = replace(goal, inputs=asked)  # the new object is made with what was ignored
        return self._carry_out(goal, urn, old, inputs, decision)

    def default_provider(self, type_: str, version: str, urn: str) -> str:
        """The reference of the provider that the engine makes by itself for a package."""
        run = self._run
        package = urns.package_of(type_)
        disabled = json.loads(run.request.config.get(DISABLED_PROVIDERS, "[]"))
        if package == "kubernetes" or {package, "*"} & set(disabled):
            raise run.abort(
                urn,
                f"no provider is given, and the default provider of {package!r} is not used: "
                "pass an explicit one, so that no ambient configuration is picked up",
            )
        suffix = f"_{version.replace('.', '_')}" if version else ""
        goal = Goal(
            type=f"{urns.PROVIDER_PREFIX}{package}",
            name=f"default{suffix}",
            custom=True,
            inputs={
                "__internal": {},
                **secret_config(run.request, f"{package}:"),
                **({"version": version} if version else {}),
            },
        )
        with run.lock:
            record = run.checkpoint.recorded(run.urn_of(goal))
            if record is None:
                answer = self.register(goal)
                return f"{answer.urn}::{answer.id}"
        return f"{record.urn}::{record.id}"

    def _claim(self, urn: str) -> None:
        run = self._run
        with run.lock:
            if urn in run.seen:
                raise run.abort(urn, f"Duplicate resource URN '{urn}'; try giving it a unique name")
            run.seen.add(urn)

    def _find_old(self, goal: Goal, urn: str) -> Record | None:
        run = self._run
        old = run.checkpoint.old(urn)
        if old is not None:
            return old
        request = run.request
        with run.lock:
            for former in aliases.candidates(goal, request.stack, request.project, run.aliased):
                old = run.checkpoint.old(former)
                if old is None or former == urn:
                    continue
                if former in run.seen:
                    raise run.abort(urn, f"its alias {former} is registered as well")
                run.seen.add(former)
                run.aliased[urn] = former
                return old
        return None

    def _checked(self, goal: Goal, urn: str, old: Record | None) -> tuple[Goal, Properties]:
        run = self._run
        fresh = old is None or old.external or urn in run.condemned
        if old is not None and not fresh:
            goal = replace(goal, inputs=decide.restore_ignored(goal, old))
        if not goal.custom:
            return goal, goal.inputs
        earlier = None if fresh or old is None else plain(old.inputs)
        return goal, self._check(goal, urn, earlier)

    def _check(self, goal: Goal, urn: str, earlier: Properties | None) -> Properties:
        run = self._run
        subject = run.subject(urn, goal.type, goal.provider)
        given = physical(goal.inputs)
        checked = run.guarded(
            urn, lambda: run.registry.serving(goal.type).check(subject, plain(given), earlier)
        )
        return checked_secrets(goal.type, secrets_like(checked, given))

    def _judged(self, goal: Goal, urn: str, inputs: Properties) -> Properties:
        """Let the policy packs change and judge the inputs; a breach stops an `up`."""
        run = self._run
        provider = run.checkpoint.recorded(provider_urn(goal.provider))
        inputs = self._packs.remediate(goal, urn, inputs, provider)
        breaches = self._packs.analyze(goal, urn, inputs, provider)
        if breaches and not run.dry_run:
            names = ", ".join(sorted({one.policy for one in breaches}))
            raise run.abort(urn, f"refused by the mandatory policy {names}")
        return inputs

    def _decide(self, goal: Goal, urn: str, old: Record | None, inputs: Properties) -> Decision:
        if old is None or old.external:
            return decide.decide(goal, old, Diff())
        if not goal.custom:
            return decide.decide(goal, old, decide.component_diff(old, inputs))
        diff = self._run.guarded(urn, lambda: self._diff(goal, urn, old, inputs))
        return decide.decide(goal, old, diff)

    def _diff(self, goal: Goal, urn: str, old: Record, inputs: Properties) -> Diff:
        run = self._run
        subject = run.subject(urn, goal.type, goal.provider)
        diff = run.registry.serving(goal.type).diff(subject, old, plain(inputs))
        if old.provider and self._provider_moved(old.provider, goal.provider):
            return Diff(diff.changes, ("provider", *diff.replace), diff.delete_before_replace)
        return diff

    def _provider_moved(self, old: str, new: str) -> bool:
        """Whether the new provider means other objects than the old one."""
        run = self._run
        if provider_urn(new) in run.replaced:
            return True
        if provider_urn(old) == provider_urn(new):
            return False
        before, now = (
            run.checkpoint.old(provider_urn(old)),
            run.checkpoint.recorded(provider_urn(new)),
        )
        if before is None or now is None:
            return False
        driver = run.registry.serving(now.type)
        diff = driver.diff(run.subject_of(now), before, plain(now.inputs))
        return bool(diff.replace)

    def _carry_out(
        self, goal: Goal, urn: str, old: Record | None, inputs: Properties, decision: Decision
    ) -> Answer:
        execution = self._execution
        match decision.kind:
            case Kind.CREATE:
                return execution.create(goal, urn, inputs, old)
            case Kind.SAME:
                assert old is not None
                return execution.same(goal, urn, inputs, old)
            case Kind.UPDATE:
                assert old is not None
                return execution.update(goal, urn, inputs, old, decision)
            case Kind.REPLACE:
                assert old is not None
                return self._replace(goal, urn, old, decision)

    def _replace(self, goal: Goal, urn: str, old: Record, decision: Decision) -> Answer:
        run = self._run
        if goal.protect and old.protect:
            message = (
                "it is protected and would be replaced: remove `protect` from it in the program, "
                "run again, then change it"
            )
            if not run.dry_run:
                raise run.abort(urn, message)
            run.journal.error(urn, message, refused=True)
        inputs = self._judged_again(goal, urn)
        if not decision.delete_first:
            return self._execution.replace_create_first(goal, urn, inputs, old, decision)
        if not decision.deleted_already:
            condemned = run.guarded(urn, lambda: self._condemned(old))
            for one in condemned:
                if one.record.protect:
                    raise run.abort(
                        urn,
                        f"{one.record.name!r} must be replaced with it and is protected: remove "
                        "`protect` from it in the program and run again",
                    )
            with run.lock:
                run.condemned.update({one.record.urn: one.keys for one in condemned})
                run.going.update(one.record.urn for one in condemned)
            doomed = [*(one.record for one in reversed(condemned)), old]
            if not self._execution.delete_for_replacement(doomed):
                return run.fail(urn)
            old = cascade.as_deleted(old)
        return self._execution.create_again(goal, urn, inputs, old, decision)

    def _judged_again(self, goal: Goal, urn: str) -> Properties:
        """The inputs of the new object: defaults such as automatic names are made anew."""
        provider = self._run.checkpoint.recorded(provider_urn(goal.provider))
        inputs = self._check(goal, urn, None)
        return self._packs.remediate(goal, urn, inputs, provider, quiet=True)

    def _condemned(self, old: Record) -> list[cascade.Condemned]:
        run = self._run
        checkpoint = run.checkpoint

        def diff_of(record: Record, inputs: Properties) -> Diff:
            driver = run.registry.serving(record.type)
            try:
                diff = driver.diff(run.subject_of(record), record, inputs)
            except (CheckFailed, OperationFailed) as error:
                raise OperationFailed(f"{record.name!r} depends on it: {error}") from None
            goal = Goal(
                record.type, record.name, True, replace_on_changes=record.replace_on_changes
            )
            decision = decide.decide(goal, replace(record, replacement_trigger=None), diff)
            return decision.diff

        return cascade.dependents_to_replace(
            old, checkpoint.untouched(), run.seen - {old.urn}, diff_of
        )
