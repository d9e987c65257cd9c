"""Both policy packs over what the program itself registers: nothing mandatory is ever found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pytest
from pulumi_policy.proxy import unknown_checking_proxy

from tests.program.test_registrations import SCENARIOS
from tests.recording import record, reveal

RULES = [
    rule
    for pack in ("network", "encryption")
    for rule in import_module(f"policies.{pack}.rules").RULES
]


@dataclass
class Findings:
    """What all rules said of a stack, as `rule: finding`."""

    mandatory: list[str]
    advisory: list[str]
    deferred: set[str]
    evaluated: set[str]
    """Rules that judged something."""


Registered = tuple[str, str, Mapping[str, Any]]
"""Type, name and properties of a resource."""


def judged(stack: Iterable[Registered]) -> Findings:
    """Every rule with its default settings, properties as a pack sees them."""
    found = Findings([], [], set(), set())
    packs = {type(rule).__module__.rpartition(".")[0] for rule in RULES}
    resources = list(stack)
    read = {package: [*_read(package, resources)] for package in packs}
    for rule in RULES:
        package = type(rule).__module__.rpartition(".")[0]
        seen = read[package]
        configured = rule.configured({})
        if hasattr(rule, "subjects"):
            subjects = [one for type_, _, one in seen if rule.looks_at(type_, one)]
            verdicts = [rule.check(one, configured) for one in subjects]
        else:
            resource = import_module(f"{package}.rule").Resource
            whole = [resource(type_, name, f"{type_}::{name}", one) for type_, name, one in seen]
            verdicts = [rule.check(whole, configured)]
        for verdict in verdicts:
            if verdict is not None:
                found.evaluated.add(rule.id)
            for outcome in verdict or ():
                if hasattr(outcome, "found"):
                    said = found.mandatory if rule.level == "mandatory" else found.advisory
                    said.append(f"{rule.id}: {outcome.found}")
                else:
                    found.deferred.add(rule.id)
    return found


def _read(package: str, stack: Iterable[Registered]) -> Iterable[Registered]:
    """The resources as that pack's framework reads them through Pulumi's proxies."""
    plain = import_module(f"{package}.values").plain
    for type_, name, one in stack:
        yield type_, name, plain(unknown_checking_proxy(dict(one)))


def recorded(scenario: str) -> Findings:
    recording = record(**SCENARIOS[scenario])
    return judged((one.type, one.name, reveal(one.inputs)) for one in recording)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_no_scenario_breaks_a_mandatory_rule(scenario: str) -> None:
    """Nor leaves more than these unjudged: what needs several servers, settings, an application."""
    found = recorded(scenario)
    assert found.mandatory == []
    assert all(one.startswith("artifacts-pinned: ") for one in found.advisory)
    several = {"k3s-servers-identical", "api-server-every-control-plane"}
    configured = {"sovereign-protected", "stateful-protected", "server-type-deprecated"}
    optional = {"strict-mode-keys", "authentication-needs-spire", "load-balancer-limits"}
    elsewhere = {"gateway-listener-tls", "default-deny", "envoy-config-listener", "route-retry"}
    elsewhere |= {"images-pinned", "k3s-installer-pinned"}
    unjudged = {rule.id for rule in RULES} - found.evaluated
    assert unjudged <= several | configured | optional | elsewhere


@pytest.mark.parametrize("scenario", sorted(set(SCENARIOS) - {"first-preview"}))
def test_nothing_is_deferred_once_the_cloud_has_answered(scenario: str) -> None:
    """Every value that a rule asks for is known then."""
    assert recorded(scenario).deferred == set()


def test_a_first_preview_defers_only_what_the_cloud_must_answer() -> None:
    """The API server's address; whatever else a pack judges is known before."""
    assert recorded("first-preview").deferred == {"api-server-address"}


def test_the_incident_is_found_where_it_is_registered_raw() -> None:
    """So the tests above can fail."""
    recording = record(**SCENARIOS["dev"])
    stack = [(one.type, one.name, reveal(one.inputs)) for one in recording]
    for type_, name, inputs in stack:
        if type_.endswith(":Release") and name == "dev-cilium":
            inputs["values"]["k8sServiceHost"] = "127.0.0.1"
    (finding,) = judged(stack).mandatory
    assert finding.startswith("api-server-address: values.k8sServiceHost is 127.0.0.1:6443")
