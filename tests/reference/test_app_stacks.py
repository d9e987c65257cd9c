"""App stacks on one rehearsed Sovereign: the examples of today, and the one of the last release."""

import json
from typing import Any

import jsonschema
import pytest

from sovereign.contract import CONTRACT
from sovereign.reference import attribute
from tests.configurations import ROOT
from tests.rehearsal.command.rehearsed import Directory, Said

SCHEMA = json.loads((ROOT / "docs" / "outputs.schema.json").read_text(encoding="utf-8"))
FROZEN = ROOT / "tests" / "reference" / "v1-app-stack"
"""examples/app-stack of before `Reference`, which reads the stack by name."""
READER = ROOT / "tests" / "reference" / "v1-reader"
"""The reader of release 0.1.0, which reads every output and trusts its type. Neither is ever edited
(test_compatibility.py): a release that raises the contract's version adds its own beside them."""


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Said]:
    """One Sovereign, then one stack after the other on it."""
    directory = Directory(tmp_path_factory.mktemp("apps"))

    def up(*arguments: str) -> Said:
        return directory.sovereign("rehearse", "up", "--json", *arguments)

    return {
        "cluster": up(),
        "services": up("--program", "examples/cluster-services"),
        "services again": up("--program", "examples/cluster-services"),
        "last release": up("--program", str(FROZEN)),
        "first reader": up("--program", str(READER)),
    }


def test_a_rehearsed_sovereign_keeps_the_contract(story: dict[str, Said]) -> None:
    """Its outputs fit the published schema; the secret one is masked and nothing else is."""
    outputs: dict[str, Any] = story["cluster"].answer["outputs"]
    assert outputs["kubeconfig"] == {"secret": True}
    jsonschema.validate({**outputs, "kubeconfig": "masked"}, SCHEMA)


def test_cluster_services_stand_and_nothing_of_the_cluster_changes(story: dict[str, Said]) -> None:
    """Driver and certificates are Ready, their classes and issuers are known, and no policy of the
    packs is broken by them."""
    answer = story["services"].answer
    assert (story["services"].code, answer["errors"]) == (0, [])
    assert (answer["resources"]["create"], answer["resources"]["replace"]) == (15, 0)
    assert answer["resources"]["same"] == story["cluster"].answer["resources"]["create"]
    parts = {part["name"]: part["ready"] for part in answer["components"]}
    assert parts["release/kube-system/hcloud-csi"] is True
    assert parts["release/cert-manager/cert-manager"] is True
    assert answer["outputs"]["clusterIssuers"] == ["self-signed", "cluster"]
    findings = {one["policy"] for one in answer["policies"] if one["level"] != "deferred"}
    assert findings == {"artifacts-pinned"}


def test_a_second_up_of_them_changes_nothing(story: dict[str, Said]) -> None:
    """Neither of the cluster nor of the services."""
    resources = story["services again"].answer["resources"]
    assert {op: n for op, n in resources.items() if n and op != "same"} == {}


def test_the_app_stack_of_the_last_release_still_runs(story: dict[str, Said]) -> None:
    """Unchanged, against the contract of today."""
    answer = story["last release"].answer
    assert (story["last release"].code, answer["errors"]) == (0, [])
    assert answer["outputs"]["contractVersion"] == 1
    assert answer["outputs"]["encryption"]["type"] == "wireguard"
    workload = [p for p in answer["components"] if p["name"] == "deployment/hello/hello"]
    assert [part["ready"] for part in workload] == [True]


def test_the_reader_of_the_first_contract_still_reads_every_output(story: dict[str, Said]) -> None:
    """By release 0.1.0 of `Reference`, each with the type that it had then."""
    answer = story["first reader"].answer
    assert (story["first reader"].code, answer["errors"]) == (0, [])
    assert answer["outputs"].pop("kubeconfig") == {"secret": True}
    assert set(answer["outputs"].values()) == {"fits"}
    assert set(answer["outputs"]) == {
        attribute(promise.name) for promise in CONTRACT if not promise.secret
    }
