"""Between the runtime's words and the analyzer protocol's."""

from collections.abc import Iterable
from typing import Final

from pulumi.runtime.proto import analyzer_pb2 as proto

from rehearsal.runtime import urn as urns
from rehearsal.runtime.goal import Goal
from rehearsal.runtime.model import Level, Violation
from rehearsal.runtime.policy.pack import Pack
from rehearsal.runtime.record import Record
from rehearsal.runtime.values import Properties, physical, plain, to_struct

DEFERRED: Final = "deferred: "
"""How the message of a rule begins that could not be evaluated yet, and says so."""
CANNOT_RUN: Final = "can't run "
"""How the SDK's own message begins when a rule reads a value that is not known yet."""


def teller(pack: str) -> str:
    """What in our packs tells of all rules that wait; it is no rule of its own and not counted."""
    return f"{pack}-deferred"


def analyze_request(
    goal: Goal, urn: str, inputs: Properties, provider: Record | None, secrets: bool
) -> proto.AnalyzeRequest:
    """A resource's inputs for a pack; only a remediation is told what is secret."""
    visible = physical(inputs)
    timeouts = goal.custom_timeouts or {}
    message = proto.AnalyzeRequest(
        type=goal.type,
        urn=urn,
        name=goal.name,
        properties=to_struct(visible if secrets else plain(visible)),
        options=proto.AnalyzerResourceOptions(
            protect=goal.protect,
            ignoreChanges=goal.ignore_changes,
            deleteBeforeReplace=bool(goal.delete_before_replace),
            deleteBeforeReplaceDefined=goal.delete_before_replace is not None,
            additionalSecretOutputs=goal.additional_secret_outputs,
            aliases=[alias.urn for alias in goal.aliases if alias.urn],
            customTimeouts=proto.AnalyzerResourceOptions.CustomTimeouts(**timeouts),
            parent=goal.parent,
        ),
    )
    if provider is not None:
        message.provider.CopyFrom(_provider(provider))
    return message


def stack_resource(record: Record, provider: Record | None) -> proto.AnalyzerResource:
    """A resource's outputs for the stack rules."""
    message = proto.AnalyzerResource(
        type=record.type,
        urn=record.urn,
        name=record.name,
        properties=to_struct(plain(physical(record.outputs))),
        options=proto.AnalyzerResourceOptions(
            protect=record.protect,
            ignoreChanges=record.ignore_changes,
            additionalSecretOutputs=record.additional_secret_outputs,
            parent=record.parent,
        ),
        parent=record.parent,
        dependencies=record.dependencies,
        propertyDependencies={
            key: proto.AnalyzerPropertyDependencies(urns=value)
            for key, value in record.property_dependencies.items()
        },
    )
    if provider is not None:
        message.provider.CopyFrom(_provider(provider))
    return message


def stack_request(resources: Iterable[proto.AnalyzerResource]) -> proto.AnalyzeStackRequest:
    """The whole stack for a pack."""
    return proto.AnalyzeStackRequest(resources=list(resources))


def violation(pack: Pack, diagnostic: proto.AnalyzeDiagnostic, urn: str) -> Violation:
    """What a rule reported."""
    message = diagnostic.message
    if message.startswith(CANNOT_RUN):
        return unevaluated(pack, diagnostic.policyName, urn, message)
    message = message.removeprefix(diagnostic.description).removeprefix("\n")
    level = Level.MANDATORY if diagnostic.enforcementLevel == proto.MANDATORY else Level.ADVISORY
    if level is Level.ADVISORY and message.startswith(DEFERRED):
        level = Level.DEFERRED
    return Violation(pack.name, diagnostic.policyName, level, urn, message, diagnostic.description)


def unevaluated(pack: Pack, policy: str, urn: str, message: str) -> Violation:
    """A rule that was not run because it read something unknown: advisory for Pulumi."""
    return Violation(pack.name, policy, Level.ADVISORY, urn, message, unevaluated=True)


def _provider(record: Record) -> proto.AnalyzerProviderResource:
    return proto.AnalyzerProviderResource(
        type=record.type,
        urn=record.urn,
        name=urns.name_of(record.urn),
        properties=to_struct(plain(record.inputs)),
    )
