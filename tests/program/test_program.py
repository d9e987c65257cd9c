"""The program: one run from configuration to outputs; a mistake ends in one sentence each."""

import json
import runpy
from typing import Any

import pulumi
import pytest

import sovereign.program
from sovereign.program import plain_seed
from tests.configurations import ROOT, dev
from tests.recording import CLUSTER_SECRET, SEED, record, reveal

COMMAND = 'pulumi config set --secret sovereign:seed "$(openssl rand -hex 32)"'


def refused(cluster: Any, **settings: Any) -> str:
    """The one sentence with which the program ends."""
    with pytest.raises(pulumi.RunError) as error:
        record(cluster, **settings)
    return str(error.value)


def test_an_empty_stack_is_told_everything_that_is_missing_at_once() -> None:
    """Seed, operators and cluster, each with the line that cures it."""
    assert refused(None, operators=None, seed="null") == (
        "configuration refused, 3 problems: "
        f"sovereign:seed: found nothing; all keys and tokens are derived from it; run: {COMMAND}"
        " | sovereign:operatorCidrs: found nothing; the list says who may reach SSH and the "
        "Kubernetes API, [] means nobody; run: "
        "pulumi config set --path 'sovereign:operatorCidrs[0]' 203.0.113.7/32"
        " | sovereign:cluster: found nothing; must be the mapping that describes the cluster; "
        "write it in Pulumi.<stack>.yaml as Pulumi.dev.yaml does"
    )


def test_problems_of_values_and_of_their_fit_are_said_in_one_run() -> None:
    """A misspelt key, a forbidden address and overlapping ranges together."""
    cluster = {**dev(network={"podCidr": "10.0.0.0/15"}), "apiServerAddress": "127.0.0.1:6443"}
    cluster["controlPlane"]["severType"] = "cpx32"
    text = refused(cluster)
    assert text.startswith("configuration refused, 3 problems: ")
    assert "controlPlane.severType: found an unknown key" in text
    assert "apiServerAddress: found '127.0.0.1:6443'; nothing listens on" in text
    assert "network.podCidr: found '10.0.0.0/15'; overlaps network.cidr" in text


def test_a_seed_that_is_too_short_is_refused_and_not_shown() -> None:
    """31 characters are one too few."""
    text = refused(dev(), seed=SEED[:31])
    assert text == (
        "sovereign:seed: found 31 characters; at least 32 are needed, all keys and tokens are "
        f"derived from it; run: {COMMAND}"
    )
    record(dev(pools={}), seed=SEED[:32])


def test_what_is_allowed_and_still_worth_a_sentence_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A seed in plain text, and a cluster that nobody reaches; nothing of the committed stack."""
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", said.append)
    record(dev(), extra={"sovereign:note": "run anew"})
    assert said == []
    record(dev(pools={}), operators=[], extra={"sovereign:note": "run anew"})
    assert [one.partition(" is ")[0] for one in said] == ["sovereign:operatorCidrs"]
    monkeypatch.setattr(pulumi.runtime, "is_config_secret", lambda _: False)
    assert [one.partition(" is ")[0] for one in plain_seed()] == ["sovereign:seed"]


def test_a_refused_configuration_registers_nothing() -> None:
    """Everything is checked before the first resource."""
    seen: list[str] = []

    def answer(registration: Any, outputs: dict[str, Any]) -> dict[str, Any]:
        seen.append(registration.name)
        return outputs

    refused(dev(controlPlane={"ids": [1, 2]}), answer=answer)
    assert seen == []


def test_the_token_of_the_environment_serves_where_none_is_configured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`HCLOUD_TOKEN`, as the provider itself takes it; configuration wins."""
    monkeypatch.setenv("HCLOUD_TOKEN", "token-of-the-environment")
    recording = record(dev(pools={}), extra={"hcloud:token": "null"})
    data = recording.one(CLUSTER_SECRET).inputs["stringData"]
    assert reveal(data)["token"] == "token-of-the-environment"
    configured = record(dev(pools={}), extra={"hcloud:token": "token-of-the-stack"})
    data = configured.one(CLUSTER_SECRET).inputs["stringData"]
    assert reveal(data)["token"] == "token-of-the-stack"


def test_a_mirror_redirects_every_download() -> None:
    """Binaries, checksums, charts and definitions: no published host is named."""
    recording = record(dev(), mirror="https://mirror.example/files/")
    texts = json.dumps([reveal(found.inputs) for found in recording])
    hosts = ("github.com", "githubusercontent.com", "helm.cilium.io", "charts.hetzner.cloud")
    assert [host for host in hosts if host in texts] == []
    releases = {found.inputs["chart"] for found in recording.of("kubernetes:helm.sh/v3:Release")}
    assert releases == {
        "https://mirror.example/files/cilium-1.20.2.tgz",
        "https://mirror.example/files/hcloud-cloud-controller-manager-1.35.0.tgz",
    }


def test_main_runs_the_program_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pulumi executes this file; it calls `run` once."""
    calls: list[str] = []
    monkeypatch.setattr(sovereign.program, "run", lambda: calls.append("run"))
    runpy.run_path(str(ROOT / "__main__.py"))
    assert calls == ["run"]
