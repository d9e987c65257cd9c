"""Rules as Pulumi policies: the only place that knows Pulumi's policy protocol.

A stack policy is shown each resource's *outputs*, which for a component are few and in a first
preview mostly unknown. The inputs passed by earlier, one resource at a time, so the adapter
remembers them: stack rules read inputs first, then outputs. What no rule could evaluate is told by
one advisory policy, the last.
"""

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import replace
from typing import Any, cast

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyConfigSchema,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)

from .rule import (
    Deferred,
    Outcome,
    Props,
    Resource,
    ResourceRule,
    Rule,
    Settings,
    StackRule,
    Violation,
)
from .values import REDACTED_PATH, plain

UNTIL = "is unknown until `pulumi up`"


def policies(pack: str, rules: Sequence[ResourceRule | StackRule]) -> list[Policy]:
    """Return one policy per rule, resource rules first, and `<pack>-deferred` at the end."""
    run = _Run()
    on_resources = [_resource_policy(each, run) for each in rules if isinstance(each, ResourceRule)]
    on_stack = [_stack_policy(each, run) for each in rules if isinstance(each, StackRule)]
    return [*on_resources, *on_stack, _deferred_policy(pack, run)]


class _Run:
    """What the pack learned in this run of the engine: a pack's process lives for one run."""

    def __init__(self) -> None:
        self.inputs: dict[str, Props] = {}
        self.deferred: dict[tuple[str, str], list[Deferred]] = {}

    def resource(self, shown: PolicyResource) -> Resource:
        """Return the resource with its inputs laid over its outputs."""
        props = {**_props(shown.props), **self.inputs.get(shown.urn, {})}
        return Resource(shown.resource_type, shown.name, shown.urn, props, bool(shown.opts.protect))


def _props(value: object) -> Props:
    return cast(Props, plain(value))


def _settings(rule: Rule, args: ResourceValidationArgs | StackValidationArgs) -> Settings:
    return rule.configured(_props(args.get_config()))


def _resource_policy(rule: ResourceRule, run: _Run) -> Policy:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        props = _props(args.props)
        run.inputs[args.urn] = props
        if not rule.looks_at(args.resource_type, props):
            args.not_applicable(f"{args.resource_type} is not looked at")
        _tell(rule, args, rule.check(props, _settings(rule, args)), report, run)

    def remediate(args: ResourceValidationArgs) -> Any:  # as the SDK runs it, not as it types it
        props = _props(args.props)
        if rule.adds is None or not rule.looks_at(args.resource_type, props):
            args.not_applicable(f"{args.resource_type} is not looked at")
            return None
        additions = rule.adds(props, _settings(rule, args))
        for key, entries in additions.items():
            _add(cast(MutableMapping[str, Any], args.props), key, entries)
        return args.props if additions else None

    return ResourceValidationPolicy(
        rule.id,
        rule.prevents,
        validate,
        remediate=remediate if rule.adds else None,
        enforcement_level=EnforcementLevel(rule.level),
        severity=Severity(rule.severity),
        config_schema=_schema(rule.settings),
        tags=list(rule.tags),
        remediation_steps=rule.fix,
    )


def _stack_policy(rule: StackRule, run: _Run) -> Policy:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        resources = [run.resource(each) for each in args.resources]
        _tell(rule, args, rule.check(resources, _settings(rule, args)), report, run)

    return StackValidationPolicy(
        rule.id,
        rule.prevents,
        validate,
        enforcement_level=EnforcementLevel(rule.level),
        severity=Severity(rule.severity),
        config_schema=_schema(rule.settings),
        tags=list(rule.tags),
        remediation_steps=rule.fix,
    )


def _add(props: MutableMapping[str, Any], key: str, entries: Mapping[str, str]) -> None:
    """Add in place: what is secret or unknown beside it stays so, which a copy would lose."""
    if props.get(key) is None:
        props[key] = dict(entries)
    else:
        for name, value in entries.items():
            props[key][name] = value


def _tell(
    rule: Rule,
    args: ResourceValidationArgs | StackValidationArgs,
    outcomes: Sequence[Outcome] | None,
    report: ReportViolation,
    run: _Run,
) -> None:
    """Report violations, keep what was deferred, count the rule only if it judged something."""
    asked = args.urn if isinstance(args, ResourceValidationArgs) else ""
    deferred = [each for each in outcomes or () if isinstance(each, Deferred)]
    violations = [each for each in outcomes or () if isinstance(each, Violation)]
    run.deferred[rule.id, asked] = [replace(each, urn=each.urn or asked) for each in deferred]
    for each in violations:
        report(f"{each.found}. Fix: {rule.fix}", each.urn or asked)
    if outcomes is None:
        args.not_applicable("nothing to look at")
    if deferred and not violations:
        args.not_applicable(f"deferred: {deferred[0].path} is unknown")


def _deferred_policy(pack: str, run: _Run) -> Policy:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        there = {"", *(each.urn for each in args.resources)}
        waiting = {
            (rule, each): None
            for (rule, asked), found in run.deferred.items()
            for each in found
            if asked in there
        }
        for rule, each in waiting:
            why = "cannot be read" if each.path.endswith(REDACTED_PATH) else UNTIL
            report(f"deferred: {rule}: {each.path} {each.why or why}", each.urn)
        if not waiting:
            args.not_applicable("every rule could be evaluated")

    return StackValidationPolicy(
        f"{pack}-deferred",
        "A rule could not be evaluated yet.",
        validate,
        enforcement_level=EnforcementLevel.ADVISORY,
        remediation_steps="None needed: the rule is evaluated as soon as the value is known.",
    )


def _schema(settings: Mapping[str, Mapping[str, object]]) -> PolicyConfigSchema | None:
    if not settings:
        return None
    return PolicyConfigSchema({name: dict(schema) for name, schema in settings.items()})
