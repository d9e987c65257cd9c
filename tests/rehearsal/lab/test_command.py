"""The lab's commands where there is no lab, or none for this user: exit codes and sentences."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

import rehearsal.command  # the commands import it when they run, and then this user may not read it
from rehearsal.lab import record, visit
from rehearsal.lab.machine import Unavailable
from rehearsal.nodes.project import Machine
from rehearsal.workspace import open_workspace
from sovereign.cli.lab import app
from tests.rehearsal.command.rehearsed import ROOT, Directory

SCHEMA = json.loads((ROOT / "docs" / "rehearsal.schema.json").read_text(encoding="utf-8"))
DOWN = json.loads((ROOT / "docs" / "lab-down.schema.json").read_text(encoding="utf-8"))
NOBODY = 65534
FILES = {"Pulumi.yaml": "name: sovereign\n", "Pulumi.dev.yaml": "config: {}\n"}
"""From which kubectl knows whose lab is meant."""
MACHINE = Machine(1, "w1", "", "198.51.100.1", "running", (), None, (), "debian-12", "cx33")


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
    down = directory.sovereign("lab", "down", "--json").answer
    jsonschema.validate(down, DOWN)
    assert (down["result"], down["down"]) == ("succeeded", [])


def test_a_node_that_is_not_in_the_plan_is_bad_usage(directory: Directory) -> None:
    """The nodes that there are get named."""
    said = directory.sovereign("lab", "ssh", "dev-default-9")

    assert said.code == 2
    assert "dev-default-1, dev-default-2" in said.err


def begun(root: Path) -> Path:
    """A directory with the record of a lab in it of which nothing was made."""
    workspace = root / ".rehearsal" / "dev+lab"
    workspace.mkdir(parents=True, mode=0o700)
    record.fresh(workspace, "203.0.113.10").save(workspace)
    return workspace


@contextmanager
def another_user() -> Iterator[None]:
    """Someone who is not root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_another_user_than_root_gets_one_sentence_of_roots_lab(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exit code 3 of every command, also where its directory may not even be read."""
    assert rehearsal.command.the_lab() is visit
    with tempfile.TemporaryDirectory() as path:
        root = Path(path)
        root.chmod(0o755)
        for file, text in FILES.items():
            (root / file).write_text(text, encoding="utf-8")
            (root / file).chmod(0o644)
        workspace = begun(root)
        workspace.chmod(0)
        monkeypatch.chdir(root)
        try:
            with another_user():
                down = CliRunner().invoke(app, ["down"])
                as_json = CliRunner().invoke(app, ["down", "--json"])
                kubectl = CliRunner().invoke(app, ["kubectl", "get", "nodes"])
                with pytest.raises(Unavailable):
                    record.load(workspace)
        finally:
            workspace.chmod(0o700)
            monkeypatch.chdir("/")
    assert (down.exit_code, as_json.exit_code, kubectl.exit_code) == (3, 3, 3)
    assert "it needs root (this is user " in down.output
    assert down.output == kubectl.output
    jsonschema.validate(json.loads(as_json.output), DOWN)
    assert json.loads(as_json.output)["result"] == "unavailable"


def test_a_lab_that_is_readable_is_still_roots(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is tried that only root can do."""
    begun(tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: NOBODY)

    with pytest.raises(Unavailable, match="needs root"):
        visit.down(tmp_path)
    with (
        pytest.raises(Unavailable, match="needs root"),
        visit.visit(tmp_path, "dev", [], "sovereign"),
    ):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root takes a lab down")
def test_a_lab_that_another_run_works_on_is_not_taken_down(directory: Directory) -> None:
    """One sentence and exit code 1; with `--json` one object."""
    begun(directory.path)
    with open_workspace(directory.path, "dev", lab=True):
        said = directory.sovereign("lab", "down")
        as_json = directory.sovereign("lab", "down", "--json")

    assert (said.code, as_json.code) == (1, 1)
    assert "another rehearsal of stack dev is running" in said.err
    jsonschema.validate(as_json.answer, DOWN)
    assert (as_json.answer["result"], as_json.answer["down"]) == ("failed", [])
    assert as_json.answer["errors"][0]["rule"] == said.err.strip()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root takes a lab down")
@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 99}', '{"version": 1, "other": 1}'])
def test_a_record_that_cannot_be_read_is_of_a_lab_that_can_be_taken_down(
    tmp_path: Path, text: str
) -> None:
    """Of another version of this program, or half written: its name is known all the same."""
    workspace = begun(tmp_path)
    (workspace / record.NAME).write_text(text, encoding="utf-8")

    found = record.load(workspace)

    assert found
    assert (found.lab_id, found.stands) == (record.fresh(workspace, "").lab_id, False)
    assert visit.down(tmp_path) == visit.Down(["dev+lab"], [])
    assert record.load(workspace) is None


def test_a_missing_ssh_is_named_with_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not by the program that would have started it."""
    begun(tmp_path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "nsenter").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    login = visit.Login(22, "key", "host key")
    with (
        visit.visit(tmp_path, "dev", [], "sovereign") as lab,
        pytest.raises(Unavailable, match=r"the command ssh is needed.*openssh-client"),
    ):
        replace(lab, machines=(MACHINE,)).ssh(MACHINE.name, login, [])
