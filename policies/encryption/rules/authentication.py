"""Cilium's mutual authentication, which without SPIRE lets nothing through."""

import re
from collections.abc import Iterator, Sequence

from .framework.rule import Deferred, Outcome, Resource, Settings, StackRule, Violation
from .framework.subjects import CILIUM, CILIUM_POLICY, CLUSTERWIDE_POLICY
from .framework.values import Unknown, at, entries, shown, text, unknowns

LINES = ((1, 19), (1, 20))
"""Chart lines that are known to carry it; it is deprecated in 1.20."""


def authenticated(resources: Sequence[Resource], settings: Settings) -> Sequence[Outcome] | None:
    """Judge every policy that demands it, and the switch in Cilium's values."""
    demands = list(_demands(resources))
    installed = CILIUM.among(resources)
    switched = [each for each in installed if _value(each, "enabled") is True]
    outcomes: list[Outcome] = [each for each in demands if isinstance(each, Deferred)]
    found = [each for each in demands if isinstance(each, Violation)]
    faults: list[str] = []
    waiting: list[Unknown] = []
    for each in installed:
        faults += _lacks(each)
        waiting += unknowns([_value(each, "enabled"), _value(each, "mutual", "spire", "enabled")])
    if not installed and not settings["spire"]:
        faults = ["this stack installs no SPIRE, and the setting `spire` says that none runs"]
    if found and waiting:
        outcomes += [Deferred(each.path, found[0].urn) for each in waiting]
    elif faults:
        outcomes += [Violation(f"{each.found}, but {faults[0]}", each.urn) for each in found]
        if not found:
            outcomes += [
                Violation(f"values.authentication.enabled is true, but {fault}", each.urn)
                for each in switched
                for fault in _lacks(each)[:1]
            ]
    return outcomes if demands or switched else None


def _value(release: Resource, *keys: str) -> object:
    return at(release.props, "values", "authentication", *keys)


def _lacks(release: Resource) -> list[str]:
    """What a release lacks to authenticate anybody."""
    faults: list[str] = []
    for keys in (("mutual", "spire", "enabled"), ("enabled",)):
        found = _value(release, *keys)
        if found is not True and not isinstance(found, Unknown):
            faults.append(f"values.authentication.{'.'.join(keys)} is {shown(found)}")
    line = tuple(int(part) for part in re.findall(r"\d+", text(at(release.props, "version")))[:2])
    if len(line) == 2 and line not in LINES:
        faults.append(f"Cilium {line[0]}.{line[1]} is not known to carry it")
    return faults


def _demands(resources: Sequence[Resource]) -> Iterator[Outcome]:
    for each in [*CILIUM_POLICY.among(resources), *CLUSTERWIDE_POLICY.among(resources)]:
        for head, spec in _specs(each):
            for way in ("ingress", "egress"):
                rules = at(spec, way)
                if isinstance(rules, Unknown):
                    yield Deferred(rules.path, each.urn)
                for index, rule in enumerate(entries(rules)):
                    mode = at(rule, "authentication", "mode")
                    where = f"{head}.{way}[{index}].authentication.mode"
                    if isinstance(mode, Unknown):
                        yield Deferred(mode.path, each.urn)
                    elif mode == "required":
                        yield Violation(f"{where} is `required`", each.urn)


def _specs(policy: Resource) -> Iterator[tuple[str, object]]:
    yield "spec", at(policy.props, "spec")
    for index, spec in enumerate(entries(at(policy.props, "specs"))):
        yield f"specs[{index}]", spec


AUTHENTICATION_NEEDS_SPIRE = StackRule(
    id="authentication-needs-spire",
    level="mandatory",
    severity="critical",
    prevents="A policy that asks for mutual authentication does not black-hole its service: "
    "without SPIRE nobody can authenticate, and Cilium drops all of it.",
    learned_from=("cilium bpf/lib/auth.h", "cilium#47132", "cilium PR#48647"),
    fix="use require_mtls of sovereign.mesh (named callers over WireGuard), or install SPIRE "
    "(authentication.enabled and authentication.mutual.spire.enabled) on Cilium 1.19 or 1.20",
    tags=("encryption-in-transit", "mesh", "nist-800-53:SC-23"),
    settings={
        "spire": {
            "type": "boolean",
            "default": False,
            "description": "Whether the cluster runs SPIRE, where another stack installs Cilium.",
        }
    },
    check=authenticated,
)
