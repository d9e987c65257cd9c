"""The lab's commands where there is no lab: exit codes and sentences."""

import json
from pathlib import Path

import jsonschema
import pytest

from tests.rehearsal.command.rehearsed import ROOT, Directory

SCHEMA = json.loads((ROOT / "docs" / "rehearsal.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def directory(tmp_path: Path) -> Directory:
    """A machine without any of the lab's commands."""
    (tmp_path / "nothing").mkdir()
    return Directory(tmp_path, {"PATH": str(tmp_path / "nothing")})


def test_a_machine_that_cannot_gets_one_sentence_and_exit_code_3(directory: Directory) -> None:
    """A line, or with `--json` one object; no workspace is begun."""
    said = directory.sovereign("rehearse", "up", "--lab")
    as_json = directory.sovereign("rehearse", "up", "--lab", "--json")

    assert (said.code, as_json.code) == (3, 3)
    assert said.out.startswith("the lab cannot run on this machine, it needs ")
    assert said.out.count("\n") == 1
    jsonschema.validate(as_json.answer, SCHEMA)
    assert as_json.answer["result"] == "unavailable"
    assert as_json.answer["errors"][0]["rule"] == said.out.strip()
    assert not (directory.path / ".rehearsal").exists()


def test_to_keep_a_lab_one_has_to_ask_for_one(directory: Directory) -> None:
    """Bad usage, and nothing runs."""
    said = directory.sovereign("rehearse", "up", "--keep", "--json")

    assert (said.code, said.answer["errors"][0]["path"]) == (2, "--keep")


def test_where_no_lab_stands_it_is_said_how_to_make_one(directory: Directory) -> None:
    """Status, shell and kubectl fail; there is nothing to destroy or to take down."""
    status = directory.sovereign("lab", "status", "--json")
    shell = directory.sovereign("lab", "ssh", "dev-default-1")
    kubectl = directory.sovereign("lab", "kubectl", "get", "nodes")
    fix = "sovereign rehearse up --lab --keep --stack dev makes one"

    assert (status.code, shell.code, kubectl.code) == (1, 1, 1)
    assert fix in status.answer["errors"][0]["rule"]
    assert fix in shell.err
    assert fix in kubectl.err
    assert directory.sovereign("rehearse", "destroy", "--lab", "--json").code == 0
    assert directory.sovereign("lab", "down", "--json").answer["down"] == []


def test_a_node_that_is_not_in_the_plan_is_bad_usage(directory: Directory) -> None:
    """The nodes that there are get named."""
    said = directory.sovereign("lab", "ssh", "dev-default-9")

    assert said.code == 2
    assert "dev-default-1, dev-default-2" in said.err
