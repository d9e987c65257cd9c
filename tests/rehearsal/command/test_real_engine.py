"""The dry part of the real engine: what it is told, where it finds its plugins, what a tour is."""

import json
import stat
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from rehearsal import breaks, isolation, pulumi_cli, usage
from rehearsal import engine as real_engine
from rehearsal.lab import engine, plugins
from rehearsal.nodes.surroundings import Surroundings
from rehearsal.program import Program
from rehearsal.runtime.drivers.hcloud.api import NotLoopback
from rehearsal.runtime.model import Drivers
from rehearsal.runtime.policy.pack import NO_CONFIGURATION
from sovereign.cli import stack_file
from tests.configurations import ROOT
from tests.rehearsal.command.rehearsed import Directory
from tests.rehearsal.lab.dry_engine import stand_in

HCLOUD = plugins.Plugin("hcloud", "1.43.3")


def program(*settings: str) -> Program:
    file = stack_file.read(ROOT, "dev", settings).with_defaults(isolation.DEFAULTS)
    return Program(ROOT, file.project, file.engine_config(), ("sovereign:seed",))


def test_the_engine_finds_a_hetzner_on_this_machine_and_a_state_of_its_own(tmp_path: Path) -> None:
    """And a token that opens nothing elsewhere."""
    found = pulumi_cli.environment("http://127.0.0.1:8123/v1", tmp_path)
    assert found["HCLOUD_ENDPOINT"] == "http://127.0.0.1:8123/v1"
    assert found["HCLOUD_TOKEN"] == isolation.TOKEN
    assert found["PULUMI_BACKEND_URL"] == f"file://{tmp_path}/state"
    assert found["PULUMI_SKIP_UPDATE_CHECK"] == "true"


def test_what_providers_leave_lying_stays_in_the_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kubernetes provider's kubeconfigs: nobody else reads them, and the next opening ends
    them.
    """
    pulumi = tmp_path / "bin" / "pulumi"
    pulumi.parent.mkdir()
    pulumi.write_text('#!/bin/sh\n: > "$(mktemp "$TMPDIR/kubeconfigXXXXXX")"\n')
    pulumi.chmod(0o755)
    monkeypatch.setenv("PATH", f"{pulumi.parent}:/usr/bin:/bin")
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / "Pulumi.yaml").write_text("name: small\nruntime: python\n")
    given = Program(tmp_path / "small", "small", {}, ())
    workspace = tmp_path / "work"
    for _ in range(2):
        pulumi_cli.opened(
            given,
            stack="dev",
            workspace=workspace,
            endpoint="http://127.0.0.1:8123/v1",
            virtualenv=Path("/usr"),
        )
        (left,) = (workspace / "tmp").iterdir()
        assert left.name.startswith("kubeconfig")
    assert stat.S_IMODE((workspace / "tmp").stat().st_mode) == 0o700


@pytest.mark.parametrize("endpoint", ["", "https://api.hetzner.cloud/v1", "http://10.0.0.1/v1"])
def test_an_endpoint_beyond_this_machine_is_refused(endpoint: str, tmp_path: Path) -> None:
    """With an empty one the provider would take Hetzner's own."""
    with pytest.raises(NotLoopback):
        pulumi_cli.environment(endpoint, tmp_path)


def test_the_program_is_copied_without_its_secrets(tmp_path: Path) -> None:
    """What is written beside the stack file is written beside the copy."""
    small = tmp_path / "small"
    small.mkdir()
    (small / "__main__.py").write_text("")
    (small / ".venv").mkdir()
    given = replace(program(), directory=small)
    target = pulumi_cli.copied(given, "dev", tmp_path / "work", Path("/usr"))
    config = yaml.safe_load((target / "Pulumi.dev.yaml").read_text())["config"]
    assert config["sovereign:cluster"]["name"] == "dev"
    assert "sovereign:seed" not in config
    assert isolation.SEED not in (target / "Pulumi.dev.yaml").read_text()
    assert (target / ".venv").resolve() == Path("/usr")


def test_there_is_a_configuration_for_every_pack(tmp_path: Path) -> None:
    """The engine wants as many of one as of the other; the stack's own comes first, a pack
    without any gets an empty one."""
    packs = [tmp_path / "a", tmp_path / "b"]
    for pack in packs:
        pack.mkdir()
    (packs[0] / "config.prod.json").write_text("{}")
    assert pulumi_cli.policy_arguments(packs, Path("/copy"), "prod") == [
        *("--policy-pack", "/copy/policies/a", "--policy-pack", "/copy/policies/b"),
        *("--policy-pack-config", str(packs[0] / "config.prod.json")),
        *("--policy-pack-config", str(NO_CONFIGURATION)),
    ]


