"""The workflows in examples/ci: valid for their platform, scripts sound, nothing given away."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from sovereign.cli import app
from tests.ci.workflows import CI, FORGEJO, GITHUB, GITLAB, document, run, scripts, stand_in

BIN = Path(sys.executable).parent
SCHEMAS = {
    "vendor.github-workflows": [*GITHUB, *FORGEJO],
    "vendor.gitlab-ci": [GITLAB],
}
"""Forgejo's and Gitea's workflows are GitHub's but for `uses:`, which may be a URL."""


@pytest.mark.parametrize("schema", SCHEMAS)
def test_every_workflow_is_valid_by_its_platforms_schema(schema: str) -> None:
    """GitHub's and GitLab's, as check-jsonschema carries them."""
    command = [str(BIN / "check-jsonschema"), "--builtin-schema", schema]
    done = subprocess.run(
        [*command, *map(str, SCHEMAS[schema])], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_broken_workflow_is_found(tmp_path: Path) -> None:
    """The schema is not one that takes everything."""
    broken = document(CI / "github" / "review.yml")
    broken["jobs"]["review"]["stepz"] = []
    file = tmp_path / "broken.yml"
    file.write_text(yaml.safe_dump(broken), encoding="utf-8")
    command = [str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.github-workflows"]
    assert subprocess.run([*command, str(file)], capture_output=True, check=False).returncode == 1


def test_githubs_workflows_pass_actionlint(tmp_path: Path) -> None:
    """Expressions, contexts and job references as well."""
    linter = shutil.which("actionlint", path=f"{BIN}{os.pathsep}{os.environ['PATH']}")
    if linter is None:
        pytest.skip("actionlint is neither on PATH nor in .venv/bin (.ci/run installs it by go)")
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    for file in GITHUB:
        shutil.copy(file, folder / file.name)
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    done = subprocess.run([linter], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("where", "text"), [*scripts()], ids=[where for where, _ in scripts()])
def test_every_script_passes_shellcheck_and_holds_no_expression(where: str, text: str) -> None:
    """What a stranger chooses (a branch's name) reaches a script as a variable only."""
    assert "${{" not in text, where
    shell = "sh" if where.startswith("gitlab") else "bash"
    done = subprocess.run(
        [str(BIN / "shellcheck"), "--shell", shell, "-"],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_the_shared_scripts_pass_shellcheck() -> None:
    """They are POSIX and may be executed."""
    files = sorted(CI.glob("*.sh"))
    command = [str(BIN / "shellcheck"), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert all(file.stat().st_mode & stat.S_IXUSR for file in files)


@pytest.mark.parametrize("file", GITHUB, ids=lambda file: file.name)
def test_githubs_actions_are_pinned_by_commit(file: Path) -> None:
    """With the tag beside it, for Renovate and for people."""
    for line in file.read_text(encoding="utf-8").splitlines():
        if "uses:" in line and "./" not in line:
            assert re.search(r"uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


@pytest.mark.parametrize("file", [CI / "github" / "review.yml", CI / "forgejo" / "review.yml"])
def test_what_runs_the_code_of_a_pull_request_has_nothing_worth_taking(file: Path) -> None:
    """No secret, no credentials in the clone, the harmless trigger."""
    workflow = document(file)
    assert list(workflow["on"]) == ["pull_request"]
    review = workflow["jobs"]["review"]
    assert "secrets" not in json.dumps(review)
    assert "token" not in json.dumps(review).lower()
    assert review["steps"][0]["with"] == {"fetch-depth": 0, "persist-credentials": False}


def test_githubs_preview_may_only_read_and_its_commenter_runs_nothing_of_the_change() -> None:
    """The one has the code and no right, the other the right and no code."""
    review = document(CI / "github" / "review.yml")
    assert review["permissions"] == {}
    assert review["jobs"]["review"]["permissions"] == {"contents": "read"}
    comment = document(CI / "github" / "review-comment.yml")
    assert list(comment["on"]) == ["workflow_run"]
    assert comment["on"]["workflow_run"]["workflows"] == [review["name"]]
    assert comment["jobs"]["comment"]["permissions"] == {
        "actions": "read",
        "pull-requests": "write",
    }
    used = [step.get("uses", "") for step in comment["jobs"]["comment"]["steps"]]
    assert not [one for one in used if "checkout" in one]


def used_commands() -> Iterator[tuple[str, str]]:
    """Every `sovereign` and `pulumi` command with its options, from workflows and scripts."""
    texts = [text for _, text in scripts()]
    texts += [file.read_text(encoding="utf-8") for file in sorted(CI.glob("*.sh"))]
    for text in texts:
        joined = re.sub(r"\\\n\s*", " ", text)
        for line in joined.splitlines():
            if line.lstrip().startswith("#"):
                continue
            for program, rest in re.findall(r"(?:^|[ /])(sovereign|pulumi) ([a-z].*)", line):
                yield program, rest.split("||")[0].split(" >")[0]


def test_the_commands_of_ours_exist_with_their_options() -> None:
    """As `--help` lists them."""
    runner = CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"})
    found = {rest for program, rest in used_commands() if program == "sovereign"}
    assert {rest.split()[0] for rest in found} == {"review", "preflight"}
    for rest in found:
        shown = runner.invoke(app, [rest.split()[0], "--help"]).output
        for option in re.findall(r"--[a-z-]+", rest):
            assert option in shown, (rest, option)


def test_the_commands_of_the_engine_exist_with_their_options() -> None:
    """Asked of the real engine where it is installed."""
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        pytest.skip("the real engine, `pulumi`, is not on PATH")
    found = {rest for program, rest in used_commands() if program == "pulumi"}
    verbs = {" ".join(rest.split(" --")[0].split()) for rest in found}
    assert verbs == {"up", "refresh", "policy analyze"}
    for rest in found:
        verb = rest.split(" --")[0].split()
        shown = subprocess.run(
            [pulumi, *verb, "--help"], capture_output=True, text=True, check=True
        ).stdout
        for option in re.findall(r"--[a-z-]+", rest):
            assert f"{option} " in shown, (rest, option)


@pytest.mark.parametrize(("refusing", "reached"), [("preflight", 1), ("review", 2), ("", 3)])
def test_up_stops_at_the_first_step_that_refuses(
    tmp_path: Path, refusing: str, reached: int
) -> None:
    """Nothing is brought up that cannot be ordered or that the review refuses; an environment with
    a configuration of its own for a pack is judged by that one."""
    own = tmp_path / "policies/network/config.prod.json"
    own.parent.mkdir(parents=True)
    own.touch()
    stand_in(tmp_path, ".venv/bin/sovereign", f'[ "$1" != "{refusing or "-"}" ]')
    stand_in(tmp_path / "bin", "pulumi", "")
    code, asked = run(["sh", str(CI / "up.sh"), "prod"], tmp_path)
    assert code == (1 if refusing else 0)
    assert len(asked) == reached
    if not refusing:
        assert "--policy-pack-config policies/network/config.prod.json" in asked[-1]
        assert "--policy-pack-config policies/encryption/config.dev.json" in asked[-1]


@pytest.mark.parametrize(("drift", "audit", "code"), [(0, 0, 0), (1, 0, 1), (0, 1, 1), (1, 1, 1)])
def test_the_night_asks_both_and_fails_with_either(
    tmp_path: Path, drift: int, audit: int, code: int
) -> None:
    """Drift does not hide a broken rule."""
    stand_in(tmp_path / "bin", "pulumi", f'[ "$1" = refresh ] && exit {drift}; exit {audit}')
    ended, asked = run(["sh", str(CI / "nightly.sh"), "dev"], tmp_path)
    assert (ended, len(asked)) == (code, 2)
    assert "--expect-no-changes" in asked[0]
    assert asked[1].startswith("pulumi policy analyze --stack dev")
