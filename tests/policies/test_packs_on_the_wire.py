"""Each pack, run as the engine runs it, against what our own programs register."""

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests import configurations
from tests.policies.mutations import DECLARED, MUTATIONS
from tests.policies.mutations.mutation import Mutation
from tests.policies.registrations import (
    Registration,
    Registrations,
    application,
    dev,
    edited,
    of,
)
from tests.policies.wire import POLICIES, RunningPack, Verdict, running

PACKS = ["encryption", "network"]
RULES = {
    rule.id: (pack, rule)
    for pack in PACKS
    for rule in import_module(f"policies.{pack}.rules").RULES
}
Packs = dict[str, RunningPack]


@pytest.fixture(scope="module")
def packs() -> Iterator[Packs]:
    """Both packs, started once."""
    with running("network") as network, running("encryption") as encryption:
        yield {"network": network, "encryption": encryption}


@pytest.fixture(scope="module")
def declared(packs: Packs) -> Packs:
    """Both packs, with the one advisory of our own program declared."""
    for pack in packs.values():
        pack.configure(DECLARED)
    return packs


@pytest.fixture
def started(declared: Packs) -> Iterator[Packs]:
    """The same, to be configured by the test."""
    yield declared
    for pack in declared.values():
        pack.configure(DECLARED)


def judged(packs: Packs, stack: Registrations) -> dict[str, Verdict]:
    return {name: pack.judge(stack) for name, pack in packs.items()}


def before(mutation: Mutation, *, preview: bool = False) -> Registrations:
    """The stack that a mutation alters."""
    if mutation.stack == "application":
        return application(preview=preview)
    counts = mutation.control_planes, mutation.workers
    return dev(*counts, preview=preview, protect=mutation.protect)


def told(packs: Packs, mutation: Mutation, *, preview: bool) -> list[Any]:
    """Every finding on the altered stack, but what was deferred."""
    if mutation.config:
        for pack in packs.values():
            pack.configure({**DECLARED, **mutation.config})
    try:
        stack = edited(before(mutation, preview=preview), mutation.edit)
        verdicts = judged(packs, stack).values()
        found = [each for verdict in verdicts for each in verdict.findings]
        return [each for each in found if not each.policy.endswith("-deferred")]
    finally:
        if mutation.config:
            for pack in packs.values():
                pack.configure(DECLARED)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=[each.what for each in MUTATIONS])
def test_a_broken_stack_is_reported_by_exactly_the_declared_rules(
    declared: Packs, mutation: Mutation
) -> None:
    """By both packs: none is silent, none speaks out of turn; each says rule and fix."""
    found = told(declared, mutation, preview=False)

    assert {each.policy for each in found} == mutation.reports
    for each in found:
        _, rule = RULES[each.policy]
        assert each.level == rule.level
        assert each.message.startswith(rule.prevents)
        assert each.message.endswith(f". Fix: {rule.fix}")


@pytest.mark.parametrize("mutation", MUTATIONS, ids=[each.what for each in MUTATIONS])
def test_a_broken_stack_is_reported_before_anything_exists(
    declared: Packs, mutation: Mutation
) -> None:
    """The same rules speak in a first preview, in which the cloud has not answered yet."""
    assert {each.policy for each in told(declared, mutation, preview=True)} == mutation.reports


def test_every_rule_has_a_mutation() -> None:
    """A rule that nothing here breaks is a rule that may be dead."""
    assert set(RULES) == set().union(*(each.reports for each in MUTATIONS))


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize(("control_planes", "workers"), [(1, 0), (1, 2), (3, 2)])
def test_a_sovereign_has_no_findings(
    declared: Packs, control_planes: int, workers: int, preview: bool
) -> None:
    """Nothing is reported, and in an `up` nothing is deferred."""
    verdicts = judged(declared, dev(control_planes, workers, preview=preview))

    found = [each.policy for verdict in verdicts.values() for each in verdict.findings]
    assert set(found) == ({"network-deferred"} if preview else set())


def test_an_application_has_no_findings(declared: Packs) -> None:
    """Everything that the mesh builds is what the rules want, known or not yet."""
    for preview in (False, True):
        for verdict in judged(declared, application(preview=preview)).values():
            assert verdict.findings == ()
            assert verdict.evaluated


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_an_environments_configuration_keeps_a_protected_stack_clean(
    started: Packs, environment: str
) -> None:
    """The committed files load, and ask nothing that a careful stack does not do."""
    stack = of(configurations.dev(protect=True))
    for name, pack in started.items():
        path = POLICIES / name / f"config.{environment}.json"
        pack.configure({**DECLARED, **json.loads(path.read_text(encoding="utf-8"))})
        assert pack.judge(stack).findings == ()
        assert pack.judge(application()).findings == ()