def test_plugins_are_wanted_in_the_versions_of_their_sdks() -> None:
    """The three providers that the program uses."""
    assert [plugin.name for plugin in plugins.required()] == ["hcloud", "command", "kubernetes"]
    assert all(plugin.version.count(".") == 2 for plugin in plugins.required())


def test_a_plugin_is_found_on_path_or_in_the_clis_home(tmp_path: Path) -> None:
    """On PATH in any version, at home in the very one."""
    folder, kept = tmp_path / "bin", tmp_path / "home" / HCLOUD.directory
    environment = {"PATH": str(folder), "PULUMI_HOME": str(tmp_path / "home")}
    assert plugins.missing([HCLOUD], environment) == (HCLOUD,)
    kept.mkdir(parents=True)
    (kept / HCLOUD.executable).touch()
    assert plugins.missing([HCLOUD], environment) == ()
    assert plugins.missing([replace(HCLOUD, version="2.0.0")], environment) != ()
    folder.mkdir()
    (folder / HCLOUD.executable).touch()
    assert plugins.missing([replace(HCLOUD, version="2.0.0")], environment) == ()
    assert plugins.home({"HOME": "/home/x"}) == Path("/home/x/.pulumi")


def test_missing_plugins_are_named_with_the_command_that_fetches_them() -> None:
    """Before the lab is entered, for nothing leads out of it."""
    said = plugins.sentence([HCLOUD])
    assert "pulumi plugin install resource hcloud v1.43.3" in said


def test_a_machine_without_the_engine_ends_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exit 3 comes of it."""
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(pulumi_cli.EngineMissing, match="`pulumi` is not on PATH"):
        engine.require({"PATH": "/nowhere"})


@pytest.mark.parametrize(
    ("pools", "ids"),
    [
        ({"a": {"ids": [1, 3]}, "b": {"ids": [2]}}, [1, 3, 4]),
        ({"a": {"firstId": 5, "count": 2}}, [1, 5, 6]),
        ({"a": {"ids": []}}, [1]),
    ],
    ids=str,
)
def test_one_worker_more_has_an_id_that_is_free_in_all_pools(pools: Any, ids: list[int]) -> None:
    """Nothing else of the configuration changes."""
    cluster = {"name": "dev", "pools": pools}
    given = replace(program(), config={"sovereign:cluster": json.dumps(cluster), "x": "y"})
    more = engine.with_workers(given, 1)
    changed = json.loads(more.config["sovereign:cluster"])
    assert changed["pools"]["a"] == {"ids": ids}
    assert {**changed, "pools": None} == {**cluster, "pools": None}
    assert more.config["x"] == "y"
    assert engine.with_workers(given, 0) == given


def test_a_replacement_counts_once_and_a_providers_own_not_at_all(tmp_path: Path) -> None:
    """The engine's log tells of its halves before and after."""
    log = tmp_path / "events.json"
    told = [
        ("urn:a", "create-replacement"),
        ("urn:a", "replace"),
        ("urn:a", "delete-replaced"),
        ("urn:b", "create"),
        ("urn:pulumi:providers:hcloud::default_1", "create"),
    ]
    log.write_text(
        "".join(
            json.dumps({"resourcePreEvent": {"metadata": {"urn": urn, "op": op, "type": "t"}}})
            + "\n"
            for urn, op in told
        )
    )
    run = real_engine.read_events(log, succeeded=True, printed="")
    assert real_engine.counts(run) == {"replace": 1, "create": 1}


def test_what_tells_of_rules_that_wait_is_no_rule_of_its_own(tmp_path: Path) -> None:
    """Counted as on the embedded runtime; what it told is counted as deferred."""
    log = tmp_path / "events.json"
    pack = {"policyPackName": "network", "policyPackVersion": "1"}
    told = [
        {"policyAnalyzeSummaryEvent": {**pack, "passed": ["a"], "failed": ["b"]}},
        {"policyAnalyzeStackSummaryEvent": {**pack, "failed": ["network-deferred"]}},
        {
            "policyEvent": {
                **pack,
                "policyName": "network-deferred",
                "enforcementLevel": "advisory",
                "message": "A rule could not be evaluated yet.\ndeferred: c: d is unknown",
            }
        },
    ]
    log.write_text("".join(json.dumps(event) + "\n" for event in told))
    (counted,) = real_engine.read_events(log, succeeded=True, printed="").packs
    assert counted == {"name": "network", "version": "1", "rules": 2, "evaluated": 2, "deferred": 1}


