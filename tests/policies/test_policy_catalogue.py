"""What is written about the rules: complete, unique, and in step with the configuration files."""

import json
import re
from importlib import import_module
from typing import Any

import jsonschema
import pytest
import yaml

from policies import catalogue
from tests.policies.wire import LEVELS, POLICIES, running

PACKS = ["encryption", "network"]
ENVIRONMENTS = ["dev", "staging", "prod"]
SEVERITIES = ["unspecified", "low", "medium", "high", "critical"]
"""As the protocol counts them."""
RULES = [(pack, rule) for pack in PACKS for rule in import_module(f"policies.{pack}.rules").RULES]


@pytest.mark.parametrize("rule", [rule for _, rule in RULES], ids=lambda rule: rule.id)
def test_a_rule_says_what_it_prevents_where_it_was_learned_and_how_to_comply(
    rule: Any,
) -> None:
    """A finding that does not teach is noise."""
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)+", rule.id)
    assert rule.level in ("mandatory", "advisory")
    assert rule.prevents.endswith(".")
    assert rule.fix
    assert not rule.fix.endswith(".")
    assert all(rule.learned_from)
    assert rule.learned_from
    assert rule.severity in ("low", "medium", "high", "critical")
    topics = [tag for tag in rule.tags if ":" not in tag]
    controls = [tag for tag in rule.tags if re.fullmatch(r"nist-800-53:[A-Z]{2}-[0-9]+", tag)]
    assert topics
    assert controls
    assert sorted(rule.tags) == sorted([*topics, *controls])
    for schema in rule.settings.values():
        assert schema["description"].endswith(".")
        jsonschema.Draft202012Validator.check_schema(dict(schema))
        jsonschema.validate(schema["default"], dict(schema))


def test_no_two_rules_have_one_id() -> None:
    """An id names one rule, over both packs."""
    ids = [rule.id for _, rule in RULES]

    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_configuration_names_only_rules_and_settings_that_exist(
    pack: str, environment: str
) -> None:
    """The engine ignores an unknown rule without a word."""
    rules = {rule.id: rule for of, rule in RULES if of == pack}
    given = json.loads((POLICIES / pack / f"config.{environment}.json").read_text())

    for rule_id, settings in given.items():
        assert settings.pop("enforcementLevel", rules[rule_id].level) in LEVELS
        for name, value in settings.items():
            jsonschema.validate(value, dict(rules[rule_id].settings[name]))


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_environment_weakens_a_mandatory_rule(pack: str, environment: str) -> None:
    """An environment may ask for more than the pack, not for less."""
    given = json.loads((POLICIES / pack / f"config.{environment}.json").read_text())
    mandatory = {rule.id for of, rule in RULES if of == pack and rule.level == "mandatory"}

    weakened = [each for each in mandatory & set(given) if "enforcementLevel" in given[each]]
    assert weakened == []
    assert not [each for each in given.values() if each.get("enforcementLevel") == "disabled"]
    assert "all" not in given


@pytest.mark.parametrize("pack", PACKS)
def test_a_pack_offers_its_rules_with_schema_fix_and_tags(pack: str) -> None:
    """What the engine learns from a pack is what is declared, and the deferring policy is last."""
    rules = {rule.id: rule for of, rule in RULES if of == pack}
    with running(pack) as started:
        info = started.info

    assert info.name == pack
    assert {each.name for each in info.policies} == {*rules, f"{pack}-deferred"}
    assert info.policies[-1].name == f"{pack}-deferred"
    for each in info.policies[:-1]:
        assert each.description == rules[each.name].prevents
        assert each.remediation_steps == rules[each.name].fix
        assert list(each.tags) == list(rules[each.name].tags)
        assert SEVERITIES[each.severity] == rules[each.name].severity
        assert set(each.configSchema.properties) == set(rules[each.name].settings)


@pytest.mark.parametrize("pack", PACKS)
def test_a_pack_runs_in_the_projects_own_environment(pack: str) -> None:
    """Without toolchain and virtualenv the engine takes the system's Python (pulumi#19568)."""
    described = yaml.safe_load((POLICIES / pack / "PulumiPolicy.yaml").read_text())

    options = {"toolchain": "pip", "virtualenv": "../../.venv"}
    assert described["runtime"] == {"name": "python", "options": options}
    assert described["version"] == "0.1.0"
    assert described["description"]


def test_a_pack_repeats_what_the_program_knows_without_differing() -> None:
    """A pack imports nothing of the program, so the two copies are compared here."""
    program = POLICIES.parent / "sovereign"
    rules = {rule.id: rule for _, rule in RULES}
    types = yaml.safe_load((program / "server_types.yaml").read_text())
    versions = yaml.safe_load((program / "versions.yaml").read_text())
    wireguard = import_module("policies.encryption.rules.wireguard")

    retired = rules["server-type-retired"].settings["retiredTypes"]["default"]
    assert sorted(retired) == sorted(types["retired"])
    deprecated = rules["server-type-deprecated"].settings["deprecatedTypes"]["default"]
    assert deprecated == {kind: str(day) for kind, day in types["deprecated"].items()}
    assert set(deprecated) <= {*types["amd64"], *types["arm64"]}
    floor = rules["cloud-controller-floor"].settings["floor"]["default"]
    assert floor == versions["cloudController"]["lowest"]
    assert rules["tested-versions"].settings["matrix"]["default"] == {
        line: {**row, "kubernetes": list(row["kubernetes"])}
        for line, row in versions["cilium"].items()
    }
    lowest = versions["cilium"]["1.19"]["lowest"]
    assert ".".join(map(str, wireguard.FLOOR)) == lowest


def test_the_catalogue_is_what_the_rules_say() -> None:
    """Every rule of both packs, with everything that it declares."""
    written = catalogue.PAGE.read_text(encoding="utf-8")

    assert written == catalogue.page(), "stale: run `python -m policies.catalogue`, read the diff"
    for _, rule in RULES:
        assert f"### {rule.id}\n" in written


def test_a_thread_is_linked_wherever_it_stands() -> None:
    """By the short name of its project, or by owner and name; other sources stay texts."""
    linked = catalogue._linked

    assert linked("KH#1985") == (
        "[KH#1985](https://github.com/kube-hetzner/terraform-hcloud-kube-hetzner/issues/1985)"
    )
    assert linked("k3s-io/k3s#1") == "[k3s-io/k3s#1](https://github.com/k3s-io/k3s/issues/1)"
    assert linked("cilium PR#2").startswith("[cilium PR#2](https://github.com/cilium/cilium/")
    assert linked("Hetzner API: servers") == "Hetzner API: servers"