def test_an_environment_that_matters_makes_an_advice_mandatory(started: Packs) -> None:
    """An open namespace is pointed out in dev and refused in prod."""
    opened = next(each for each in MUTATIONS if each.what == "no default deny")
    stack = edited(application(), opened.edit)
    levels = {}
    for environment in ("dev", "prod"):
        path = POLICIES / "network" / f"config.{environment}.json"
        started["network"].configure(json.loads(path.read_text(encoding="utf-8")))
        [finding] = started["network"].judge(stack).findings
        levels[environment] = finding.level

    assert levels == {"dev": "advisory", "prod": "mandatory"}


def test_every_rule_is_evaluated(started: Packs) -> None:
    """Both our stacks in one, with a load balancer and all settings set, leave no rule idle."""
    required: dict[str, Any] = {"required": True}
    announced: dict[str, Any] = {"deprecatedTypes": {"cpx99": "2027-03-31"}}
    config = {
        "sovereign-protected": required,
        "stateful-protected": required,
        "server-type-deprecated": announced,
    }
    balancer = {"name": "api", "loadBalancerType": "lb11", "labels": {}}
    stack = {
        **dev(control_planes=3),
        **application(),
        "balancer": Registration("hcloud:index/loadBalancer:LoadBalancer", "api", balancer),
    }
    stack["component Sovereign"].inputs["protect"] = True
    stack["Release dev-cilium"].inputs["values"]["encryption"]["strictMode"] = {"egress": {}}
    stack["Release dev-cilium"].inputs["values"]["authentication"] = {"enabled": True}
    stack["Server dev-default-1"].inputs["userData"] = "INSTALL_K3S_VERSION=v1.36.4+k3s1"
    evaluated: set[str] = set()
    for pack in started.values():
        pack.configure({**DECLARED, **config})
        evaluated |= pack.judge(stack).evaluated

    assert evaluated == set(RULES)


def test_a_known_loopback_without_agents_is_accepted(declared: Packs) -> None:
    """A single server answers itself on 127.0.0.1:6443."""
    incident = next(each for each in MUTATIONS if each.what == "the incident")

    assert declared["network"].judge(edited(dev(workers=0), incident.edit)).findings == ()


@pytest.mark.parametrize(
    ("level", "reported"), [("advisory", {"api-server-address"}), ("disabled", set())]
)
def test_a_level_can_be_configured(started: Packs, level: str, reported: set[str]) -> None:
    """The engine's own configuration of levels holds for our rules."""
    incident = next(each for each in MUTATIONS if each.what == "the incident")
    network = started["network"]
    network.configure({"api-server-address": {"enforcementLevel": level}})

    verdict = network.judge(edited(dev(), incident.edit))

    assert verdict.at_level("advisory") == reported
    assert verdict.at_level("mandatory") == set()


def test_no_message_repeats_a_secret(declared: Packs) -> None:
    """User data with a token is refused without the token."""
    token = f"K10{'ab' * 32}::server:hunter2"
    stack = dev()
    stack["Server dev-default-1"].inputs["userData"] = f"K3S_TOKEN={token}"

    findings = [f for verdict in judged(declared, stack).values() for f in verdict.findings]

    assert findings
    for finding in findings:
        assert "hunter2" not in finding.message
        assert "abab" not in finding.message


def test_a_pack_starts_from_a_copy_of_the_repository(tmp_path: Path) -> None:
    """The link to what both packs share is relative, so a clone elsewhere runs, too."""
    for pack in PACKS:
        link = POLICIES / pack / "rules" / "framework"
        assert link.readlink() == Path("../../framework")
        target = tmp_path / "policies" / pack
        (target / "rules").mkdir(parents=True)
        (target / "rules" / "framework").symlink_to(link.readlink())
        for source in [*(POLICIES / pack).glob("*.*"), *(POLICIES / pack / "rules").glob("*.py")]:
            copy = target / source.relative_to(POLICIES / pack)
            copy.write_bytes(source.read_bytes())
    (tmp_path / "policies" / "framework").mkdir()
    for source in (POLICIES / "framework").glob("*.py"):
        (tmp_path / "policies" / "framework" / source.name).write_bytes(source.read_bytes())

    with running("network", tmp_path / "policies") as network:
        assert network.info.name == "network"