@pytest.mark.parametrize(
    ("arguments", "path", "rule"),
    [
        (("up", "--break", "nic-late"), "--break", "the real engine only previews"),
        (("up", "--refresh"), "--refresh", "the real engine only previews"),
        (("up", "--lab", "--break", "mtu-1500"), "--break", "the embedded runtime's drivers"),
        (
            ("up", "--lab", "--break", "nic-late", "--break", "wrong-agent-token"),
            "--break",
            "with it there are nic-late, firewall-closed-6443, k3s-checksum",
        ),
        (("up", "--program", "examples/app-stack"), "--program", "no app stack's"),
        (("preview", "--lab", "--program", "examples/app-stack"), "--program", "no app stack's"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_the_real_engine_would_not_carry_out_is_refused(
    arguments: tuple[str, ...], path: str, rule: str, tmp_path: Path
) -> None:
    """Bad usage: nothing runs, and nothing is begun."""
    said = Directory(tmp_path).sovereign("rehearse", *arguments, "--engine", "pulumi", "--json")
    (error,) = said.answer["errors"]
    assert (said.code, said.answer["result"], error["path"]) == (2, "refused", path)
    assert rule in error["rule"]
    assert not (tmp_path / ".rehearsal").exists()


def test_the_real_engine_is_given_the_faults_that_it_meets() -> None:
    """Those that change nothing between the embedded runtime and its drivers."""

    class Hosts:
        surroundings = Surroundings()

    drivers = cast("Drivers", Healthy())
    around = [one.name for one in breaks.CATALOGUE if one.inject(drivers, Hosts()) is drivers]
    assert around == list(usage.AROUND_HOSTS)
    for name in around:
        assert order_is_wrong([name], lab=True) is None


@dataclass(frozen=True)
class Healthy:
    """Drivers that nobody uses."""

    hosts: object = None
    cluster: object = None


def order_is_wrong(faults: list[str], *, lab: bool) -> dict[str, str] | None:
    """What is wrong with these faults on the real engine."""
    return usage.wrong(faults, "pulumi", app=False, refresh=False, lab=lab, keep=False)


def test_plugins_in_the_callers_pulumi_home_are_found(tmp_path: Path) -> None:
    """Although everything else of the caller's engine is forgotten: the next thing that this
    machine lacks is the lab's."""
    engine_there = stand_in(tmp_path / "engine")
    found = {"PATH": str(engine_there.directory), "PULUMI_HOME": str(engine_there.home)}
    command = ("rehearse", "up", "--lab", "--engine", "pulumi")
    (tmp_path / "here").mkdir()
    said = Directory(tmp_path / "here", found).sovereign(*command)
    assert said.code == 3
    assert said.out.startswith("the lab cannot run on this machine, it needs ")
    elsewhere = Directory(tmp_path / "here", {**found, "PULUMI_HOME": str(tmp_path)})
    said = elsewhere.sovereign(*command)
    assert said.code == 3
    assert said.out.startswith("the lab has no way out, so the engine's plugins must be on this ")


def test_an_engine_without_its_language_host_is_not_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs the program and the packs, and comes with the CLI: beside it, or on PATH."""
    found = stand_in(tmp_path / "engine")
    monkeypatch.setenv("PATH", str(found.directory))
    environment = {"PATH": str(found.directory), "PULUMI_HOME": str(found.home)}
    engine.require(environment)
    (found.directory / plugins.LANGUAGE_HOST).rename(tmp_path / plugins.LANGUAGE_HOST)
    with pytest.raises(pulumi_cli.EngineMissing, match="install the whole Pulumi CLI"):
        engine.require(environment)
    engine.require({**environment, "PATH": str(tmp_path)})


def test_only_the_place_of_the_plugins_is_kept_of_the_callers_engine() -> None:
    """Backend, token and passphrase go."""
    environment = {"PULUMI_HOME": "/p", "PULUMI_ACCESS_TOKEN": "t", "PULUMI_BACKEND_URL": "u"}
    assert isolation.forget(environment) == ["PULUMI_ACCESS_TOKEN", "PULUMI_BACKEND_URL"]
    assert environment == {"PULUMI_HOME": "/p"}
