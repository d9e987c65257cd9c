"""How the configuration of policy rules is merged: the engine's job, so ours."""

from typing import Any

import pytest

from rehearsal.runtime.policy.config import (
    InvalidPolicyConfig,
    Rule,
    RuleConfig,
    read,
    reconcile,
)

MAX = Rule("max", "mandatory", True, {"max": {"type": "integer", "minimum": 1, "default": 2}})
NEVER = Rule("never", "disabled", False)
NAMES = Rule("names", "advisory", False, {"names": {"type": "array"}}, required=("names",))


def merged(document: dict[str, Any], *rules: Rule, **initial: RuleConfig) -> dict[str, RuleConfig]:
    return reconcile(rules or (MAX, NEVER), initial, read(document))


def test_without_configuration_the_packs_levels_and_defaults_hold() -> None:
    """Without them a rule with a default would fail on an absent key."""
    assert merged({}) == {
        "max": RuleConfig("mandatory", {"max": 2}),
        "never": RuleConfig("disabled", {}),
    }


def test_all_sets_every_level_even_of_rules_disabled_in_the_pack() -> None:
    """Recording 18; a rule's own entry wins over it (recording 19)."""
    assert merged({"all": "advisory"})["never"].level == "advisory"
    found = merged({"all": "disabled", "max": {"enforcementLevel": "mandatory", "max": 1}})
    assert found == {
        "max": RuleConfig("mandatory", {"max": 1}),
        "never": RuleConfig("disabled", {}),
    }


def test_a_string_is_a_level_and_keeps_the_properties() -> None:
    """Recording 17."""
    assert merged({"max": "advisory"})["max"] == RuleConfig("advisory", {"max": 2})


def test_the_file_wins_over_the_pack_and_the_pack_over_the_defaults() -> None:
    """Level and properties are merged apart."""
    initial = {"max": RuleConfig("advisory", {"max": 5})}
    assert merged({}, **initial)["max"] == RuleConfig("advisory", {"max": 5})
    assert merged({"max": {"max": 9}}, **initial)["max"] == RuleConfig("advisory", {"max": 9})


def test_an_unknown_rule_is_left_out() -> None:
    """Recording 22: the real engine ignores it silently; the runtime warns about it."""
    assert set(merged({"no-such-rule": "mandatory"})) == {"max", "never"}


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"max": {"max": "many"}}, "max: max: 'many' is not of type 'integer'"),
        ({"max": {"max": 0}}, "max: max: 0 is less than the minimum of 1"),
        ({"max": "severe"}, "max: 'severe' is not one of"),
        ({"max": 3}, "max: 3 is neither a level nor a mapping"),
        ({}, "'names' is a required property"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_runs(
    document: dict[str, Any], problem: str
) -> None:
    """Recordings 20 and 21."""
    with pytest.raises(InvalidPolicyConfig) as refusal:
        merged(document, MAX, NAMES)
    assert problem in str(refusal.value)
