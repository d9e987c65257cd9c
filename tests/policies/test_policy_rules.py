"""Every rule, as the pure function that it is."""

import copy
from functools import cache
from importlib import import_module
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pulumi_policy.proxy import unknown_checking_proxy

from tests.policies.cases import CASES
from tests.policies.cases.case import Case
from tests.policies.registrations import UNKNOWN, application, dev

RULES = {
    each.id: each
    for pack in ("network", "encryption")
    for each in import_module(f"policies.{pack}.rules").RULES
}


def framework(rule: Any, module: str) -> Any:
    """Return a module of the framework as the rule's own pack imports it."""
    return import_module(f"{type(rule).__module__.rpartition('.')[0]}.{module}")


def as_seen(rule: Any, properties: Any) -> Any:
    """Return properties as they reach the rule: through Pulumi's own proxies, then plain."""
    return framework(rule, "values").plain(unknown_checking_proxy(dict(properties)))


def judged(rule: Any, given_: Any, settings_: Any) -> list[str] | None:
    """Return what a rule says, violations and deferrals in one list of texts."""
    configured = rule.configured(as_seen(rule, settings_))
    outcomes = rule.check(_resources(rule, given_), configured)
    if outcomes is None:
        return None
    return [each.found if hasattr(each, "found") else f"deferred: {each.path}" for each in outcomes]


def _resources(rule: Any, given_: Any) -> Any:
    if hasattr(rule, "subjects"):
        return as_seen(rule, given_)
    resource = framework(rule, "rule").Resource
    return [
        resource(kind, f"r{index}", f"urn::{kind}::r{index}", as_seen(rule, props), *protected)
        for index, (kind, props, *protected) in enumerate(given_)
    ]


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{each.rule}, {each.kind}, {n}" for n, each in enumerate(CASES)]
)
def test_a_rule_says_exactly_this(case: Case) -> None:
    """Every word of every finding, and nothing more."""
    said = judged(RULES[case.rule], case.given, case.settings)

    assert said == (None if case.says is None else list(case.says))


@pytest.mark.parametrize("rule", sorted(RULES))
def test_every_rule_has_a_case_of_each_kind(rule: str) -> None:
    """Compliant, violating, missing, unknown, and configured where there is something to set."""
    kinds = {each.kind for each in CASES if each.rule == rule}

    expected = {"compliant", "violating", "missing", "unknown"}
    assert kinds == expected | ({"configured"} if RULES[rule].settings else set())


@pytest.mark.parametrize("rule", sorted(RULES))
def test_every_setting_of_a_rule_is_exercised(rule: str) -> None:
    """A setting that no case uses may do nothing."""
    used = {name for each in CASES if each.rule == rule for name in each.settings}

    assert used == set(RULES[rule].settings)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=6) | st.just(UNKNOWN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


def _paths(value: Any) -> list[list[Any]]:
    inside = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [[], *([key, *rest] for key, each in inside for rest in _paths(each))]


PACKAGES = {type(rule).__module__.rpartition(".")[0]: rule for rule in RULES.values()}
STACK = {**dev(), **application()}


@cache
def _read(package: str) -> dict[str, Any]:
    """Our own stacks as the rules of a pack read them."""
    return {key: as_seen(PACKAGES[package], each.inputs) for key, each in STACK.items()}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_shape_of_properties_breaks_a_rule(data: st.DataObject) -> None:
    """Whatever a program registers, a rule answers: an exception would end the whole preview."""
    chosen = data.draw(st.sampled_from(sorted(STACK)))
    inputs = copy.deepcopy(STACK[chosen].inputs)
    path = data.draw(st.sampled_from(_paths(inputs)[1:] or [["x"]]))
    parent: Any = inputs
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = data.draw(JSON)

    for package, one in PACKAGES.items():
        altered = as_seen(one, inputs)
        props = {**_read(package), chosen: altered}
        resource = framework(one, "rule").Resource
        stack = [resource(STACK[key].type, key, key, each) for key, each in props.items()]
        for rule in RULES.values():
            if not type(rule).__module__.startswith(package):
                continue
            configured = rule.configured({})
            if not hasattr(rule, "subjects"):
                rule.check(stack, configured)
            elif rule.looks_at(STACK[chosen].type, altered):
                rule.check(altered, configured)
                if rule.adds:
                    rule.adds(altered, configured)
