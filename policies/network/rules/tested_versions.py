"""k3s, Cilium and Gateway API in the combinations that upstream tests."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from .framework.rule import Deferred, Outcome, Resource, Settings, StackRule, Violation
from .framework.subjects import (
    CILIUM,
    CILIUM_RELEASE,
    COMMAND,
    DEFINITION,
    K3S_JOIN,
    SERVER,
    SOVEREIGN,
)
from .framework.values import Unknown, at, entries, shown, text
from .k3s_installer import installed_version
from .versions import numbers, version_of

MATRIX: dict[str, dict[str, object]] = {
    "1.20": {
        "kubernetes": ["1.33", "1.34", "1.35", "1.36"],
        "lowest": "1.20.0",
        "gatewayApi": "v1.6.1",
    },
    "1.19": {
        "kubernetes": ["1.32", "1.33", "1.34", "1.35"],
        "lowest": "1.19.5",
        "gatewayApi": "v1.4.1",
    },
}
BUNDLE = "gateway.networking.k8s.io/bundle-version"
GATEWAY_ARTIFACTS = "gateway-api-"

Named = tuple[object, str]
"""A version and the URN of the resource that names it."""


def tested(resources: Sequence[Resource], settings: Settings) -> Sequence[Outcome] | None:
    """Judge every Cilium of the stack against its k3s and its Gateway API definitions."""
    releases = [(version_of(each.props), each.urn) for each in CILIUM.among(resources)]
    others = [*_kubernetes(resources), *_gateway_api(resources)]
    outcomes: list[Outcome] = [
        Deferred(version.path, urn)
        for version, urn in [*releases, *others]
        if isinstance(version, Unknown)
    ]
    for version, urn in _once(releases):
        line = ".".join(map(str, numbers(version)[:2]))
        row = at(settings["matrix"], line)
        if not isinstance(row, Mapping):
            known = ", ".join(settings["matrix"]) if isinstance(settings["matrix"], Mapping) else ""
            outcomes.append(Violation(f"Cilium {version} is of no tested line ({known})", urn))
            continue
        if numbers(version) < numbers(at(row, "lowest")):
            found = f"Cilium {version} is below {text(at(row, 'lowest'))}, the lowest of its line"
            outcomes.append(Violation(found, urn))
        outcomes += _pairs(line, row, resources)
    return outcomes if releases else None


def _pairs(
    line: str, row: Mapping[str, object], resources: Sequence[Resource]
) -> Iterator[Violation]:
    listed = [text(each) for each in entries(at(row, "kubernetes"))]
    for version, urn in _once(_kubernetes(resources)):
        minor = ".".join(map(str, numbers(version)[:2]))
        if minor not in listed:
            tried = f"Cilium {line} is tested with Kubernetes {', '.join(listed)}"
            yield Violation(f"k3s is {shown(version)}: {tried}", urn)
    wanted = numbers(at(row, "gatewayApi"))
    for version, urn in _once(_gateway_api(resources)):
        found = numbers(version)
        if wanted and (found[:2] != wanted[:2] or found < wanted):
            needed = text(at(row, "gatewayApi"))
            yield Violation(f"Gateway API is {shown(version)}: Cilium {line} needs {needed}", urn)


def _once(named: Iterable[Named]) -> list[tuple[str, str]]:
    """Each version once, at the first resource that names it; what is none is another rule's."""
    first: dict[str, str] = {}
    for version, urn in named:
        if numbers(version):
            first.setdefault(text(version), urn)
    return list(first.items())


def _kubernetes(resources: Sequence[Resource]) -> Iterator[Named]:
    for each in K3S_JOIN.among(resources):
        yield at(each.props, "version"), each.urn
    for each in [*SERVER.among(resources), *COMMAND.among(resources)]:
        yield installed_version(each.props), each.urn


def _gateway_api(resources: Sequence[Resource]) -> Iterator[Named]:
    """Yield what our facts name where Cilium serves Gateways, and what definitions carry."""
    served = any(
        at(each.props, "values", "gatewayAPI", "enabled") is True
        for each in CILIUM_RELEASE.among(resources)
    )
    for each in SOVEREIGN.among(resources) if served else []:
        for artifact in entries(at(each.props, "artifacts")):
            if text(at(artifact, "name")).startswith(GATEWAY_ARTIFACTS):
                yield at(artifact, "version"), each.urn
    for each in DEFINITION.among(resources):
        yield at(each.props, "metadata", "annotations", BUNDLE), each.urn


TESTED_VERSIONS = StackRule(
    id="tested-versions",
    level="mandatory",
    severity="high",
    prevents="k3s, Cilium and the Gateway API definitions are a combination that upstream tests: "
    "with another one Gateways stay unprogrammed or the agents do not start.",
    learned_from=(
        "cilium: Kubernetes compatibility",
        "cilium: Gateway API prerequisites",
        "k3s-io/k3s#14557",
    ),
    fix="choose versions of one row of the matrix, for example k3s v1.36.4+k3s1, Cilium 1.20.2 and "
    "Gateway API v1.6.1",
    tags=("supply-chain", "cilium", "nist-800-53:CM-2"),
    settings={
        "matrix": {
            "type": "object",
            "default": MATRIX,
            "description": "Line of Cilium: Kubernetes minors, lowest chart, lowest Gateway API.",
        }
    },
    check=tested,
)
