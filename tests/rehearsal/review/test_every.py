"""`sovereign review --all DIR`: every stack that either side has, each with a comment."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from rehearsal.review.revision import NoRevision, stacks
from tests.configurations import ROOT
from tests.rehearsal.review.test_revision import git

SCHEMA = json.loads((ROOT / "docs" / "review.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program below the top, whose branch alters prod and deletes qa."""
    directory = tmp_path / "infra"
    directory.mkdir()
    (directory / "Pulumi.yaml").write_text("name: tiny\nruntime: python\n", encoding="utf-8")
    (directory / "__main__.py").write_text("import pulumi\n", encoding="utf-8")
    for stack in ("prod", "qa"):
        (directory / f"Pulumi.{stack}.yaml").write_text("config: {tiny:a: 1}\n", encoding="utf-8")
    (directory / "Pulumi.yaml.bak").touch()
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "base")
    git(tmp_path, "checkout", "-q", "-b", "change")
    (directory / "Pulumi.prod.yaml").write_text("config: {tiny:a: 2}\n", encoding="utf-8")
    git(directory, "rm", "-q", "Pulumi.qa.yaml")
    git(directory, "commit", "-q", "-a", "-m", "change")
    return directory


def sovereign(*words: str, at: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from sovereign.cli import main; main()", *words]
    return subprocess.run(command, cwd=at, capture_output=True, text=True, check=False)


def test_every_stack_of_either_side_is_reviewed(program: Path) -> None:
    """A deleted one, too; each names the other's file and the commit; exit code of the worst."""
    done = sovereign("review", "--all", "out", "--program", "infra", at=program.parent)
    assert (done.returncode, done.stdout) == (0, "prod: approve\nqa: look\n"), done.stderr
    out = program.parent / "out"
    assert {one.name for one in out.iterdir()} == {"prod.md", "prod.json", "qa.md", "qa.json"}
    for stack in ("prod", "qa"):
        jsonschema.validate(json.loads((out / f"{stack}.json").read_text("utf-8")), SCHEMA)
        text = (out / f"{stack}.md").read_text(encoding="utf-8")
        assert text.startswith(f"<!-- sovereign-review stack={stack} -->")
        assert f"Commit `{git(program, 'rev-parse', '--short=12', 'HEAD')}`" in text
    prod = (out / "prod.md").read_text(encoding="utf-8")
    assert "`Pulumi.qa.yaml` changes, too" in prod
    assert "| `tiny:a` | `1` | `2` |" in prod
    deleted = "`Pulumi.qa.yaml`: the stack's file is deleted"
    assert deleted in (out / "qa.md").read_text(encoding="utf-8")


def test_a_name_that_is_no_stacks_makes_no_file(program: Path) -> None:
    """What a stranger calls a file is not where something is written."""
    (program / "Pulumi.a b.yaml").touch()
    (program / "Pulumi.-x.yaml").touch()
    assert stacks(program, None) == ("prod", "qa")
    assert stacks(program, "change") == ("prod",)
    with pytest.raises(NoRevision):
        stacks(program, "nowhere")


def test_bad_usage_is_exit_2(program: Path) -> None:
    """Files of its own, a revision that is there, a stack at least."""
    for words in (("--json",), ("--live",), ("--output", "x.md"), ("--base", "nowhere")):
        done = sovereign("review", "--all", "out", *words, at=program)
        assert done.returncode == 2, words
    git(program, "rm", "-q", "Pulumi.prod.yaml")
    git(program, "commit", "-q", "-m", "none left")
    done = sovereign("review", "--all", "out", "--base", "HEAD", at=program)
    assert (done.returncode, "on either side" in done.stderr) == (2, True)
    assert not (program / "out").exists()
