"""The configuration of a pack's rules: merging and checking it is the engine's job. Pure.

Schema defaults < configuration in the pack < "all" of the file < each rule of the file.
Source: `ReconcilePolicyPackConfig` in pulumi/pkg/resource/analyzer/config.go (3.259).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import jsonschema

EVERY_RULE: Final = "all"
LEVELS: Final = ("advisory", "mandatory", "disabled", "remediate")


class InvalidPolicyConfig(Exception):
    """The configuration does not fit the pack."""


@dataclass(frozen=True)
class RuleConfig:
    """How one rule is to run."""

    level: str = ""
    """One of LEVELS; empty = not said."""
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """One rule as its pack describes it."""

    name: str
    level: str
    stack: bool
    """Whether it judges the whole stack instead of one resource."""
    schema: Mapping[str, Any] = field(default_factory=dict)
    """JSON schemas of its configuration's properties."""
    required: tuple[str, ...] = ()


def read(document: Mapping[str, Any]) -> dict[str, RuleConfig]:
    """A pack configuration file: rule → level, or rule → {enforcementLevel, properties …}."""
    found: dict[str, RuleConfig] = {}
    for name, entry in document.items():
        if isinstance(entry, str):
            found[name] = RuleConfig(_level(name, entry))
        elif isinstance(entry, Mapping):
            properties = {key: value for key, value in entry.items() if key != "enforcementLevel"}
            found[name] = RuleConfig(_level(name, entry.get("enforcementLevel", "")), properties)
        else:
            raise InvalidPolicyConfig(f"{name}: {entry!r} is neither a level nor a mapping")
    return found


def _level(name: str, level: str) -> str:
    if level and level not in LEVELS:
        raise InvalidPolicyConfig(f"{name}: {level!r} is not one of {', '.join(LEVELS)}")
    return level


def reconcile(
    rules: tuple[Rule, ...],
    initial: Mapping[str, RuleConfig],
    given: Mapping[str, RuleConfig],
) -> dict[str, RuleConfig]:
    """What every rule runs with; raises InvalidPolicyConfig with every problem at once."""
    result = {
        rule.name: RuleConfig(
            rule.level,
            {
                key: schema["default"]
                for key, schema in rule.schema.items()
                if isinstance(schema, Mapping) and "default" in schema
            },
        )
        for rule in rules
    }
    result = _apply(_apply(result, initial), given)
    problems = [problem for rule in rules for problem in _problems(rule, result[rule.name])]
    if problems:
        raise InvalidPolicyConfig("; ".join(problems))
    return result


def _apply(
    result: Mapping[str, RuleConfig], given: Mapping[str, RuleConfig]
) -> dict[str, RuleConfig]:
    applied = dict(result)
    everything = given.get(EVERY_RULE)
    if everything is not None and everything.level:
        applied = {
            name: RuleConfig(everything.level, rule.properties) for name, rule in applied.items()
        }
    for name, rule in given.items():
        if name in applied:
            before = applied[name]
            properties = {**before.properties, **rule.properties}
            applied[name] = RuleConfig(rule.level or before.level, properties)
    return applied


def _problems(rule: Rule, config: RuleConfig) -> list[str]:
    if config.level == "disabled":
        return []
    schema = {"properties": dict(rule.schema), "required": list(rule.required)}
    errors = jsonschema.Draft7Validator(schema).iter_errors(dict(config.properties))
    return [
        f"{rule.name}: {'.'.join(str(step) for step in error.path)}: {error.message}"
        for error in errors
    ]
