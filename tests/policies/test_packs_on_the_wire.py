"""Each pack, run as the engine runs it, against what the default Sovereign registers."""

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tests.policies.mutations import CONFIGURED, MUTATIONS, Mutation
from tests.policies.registrations import dev, edited, first_preview, gateway
from tests.policies.wire import POLICIES, RunningPack, running

PACKS = sorted(MUTATIONS)
CASES = [(pack, each) for pack in PACKS for each in MUTATIONS[pack]]


@pytest.fixture(scope="module")
def started() -> Iterator[dict[str, RunningPack]]:
    """Both packs, started once."""
    with running("network") as network, running("encryption") as encryption:
        yield {"network": network, "encryption": encryption}


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize(("control_planes", "workers"), [(1, 0), (1, 2), (3, 2)])
def test_a_compliant_stack_has_no_findings(
    started: dict[str, RunningPack], pack: str, control_planes: int, workers: int
) -> None:
    """Nothing is reported, nothing is deferred, and rules were evaluated."""
    verdict = started[pack].judge({**dev(control_planes, workers), "gateway": gateway()})

    assert verdict.findings == ()
    assert verdict.evaluated


@pytest.mark.parametrize(("pack", "mutation"), CASES, ids=[f"{p}: {m.what}" for p, m in CASES])
def test_a_broken_stack_is_reported_by_exactly_the_declared_rules(
    started: dict[str, RunningPack], pack: str, mutation: Mutation
) -> None:
    """No rule is silent, none speaks out of turn, and each message carries rule and fix."""
    rules = {each.id: each for each in import_module(f"policies.{pack}.rules").RULES}
    stack = edited(dev(mutation.control_planes, mutation.workers), mutation.edit)

    verdict = started[pack].judge(stack)

    assert {each.policy for each in verdict.findings} == mutation.reports
    for each in verdict.findings:
        rule = rules[each.policy]
        assert each.level == rule.level
        assert each.message.startswith(rule.prevents)
        assert each.message.endswith(f". Fix: {rule.fix}")


@pytest.mark.parametrize("pack", PACKS)
def test_every_rule_has_a_mutation(pack: str) -> None:
    """A rule that nothing here breaks is a rule that may be dead."""
    rules = {each.id for each in import_module(f"policies.{pack}.rules").RULES}
    broken = set().union(*(each.reports for each in MUTATIONS[pack]))

    assert rules == broken | (set(CONFIGURED) & rules)


@pytest.mark.parametrize("pack", PACKS)
def test_every_rule_but_the_configured_ones_is_evaluated(
    started: dict[str, RunningPack], pack: str
) -> None:
    """The default stack with three control planes and a Gateway leaves no rule idle."""
    stack = {**dev(control_planes=3), "gateway": gateway()}
    strict = {each.id for each in import_module(f"policies.{pack}.rules").RULES} - set(CONFIGURED)

    assert started[pack].judge(stack).evaluated == strict


def test_a_first_preview_defers_what_it_cannot_know() -> None:
    """An unknown host is told once, as advice; no rule says that it cannot run."""
    with running("network") as network:
        verdict = network.judge(first_preview(dev()))

        assert [(each.policy, each.level) for each in verdict.findings] == [
            ("network-deferred", "advisory")
        ]
        [finding] = verdict.findings
        assert finding.message.splitlines()[-1] == (
            "deferred: api-server-address: values.k8sServiceHost is unknown until `pulumi up`"
        )
        assert finding.urn.endswith("::dev-cilium")
        assert "api-server-address" not in verdict.evaluated
        assert network.judge(dev()).findings == ()


def test_a_first_preview_of_encryption_defers_nothing() -> None:
    """All that this pack reads is known before anything exists."""
    with running("encryption") as encryption:
        assert encryption.judge(first_preview(dev())).findings == ()


def test_a_known_loopback_is_refused_in_a_first_preview() -> None:
    """The incident, registered raw, is mandatory before anything exists."""
    incident = next(each for each in MUTATIONS["network"] if each.what == "the incident")
    with running("network") as network:
        verdict = network.judge(edited(first_preview(dev()), incident.edit))

    assert verdict.at_level("mandatory") == {"api-server-address"}
    assert "127.0.0.1:6443" in verdict.findings[0].message


def test_a_known_loopback_without_agents_is_accepted() -> None:
    """A single server answers itself on 127.0.0.1:6443."""
    incident = next(each for each in MUTATIONS["network"] if each.what == "the incident")
    with running("network") as network:
        assert network.judge(edited(dev(workers=0), incident.edit)).findings == ()


@pytest.mark.parametrize("rule", sorted(CONFIGURED))
def test_a_configured_rule_reports(rule: str) -> None:
    """Settings that the engine sends reach the rule."""
    with running("network") as network:
        network.configure(CONFIGURED[rule])

        assert network.judge(dev()).at_level("mandatory") == {rule}


@pytest.mark.parametrize(
    ("level", "reported"), [("advisory", {"api-server-address"}), ("disabled", set())]
)
def test_a_level_can_be_configured(level: str, reported: set[str]) -> None:
    """The engine's own configuration of levels holds for our rules."""
    incident = next(each for each in MUTATIONS["network"] if each.what == "the incident")
    with running("network") as network:
        network.configure({"api-server-address": {"enforcementLevel": level}})
        verdict = network.judge(edited(dev(), incident.edit))

    assert verdict.at_level("advisory") == reported
    assert verdict.at_level("mandatory") == set()


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_an_environments_configuration_keeps_a_protected_stack_clean(
    pack: str, environment: str
) -> None:
    """The committed files load, and ask nothing that a careful stack does not do."""
    given = json.loads((POLICIES / pack / f"config.{environment}.json").read_text())

    def protect(registrations: dict) -> None:  # type: ignore[type-arg]
        registrations["component Sovereign"].inputs["protect"] = True

    with running(pack) as started_pack:
        started_pack.configure(given)
        assert started_pack.judge(edited(dev(), protect)).findings == ()


def test_no_message_repeats_a_secret(started: dict[str, RunningPack]) -> None:
    """User data with a token is refused without the token."""
    token = f"K10{'ab' * 32}::server:hunter2"
    stack = dev()
    stack["Server dev-default-1"].inputs["userData"] = f"K3S_TOKEN={token}"

    for pack in started.values():
        for finding in pack.judge(stack).findings:
            assert "hunter2" not in finding.message
            assert "abab" not in finding.message


def test_the_packs_work_on_a_program_that_is_not_ours(started: dict[str, RunningPack]) -> None:
    """Without our components and labels, the incident is still found: two servers are enough."""
    stack = {
        name: each
        for name, each in dev(workers=1).items()
        if not each.type.startswith("sovereign:")
    }
    for each in stack.values():
        each.inputs.pop("labels", None)
    assert [pack.judge(stack).findings for pack in started.values()] == [(), ()]

    stack["Release dev-cilium"].inputs["values"]["k8sServiceHost"] = "127.0.0.1"

    assert started["network"].judge(stack).at_level("mandatory") == {"api-server-address"}


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
