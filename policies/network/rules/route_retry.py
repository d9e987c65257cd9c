"""Retries of an HTTPRoute that somebody carries out."""

from collections.abc import Iterator, Sequence

from .framework.rule import Deferred, Outcome, Resource, Settings, StackRule, Violation
from .framework.subjects import CILIUM, DEFINITION, HTTP_ROUTE
from .framework.values import Unknown, at, entries, shown, text
from .versions import numbers, version_of

CHANNEL = "gateway.networking.k8s.io/channel"
DEFINITION_NAME = "httproutes.gateway.networking.k8s.io"
FIRST_LINE = (1, 20)


def retried(resources: Sequence[Resource], settings: Settings) -> Sequence[Outcome] | None:
    """Judge each `retry` against the definitions' channel, Cilium's line and its own codes."""
    routes = HTTP_ROUTE.among(resources)
    channels = [
        at(each.props, "metadata", "annotations", CHANNEL)
        for each in DEFINITION.among(resources)
        if at(each.props, "metadata", "name") == DEFINITION_NAME
    ]
    channel = channels[0] if channels else settings["channel"]
    lines = [numbers(version_of(each.props))[:2] for each in CILIUM.among(resources)]
    outcomes: list[Outcome] = []
    for each in routes:
        rules = at(each.props, "spec", "rules")
        if isinstance(rules, Unknown):
            outcomes.append(Deferred(rules.path, each.urn))
        for index, rule in enumerate(entries(rules)):
            retry = at(rule, "retry")
            if isinstance(retry, Unknown):
                outcomes.append(Deferred(retry.path, each.urn))
            elif retry is not None:
                where = f"spec.rules[{index}].retry"
                outcomes += _judge(retry, where, each.urn, channel, lines)
    return outcomes if routes else None


def _judge(
    retry: object, where: str, urn: str, channel: object, lines: Sequence[tuple[int, ...]]
) -> Iterator[Outcome]:
    codes = at(retry, "codes")
    if isinstance(channel, Unknown):
        yield Deferred(channel.path, urn)
    elif channel != "experimental":
        found = f"{where}: the {text(channel) or 'standard'} HTTPRoute has no such field"
        yield Violation(f"{found}, the API server drops it", urn)
    old = [line for line in lines if line and line < FIRST_LINE]
    if old:
        line = ".".join(map(str, old[0]))
        yield Violation(f"{where} is ignored by Cilium {line}", urn)
    if isinstance(codes, Unknown):
        yield Deferred(codes.path, urn)
    elif not entries(codes):
        found = f"{where}.codes is {shown(codes)}: only failed connections would be tried again"
        yield Violation(found, urn)


ROUTE_RETRY = StackRule(
    id="route-retry",
    level="mandatory",
    severity="medium",
    prevents="A retry that was written is a retry that happens: the standard definitions drop the "
    "field, Cilium before 1.20 ignores it, and without codes an answer of 503 is not retried.",
    learned_from=("Gateway API: GEP-1731", "cilium 1.20: HTTPRoute retry"),
    fix="install the experimental definitions and set `channel` here, with Cilium 1.20 and codes "
    "such as [502, 503, 504]; or use retries of sovereign.mesh, which need neither",
    tags=("mesh", "nist-800-53:CM-6"),
    settings={
        "channel": {
            "type": "string",
            "enum": ["standard", "experimental"],
            "default": "standard",
            "description": "Channel of the Gateway API definitions on the cluster, where this "
            "stack does not install them.",
        }
    },
    check=retried,
)
