"""`sovereign review` as a person or a workflow runs it."""

import json
import subprocess

import jsonschema
import pytest

from tests.rehearsal.command.rehearsed import ROOT, Directory, Said
from tests.rehearsal.review.test_pull_request import FIREWALL, STACK
from tests.rehearsal.review.test_revision import git

SCHEMA = json.loads((ROOT / "docs" / "review.schema.json").read_text(encoding="utf-8"))
HUNTED = "hunted-token-0123456789"


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Directory:
    """A directory whose program is linked, with a stack file of its own."""
    path = tmp_path_factory.mktemp("clone")
    environment = {"GITHUB_TOKEN": HUNTED, "HCLOUD_TOKEN": HUNTED, "PULUMI_ACCESS_TOKEN": HUNTED}
    directory = Directory(path, environment=environment)
    (path / STACK).unlink()
    (path / STACK).write_text((ROOT / STACK).read_text(encoding="utf-8"), encoding="utf-8")
    (path / ".gitignore").write_text("*\n", encoding="utf-8")
    return directory


def answered(said: Said) -> dict[str, object]:
    jsonschema.validate(said.answer, SCHEMA)
    return said.answer


def test_outside_a_repository_it_says_that_there_is_nothing_to_compare_with(
    clone: Directory,
) -> None:
    """Look, exit 0, the comment in the file, the facts on stdout, no secret of the caller's; beside
    the comment, the directory is left as it was.
    """
    before = {one.name for one in clone.path.iterdir()}
    said = clone.sovereign("review", "--json", "--output", "review.md")
    assert {one.name for one in clone.path.iterdir()} - before == {"review.md"}
    answer = answered(said)
    assert (said.code, answer["result"]) == (0, "look")
    text = (clone.path / "review.md").read_text(encoding="utf-8")
    assert text.startswith("<!-- sovereign-review stack=dev -->\n## 👀 Look before merging")
    assert "is not in a git repository" in text
    assert HUNTED not in text + said.out + said.err


def test_a_refusal_is_exit_1_with_the_comment_on_stdout(clone: Directory) -> None:
    """A stack file that is no YAML is refused in a comment, too: the change made it so."""
    file = clone.path / STACK
    good = file.read_text(encoding="utf-8")
    file.write_text(good + "  : [\n", encoding="utf-8")
    try:
        said = clone.sovereign("review")
    finally:
        file.write_text(good, encoding="utf-8")
    assert said.code == 1
    assert "## ⛔ Refuse" in said.out
    assert "must be YAML" in said.out


def test_bad_usage_is_exit_2_and_creates_nothing(clone: Directory) -> None:
    """An unknown revision, an unknown stack; one sentence, or the errors of the schema."""
    git(clone.path, "init", "-q", "-b", "main")
    try:
        said = clone.sovereign("review", "--base", "nowhere", "--json")
        assert (said.code, answered(said)["result"]) == (2, "usage")
        said = clone.sovereign("review", "--base", "nowhere")
        assert said.code == 2
        assert "knows no revision 'nowhere'" in said.err
    finally:
        subprocess.run(["rm", "-rf", str(clone.path / ".git")], check=True)
    said = clone.sovereign("review", "--program", "examples", "--json")
    assert (said.code, answered(said)["result"]) == (2, "usage")


def test_the_real_engine_that_is_not_there_is_exit_3(clone: Directory) -> None:
    """Said before anything runs."""
    directory = Directory(clone.path, environment={"PATH": "/usr/bin:/bin"})
    said = directory.sovereign("review", "--live", "--json")
    answer = answered(said)
    assert (said.code, answer["result"]) == (3, "unavailable")
    assert "`pulumi` is not on PATH" in str(answer["errors"])


def test_the_edit_that_opens_a_firewall_is_in_the_code_as_it_is() -> None:
    """The rehearsed pull request edits a line that is really there."""
    assert FIREWALL[0] in (ROOT / "sovereign" / "plan" / "firewall.py").read_text(encoding="utf-8")


def test_help_names_the_exit_codes(clone: Directory) -> None:
    """And says that `--live` is not for forks."""
    shown = " ".join(clone.sovereign("review", "--help").out.split())
    assert "0 approve or look, 1 refuse" in shown
    assert "not for forks" in shown
